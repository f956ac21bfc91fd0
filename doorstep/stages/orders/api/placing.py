"""Orders come in: one by one through group commit, or up to a thousand at once."""

from collections import Counter
from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.openapi.datastructures import ResponseSpec
from psycopg import errors

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx, broken_rule
from doorstep.platform.edge import Asked, Caller, InHouse, JSONBody
from doorstep.platform.errors import Fault, Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.idempotency import fingerprint, once, read_key
from doorstep.platform.shape import faults
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.intake import Ask, intake_of, sender
from doorstep.stages.orders.api.shapes import BulkOut, PlacedOut, RowOut, row, shown_faults
from doorstep.stages.orders.model import NewOrder, Outcome
from doorstep.stages.orders.model.asked import LINES_MAX
from doorstep.stages.orders.ports.payment import set_up

BULK_MAX = 1000
WRITERS = allow(*DESK, Role.MERCHANT, scope="orders:write")


class BulkIn(msgspec.Struct, forbid_unknown_fields=True):
    """Up to 1,000 orders; each has the fields of `POST /api/orders`."""

    orders: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1, max_length=BULK_MAX)]


@post(
    "/api/orders", opt=WRITERS, responses={200: ResponseSpec(PlacedOut, description="The first order again.")}
)
async def place_order(data: JSONBody[NewOrder], request: Asked) -> Response[PlacedOut]:
    """Place an order: it is checked as a whole, its goods are reserved, and every fault is listed.

    Answers 201 when it was created (`held` when something must be cleared first), and 200 with the first order when its
    external reference is there. Send an `Idempotency-Key` to make repeating the request harmless.
    """
    house, who = (
        request.app.state.house,
        request.user,
    )  # asking the framework for them costs a tenth of a request
    check_edge(data, house)
    ask = Ask(data, read_key(request), fingerprint("POST", "/api/orders", await request.body()))
    given = await intake_of(request, house).ask(who, ask)
    headers = {"idempotent-replayed": "true"} if given.replayed else None
    return Response(given.body, status_code=given.status, media_type="application/json", headers=headers)  # type: ignore[arg-type]


def check_edge(order: NewOrder, house: House) -> None:
    """Refuse what this server cannot take.

    Raises:
        Refused: too many lines, or a payment processor that is not set up here.
    """
    if len(order.lines) > LINES_MAX:
        raise Refused(Reason.TOO_LARGE, f"An order has at most {LINES_MAX} lines. Split it.")
    if found := _processor_faults(order, house):
        raise Refused(Reason.INVALID, "A payment processor is not set up here.", found)


def _processor_faults(order: NewOrder, house: House) -> list[Fault]:
    if all(payment.processor == "manual" for payment in order.payments):
        return []
    there = set_up(house.settings)
    return [
        Fault(
            f"/payments/{i}/processor",
            "unknown_processor",
            f"The payment processor {payment.processor!r} is not set up here. Use {' or '.join(there)}.",
        )
        for i, payment in enumerate(order.payments)
        if payment.processor not in there
    ]


@post("/api/orders/bulk", opt=WRITERS, status_code=200)
async def place_orders(
    data: JSONBody[BulkIn], request: Asked, house: InHouse, who: Caller
) -> Response[BulkOut]:
    """Place up to 1,000 orders at once; each gets a verdict of its own, and a wrong one holds up none of the others."""
    asked = [_read(one, house) for one in data.orders]

    async def act(tx: Tx) -> BulkOut:
        return await _place_all(tx, who, asked)

    try:
        return await once(request, house, who, act, status=200)  # type: ignore[return-value]
    except errors.UniqueViolation as error:  # somebody placed one of them meanwhile; now it is found
        if broken_rule(error) != "external_ref_taken":
            raise
        return await once(request, house, who, act, status=200)  # type: ignore[return-value]


def _read(one: dict[str, Any], house: House) -> NewOrder | list[Fault]:
    """Return an order, or everything that is wrong with its shape."""
    try:
        order = msgspec.convert(one, NewOrder)
    except msgspec.ValidationError as error:
        return faults(msgspec.json.encode(one), NewOrder) or [Fault("", "invalid", str(error))]
    if len(order.lines) > LINES_MAX:
        return [Fault("/lines", "too_long", f"An order has at most {LINES_MAX} lines. Split it.")]
    return _processor_faults(order, house) or order


async def _place_all(tx: Tx, who: Principal, asked: list[NewOrder | list[Fault]]) -> BulkOut:
    whose = sender(who)
    sound = [i for i, one in enumerate(asked) if isinstance(one, NewOrder)]
    verdicts = await acts.place(
        tx, [one for one in asked if isinstance(one, NewOrder)], own=whose.own, imports=whose.imports
    )
    rows: dict[int, RowOut] = {i: row(i, verdict) for i, verdict in zip(sound, verdicts, strict=True)}
    for i, one in enumerate(asked):
        if not isinstance(one, NewOrder):
            rows[i] = RowOut(row=i, outcome=str(Outcome.REFUSED), errors=shown_faults(one))
    shown = [rows[i] for i in range(len(asked))]
    counts = Counter(one.outcome for one in shown)
    return BulkOut(rows=shown, **counts)


ROUTES: list[Any] = [place_order, place_orders]
