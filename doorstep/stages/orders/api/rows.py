"""One order of many: read from what was sent, placed with its neighbors, answered with a verdict of its own."""

from collections import Counter
from typing import Any

import msgspec

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.shape import faults
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.intake import Sender
from doorstep.stages.orders.api.shapes import BulkOut, RowOut, row, shown_faults
from doorstep.stages.orders.model import NewOrder, Outcome
from doorstep.stages.orders.model.asked import LINES_MAX
from doorstep.stages.orders.ports.processors import set_up

Row = NewOrder | list[Fault]
"""An order, or everything that is wrong with its shape."""


def check_edge(order: NewOrder, house: House) -> None:
    """Refuse what this server cannot take.

    Raises:
        Refused: too many lines, or a payment processor that is not set up here.
    """
    if len(order.lines) > LINES_MAX:
        raise Refused(Reason.TOO_LARGE, f"An order has at most {LINES_MAX} lines. Split it.")
    if found := _processor_faults(order, house):
        raise Refused(Reason.INVALID, "A payment processor is not set up here.", found)


def read_row(one: Any, house: House) -> Row:
    """Return an order from decoded JSON, or its faults."""
    try:
        order = msgspec.convert(one, NewOrder)
    except msgspec.ValidationError as error:
        return faults(msgspec.json.encode(one), NewOrder) or [Fault("", "invalid", str(error))]
    if len(order.lines) > LINES_MAX:
        return [Fault("/lines", "too_long", f"An order has at most {LINES_MAX} lines. Split it.")]
    return _processor_faults(order, house) or order


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


async def place_all(tx: Tx, whose: Sender, asked: list[Row]) -> BulkOut:
    """Place what was sent together; a wrong one holds up none of the others."""
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
