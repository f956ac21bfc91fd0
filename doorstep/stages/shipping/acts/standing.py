"""How the labels of orders stand, and what keeps a parcel from leaving, for whoever shows orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.guards import Guard
from doorstep.platform.statements import Statements
from doorstep.stages.shipping.model import LabelState
from doorstep.stages.shipping.rules.numbers import scanned

Q = Statements("doorstep.stages.shipping")


async def label_states_of(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return how the label of each order stands that is farthest behind; orders whose labels are all bought are left out."""
    return dict(await tx.tuples(Q.label_states_of, order_ids=list(order_ids)))


async def orders_by_label(tx: Tx, state: str, most: int) -> list[UUID]:
    """Return the orders of which some label is in an unfinished state, the newest ones."""
    return await tx.values(Q.orders_by_label, state=state, most=most)


async def find_by_label(tx: Tx, word: str) -> list[UUID]:
    """Return the orders on whose labels a number stands: a tracking number, or an SSCC as a scanner reads it."""
    return await tx.values(Q.orders_by_number, number=scanned(word))


@dataclass(frozen=True, slots=True)
class _Work:
    id: UUID
    state: str
    refusal: str | None
    parcel: int
    carrier: str | None


async def label_keeps(tx: Tx, order_id: UUID) -> list[Guard]:
    """Return what the packed parcels of an order wait for before they leave."""
    return [_said(one) for one in await tx.rows(Q.label_work_of, _Work, order_id=order_id)]


def _said(work: _Work) -> Guard:
    parcel, carrier, href = (
        f"Parcel P-{work.parcel}",
        work.carrier or "the carrier",
        f"/shipping/labels/{work.id}",
    )
    match work.state:
        case LabelState.REFUSED:
            return Guard(
                f"{parcel} got no label: {work.refusal or 'no service takes it'}",
                "shipping",
                "Mend what is wrong, then try again",
                href,
            )
        case LabelState.UNKNOWN:
            return Guard(
                f"{parcel} waits for the answer of {carrier}", "the house", "It is looked up by itself", href
            )
        case LabelState.VOIDING:
            return Guard(
                f"The label of {parcel} is being given back",
                "the house",
                "Another one is bought by itself",
                href,
            )
        case LabelState.BOUGHT:
            return Guard(
                f"{parcel} waits for {carrier} to take it over",
                "the dock",
                "Scan it at the hand-over",
                "/hand-over",
            )
        case _:
            return Guard(
                f"The label of {parcel} is being bought",
                "the house",
                "It comes by itself within seconds",
                href,
            )
