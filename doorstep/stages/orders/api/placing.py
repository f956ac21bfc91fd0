"""Orders come in: one by one through group commit, or up to a thousand at once."""

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from psycopg import errors

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx, broken_rule
from doorstep.platform.edge import Asked, Caller, InHouse, JSONBody
from doorstep.platform.express import EXPRESS, Given, Lane
from doorstep.platform.idempotency import checked, fingerprint, once
from doorstep.stages.orders.api.intake import Ask, intake_of, sender
from doorstep.stages.orders.api.rows import check_edge, place_all, read_row
from doorstep.stages.orders.api.shapes import BulkOut, PlacedOut
from doorstep.stages.orders.model import NewOrder

BULK_MAX = 1000
REPLAYED = {"idempotent-replayed": "true"}
WRITERS = allow(*DESK, Role.MERCHANT, scope="orders:write")


class BulkIn(msgspec.Struct, forbid_unknown_fields=True):
    """Up to 1,000 orders; each has the fields of `POST /api/orders`."""

    orders: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1, max_length=BULK_MAX)]


async def _place(app: State, who: Principal, order: NewOrder, key: str | None, body: bytes) -> Given:
    check_edge(order, app.house)
    given = await intake_of(app).ask(who, Ask(order, checked(key), fingerprint("POST", "/api/orders", body)))
    return Given(given.status, given.body, REPLAYED if given.replayed else {})


@post(
    "/api/orders",
    opt={**WRITERS, EXPRESS: Lane(NewOrder, _place)},
    responses={200: ResponseSpec(PlacedOut, description="The first order again.")},
)
async def place_order(data: JSONBody[NewOrder], request: Asked) -> Response[PlacedOut]:
    """Place an order: it is checked as a whole, its goods are reserved, and every fault is listed.

    Answers 201 when it was created (`held` when something must be cleared first), and 200 with the first order when its
    external reference is there. Send an `Idempotency-Key` to make repeating the request harmless.
    """
    key = request.headers.get("idempotency-key")
    given = await _place(request.app.state, request.user, data, key, await request.body())
    written: Any = given.body  # a `PlacedOut`, as JSON already
    return Response(written, status_code=given.status, media_type="application/json", headers=given.headers)


@post("/api/orders/bulk", opt=WRITERS, status_code=200)
async def place_orders(
    data: JSONBody[BulkIn], request: Asked, house: InHouse, who: Caller
) -> Response[BulkOut]:
    """Place up to 1,000 orders at once; each gets a verdict of its own, and a wrong one holds up none of the others."""
    asked = [read_row(one, house) for one in data.orders]

    async def act(tx: Tx) -> BulkOut:
        return await place_all(tx, sender(who), asked)

    try:
        return await once(request, house, who, act, status=200)  # type: ignore[return-value]
    except errors.UniqueViolation as error:  # somebody placed one of them meanwhile; now it is found
        if broken_rule(error) != "external_ref_taken":
            raise
        return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [place_order, place_orders]
