"""How the labels of orders stand, for whoever lists orders, and which order a number on a label means."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
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
