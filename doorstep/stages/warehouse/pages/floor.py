"""The desk that watches the floor: what waits in which state until when, and where the carts are."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter

from doorstep.platform.auth import ALL_STAFF, allow
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse
from doorstep.platform.pages import page
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.model import BatchState, FulfillmentState

WATCHERS = allow(*ALL_STAFF)
SHOWN = (
    FulfillmentState.WAITING,
    FulfillmentState.BATCHED,
    FulfillmentState.PICKING,
    FulfillmentState.PICKED,
    FulfillmentState.SHORT,
)


@get("/floor", opt=WATCHERS, include_in_schema=False)
async def floor(
    request: Asked,
    house: InHouse,
    who: Caller,
    of_state: Annotated[FulfillmentState, QueryParameter(name="state")] = FulfillmentState.WAITING,
    site_id: Annotated[UUID | None, QueryParameter()] = None,
) -> Any:
    """Show the queue of a state by the time it has to leave, and the carts with their pickers."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        counts = await acts.count_states(tx, site_id)
        queue = await acts.queue(tx, of_state, site_id)
        carts = await acts.batches(tx, [BatchState.PICKING, BatchState.PLANNED], site_id, 40)
        sites = await acts.floor_sites(tx)
        backs = len({(one.site_id, one.source) for one in await acts.put_backs(tx, site_id)})
        now = tx.now
    return page(
        request,
        "warehouse/floor.html",
        counts=counts,
        queue=queue,
        carts=carts,
        sites=sites,
        backs=backs,
        shown=SHOWN,
        state=of_state,
        site_id=site_id,
        clock=now,
    )


@get("/floor/carts/{batch_id:uuid}", opt=WATCHERS, include_in_schema=False)
async def cart(batch_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller) -> Any:
    """Show one cart: its walk, how far it is, and why it was planned so."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        batch, stops = await acts.batch(tx, batch_id)
        now = tx.now
    return page(request, "warehouse/cart.html", batch=batch, stops=stops, clock=now)


ROUTES: list[Any] = [floor, cart]
