"""How far the floors are with orders, and what keeps them there, for whoever shows orders."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.guards import Guard
from doorstep.platform.statements import Statements
from doorstep.stages.warehouse.model import FulfillmentState

Q = Statements("doorstep.stages.warehouse")
NUMBER = re.compile(r"P-?([0-9]{1,17})", re.IGNORECASE)
"""How parcels are called on slips and pages: P-42."""


async def floor_of(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return how far floors are with each order, by its part that is farthest behind; orders of which no part is here are left out."""
    return dict(await tx.tuples(Q.floor_of, order_ids=list(order_ids)))


async def orders_on_floor(tx: Tx, state: str, most: int) -> list[UUID]:
    """Return the orders of which some part is in an unfinished state on a floor, the newest ones."""
    return await tx.values(Q.orders_on_floor, state=state, most=most)


async def find_by_parcel(tx: Tx, word: str) -> list[UUID]:
    """Return the order whose parcel is called so: P-42."""
    called = NUMBER.fullmatch(word)
    return await tx.values(Q.order_of_parcel_number, number=int(called[1])) if called else []


@dataclass(frozen=True, slots=True)
class _Work:
    state: str
    site: str
    stuck: str | None
    ship_by: datetime
    cart: int | None
    picker: str | None
    missing: int


async def floor_keeps(tx: Tx, order_id: UUID) -> list[Guard]:
    """Return what an accepted order waits for on the floors."""
    work = await tx.rows(Q.floor_work_of, _Work, order_id=order_id)
    if not work and not await tx.value(Q.known_to_floor, order_id=order_id):
        return [
            Guard("No floor has it yet", "the house", "It is released by itself within a minute", "/floor")
        ]
    return [_said(one) for one in work]


def _said(work: _Work) -> Guard:
    at = work.site
    match work.state:
        case FulfillmentState.SHORT:
            return Guard(
                f"{work.missing} of its pieces were not found at {at}",
                "stock",
                "Receive or find them, or change the order",
                "/floor?state=short",
            )
        case FulfillmentState.WAITING if work.stuck:
            return Guard(
                f"{at} cannot plan it: {work.stuck}",
                f"the floor of {at}",
                "Fill the bins, or count them",
                "/floor",
            )
        case FulfillmentState.WAITING:
            return Guard(
                f"It waits for a cart at {at}", "the house", "The next cart is planned by itself", "/floor"
            )
        case FulfillmentState.BATCHED:
            return Guard(
                f"Cart {work.cart} at {at} was taken by nobody yet",
                f"the pickers of {at}",
                "Take the cart",
                "/pick",
            )
        case FulfillmentState.PICKING:
            return Guard(
                f"It is picked with cart {work.cart} at {at}",
                work.picker or f"the pickers of {at}",
                "Finish the walk",
                "/floor",
            )
        case _:
            return Guard(
                f"It is picked and waits to be packed at {at}", f"the packers of {at}", "Pack it", "/pack"
            )


async def floor_units(tx: Tx, order_id: UUID) -> dict[UUID, dict[str, int]]:
    """Return how many pieces of each line were picked, packed and shipped, by line."""
    return {
        line_id: {"picked": picked, "packed": packed, "shipped": shipped}
        for line_id, picked, packed, shipped in await tx.tuples(Q.floor_units, order_id=order_id)
    }
