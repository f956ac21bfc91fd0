"""The page of what keeps orders: one queue by owner and age, each with the one thing to do next."""

from typing import Annotated, Any

from litestar import get
from litestar.params import QueryParameter

from doorstep.platform.auth import ALL_STAFF, Role, allow
from doorstep.platform.edge import Asked, Caller, InHouse
from doorstep.platform.pages import page
from doorstep.stages.orders.acts import tending
from doorstep.stages.orders.api.holds import read_cursor, write_cursor

READERS = allow(*ALL_STAFF, Role.MERCHANT)
Word = Annotated[str, QueryParameter(max_length=300, pattern=r"^[^\u0000]*$")]


@get("/orders/holds", opt=READERS, include_in_schema=False)
async def holds_page(request: Asked, house: InHouse, who: Caller, owner: Word = "", cursor: Word = "") -> Any:
    """Show what keeps orders, by owner, the oldest first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found, more = await tending.queue(
            tx, owner=owner or None, merchant_id=who.merchant_id, after=read_cursor(cursor)
        )
        counts = await tending.count_by_owner(tx, who.merchant_id)
        now = tx.now
    return page(
        request,
        "orders/holds.html",
        holds=found,
        ages={one.id: int((now - one.placed_at).total_seconds()) for one in found},
        counts=counts,
        owner=owner,
        older=write_cursor(found[-1]) if more else None,
        paged=bool(cursor),
    )


ROUTES: list[Any] = [holds_page]
