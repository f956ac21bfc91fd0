"""The customer's page for the last mile, by the signed link of the order: window, PIN for the door, the van when it is near."""

from typing import Any

from litestar import get

from doorstep.platform.auth import signed
from doorstep.platform.edge import Asked, FromPath, InHouse
from doorstep.platform.errors import unknown
from doorstep.platform.links import read_link
from doorstep.platform.messages import text
from doorstep.platform.pages import page, reader
from doorstep.stages import tracking
from doorstep.stages.delivery.acts import handing, looking
from doorstep.stages.delivery.model import UNDER_WAY
from doorstep.stages.delivery.rules import drawing


@get("/t/{token:str}/door", opt=signed(), include_in_schema=False)
async def door(request: Asked, house: InHouse, token: FromPath[str]) -> Any:
    """Show the doors of one order: nobody else's window, PIN or van."""
    tenant_id, order_id = read_link(house, "order", token)
    async with house.db.transaction(tenant_id, actor="customer") as tx:
        doors = await looking.doors(tx, order_id)
        proofs = {one.stop_id: one for one in await handing.proofs_of(tx, order_id)}
    if not doors:
        raise unknown("delivery of this order by our vans", "yet")
    head = doors[0].facts
    lang = reader(request, head.language)
    brand = {
        "name": head.merchant,
        "color": head.brand_color,
        "logo_url": f"/t/{token}/logo" if head.has_logo else None,
        "message": head.message,
        "home": f"/t/{token}",
    }
    shown = [
        {
            "facts": one.facts,
            "van": one.van,
            "proof": proof,
            "proved": tracking.moment_in_words(proof.occurred_at, one.facts.zone, lang) if proof else "",
            "window": tracking.window_in_words(
                one.facts.told_from, one.facts.told_until, one.facts.zone, lang
            )
            if one.facts.told_from and one.facts.told_until
            else "",
            "under_way": one.facts.state in UNDER_WAY,
            "map": drawing.door(one.facts.lat, one.facts.lon, one.van, text("delivery.your_door", lang)),
        }
        for one in doors
        for proof in [proofs.get(one.facts.id)]
    ]
    return page(
        request,
        "delivery/door.html",
        doors=shown,
        head=head,
        brand=brand,
        token=token,
        lang=lang,
        tiles=house.settings.tile_url,
    )


ROUTES: list[Any] = [door]
