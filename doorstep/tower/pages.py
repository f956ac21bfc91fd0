"""The tower's pages: the board, the orders behind a number, the search, one order's whole story, and what needs a person."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse
from doorstep.platform.live import fragment, stream
from doorstep.platform.pages import page
from doorstep.tower import figures
from doorstep.tower.exceptions import OF_A_KIND, by_owner, exceptions
from doorstep.tower.story import told

LOOKERS = (*DESK, Role.DISPATCHER, Role.VIEWER)
Short = Annotated[str, QueryParameter(max_length=200)]


@get("/tower", opt=allow(*LOOKERS), include_in_schema=False)
async def tower(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show what is open in every stage, what is late and what needs a person."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        board = await figures.board(tx)
    return page(request, "tower/board.html", board=board)


@get("/tower/live", opt=allow(*LOOKERS), include_in_schema=False)
async def live(request: Asked, house: InHouse, who: Caller) -> Any:
    """Renew the board whenever something happened."""

    async def look() -> Any:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            return await figures.newest(tx)

    async def render() -> str:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            return fragment(request, "tower/_board.html", board=await figures.board(tx))

    return stream(look, render)


@get("/tower/behind", opt=allow(*LOOKERS), include_in_schema=False)
async def behind(request: Asked, house: InHouse, who: Caller, stage: Short, what: Short) -> Any:
    """List the orders behind one number of the board."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        orders = await figures.behind(tx, stage, what)
        now = tx.now
    return page(request, "tower/behind.html", stage=stage, what=what, orders=orders, now=now)


@get("/tower/search", opt=allow(*LOOKERS), include_in_schema=False)
async def search(request: Asked, house: InHouse, who: Caller, q: Short = "") -> Any:
    """Find an order by number, reference, e-mail, SKU or tracking number."""
    wanted = q.strip().replace("\0", "")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await figures.find(tx, wanted) if wanted else []
    return page(request, "tower/search.html", q=wanted, found=found)


@get("/tower/orders/{order_id:uuid}", opt=allow(*LOOKERS), include_in_schema=False)
async def story(request: Asked, house: InHouse, who: Caller, order_id: FromPath[UUID]) -> Any:
    """Tell one order's whole story over all stages."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        head, things, events = await figures.story(tx, order_id)
    return page(request, "tower/story.html", head=head, things=things, story=told(things, events))


@get("/exceptions", opt=allow(*LOOKERS), include_in_schema=False)
async def queue(request: Asked, house: InHouse, who: Caller, owner: Short = "") -> Any:
    """Show what needs a person, by owner and age, each with the one thing to do next."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await exceptions(tx)
        now = tx.now
    return page(
        request,
        "tower/exceptions.html",
        troubles=[one for one in found if owner in ("", one.owner)],
        counts=by_owner(found),
        owner=owner,
        of_a_kind=OF_A_KIND,
        now=now,
    )


ROUTES = [tower, live, behind, search, story, queue]
