"""Units by number: where those of a product lie, and the whole life of one."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter

from doorstep.platform import journal
from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse
from doorstep.platform.errors import unknown
from doorstep.platform.pages import page
from doorstep.stages import catalog
from doorstep.stages.inventory.acts import serials
from doorstep.stages.inventory.api.goods import NO_NUL, product_of
from doorstep.stages.inventory.model import SERIAL_MAX, SerialState

READERS = (*DESK, Role.VIEWER, Role.MERCHANT, Role.PICKER, Role.PACKER)
PAGE = 100
Text = Annotated[str, QueryParameter(max_length=SERIAL_MAX, pattern=NO_NUL)]
PlaceText = Annotated[str, QueryParameter(max_length=45, pattern=NO_NUL)]


@get("/stock/{product_id:uuid}/serials", opt=allow(*READERS), include_in_schema=False)
async def serial_list(
    request: Asked,
    house: InHouse,
    who: Caller,
    product_id: FromPath[UUID],
    q: Text = "",
    place: PlaceText = "",
    stands: Annotated[str, QueryParameter(max_length=20, pattern=NO_NUL)] = "",
    after: Text = "",
) -> Any:
    """List the units of a product by number, with a filter and a page at a time."""
    wanted = serials.Wanted(begins=q.strip(), place=place, state=stands, after=after)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        product = await product_of(tx, product_id, who)
        found = await serials.find_serials(tx, product_id, wanted, most=PAGE + 1)
        places = await serials.by_place(tx, product_id)
        sites = await catalog.sites(tx)
    return page(
        request,
        "inventory/serials.html",
        product=product,
        units=found[:PAGE],
        older=found[PAGE - 1].serial if len(found) > PAGE else None,
        wanted=wanted,
        lying=sorted({of for _, of, _ in places}),
        states=list(SerialState),
        sites=sites,
    )


@get("/stock/{product_id:uuid}/serials/life", opt=allow(*READERS), include_in_schema=False)
async def serial_life(
    request: Asked, house: InHouse, who: Caller, product_id: FromPath[UUID], serial: Text = ""
) -> Any:
    """Show one unit: where it is, and its whole life, the newest first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        product = await product_of(tx, product_id, who)
        found = [one for one in await serials.serials_called(tx, serial) if one.product_id == product_id]
        if not found:
            raise unknown("unit", serial)
        events = await journal.history(tx, [found[0].id])
        sites = await catalog.sites(tx)
        order_ids = {UUID(str(one.facts["order_id"])) for one in events if one.facts.get("order_id")}
        names = await house.order_names(tx, sorted(order_ids))
    return page(
        request,
        "inventory/serial.html",
        product=product,
        unit=found[0],
        events=list(reversed(events)),
        names={str(order_id): one for order_id, one in names.items()},
        sites=sites,
    )


ROUTES = [serial_list, serial_life]
