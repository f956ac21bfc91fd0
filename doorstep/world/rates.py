"""What the carrier would ask for a parcel: a price for each of its services, without selling anything."""

import asyncio
import math
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from doorstep.platform.statements import Statements
from doorstep.world.network import Network
from doorstep.world.parcels import RatesIn, ServiceSold
from doorstep.world.wire import Stop, answer, authorized

Q = Statements("doorstep.world")
QUOTING = {
    "quote_hang": "hangs, then answers as if nothing were",
    "quote_error": "500",
    "quote_nonsense": "answers something else with status 200",
}


def price(service: ServiceSold, weight_g: int) -> int:
    """Return what a parcel costs: base and per begun kilogram."""
    return service.base_minor + service.per_kg_minor * math.ceil(weight_g / 1000)


@post("/v1/rates")
async def quote(
    request: Request[Any, Any, Any], network: NamedDependency[Network], data: JSONBody[RatesIn]
) -> Response[Any]:
    """Quote every service, and meet whatever mishap is due."""
    authorized(request)
    mishap = network.mishaps.draw(QUOTING)
    if mishap == "quote_hang":
        await asyncio.sleep(network.mishaps.hang_s)
    if mishap == "quote_error":
        raise Stop(500, mishap, "Something broke.")
    if mishap == "quote_nonsense":
        return answer({"rates": "on request"}, 200)
    rates = [
        {
            "service": one.code,
            "price_minor": price(one, data.weight_g),
            "currency": one.currency,
            "days_min": one.days_min,
            "days_max": one.days_max,
        }
        for one in network.ledger.rows(Q.services, ServiceSold)
    ]
    return answer({"rates": rates}, 200)
