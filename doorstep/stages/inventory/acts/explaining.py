"""Explaining a balance: the lines of the ledger that led to it, each with what lay there afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx, columns
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.model import Balance, Step

Q = Statements("doorstep.stages.inventory")


async def explain(
    tx: Tx,
    *,
    product_ids: Sequence[UUID] = (),
    place: str | None = None,
    site_id: UUID | None = None,
    most: int = 50,
) -> list[Balance]:
    """Return balances, each with its newest `most` steps.

    Args:
        tx: the open transaction.
        product_ids: of which products; none: of whatever ever lay in `place`.
        place: in which place; None: in all.
        site_id: at which site; None: at all.
        most: steps of each balance.
    """
    asked = list(product_ids) or await tx.values(Q.ever_in, place=place)
    balances = await tx.rows(Q.balances_of, Balance, product_ids=asked, place=place, site_id=site_id)
    steps: dict[tuple[UUID, UUID, str], list[Step]] = {}
    for one in await tx.rows(
        Q.steps_of, Step, most=most, **columns(balances, "site_id", "product_id", "place")
    ):
        steps.setdefault((one.site_id, one.product_id, one.place), []).append(one)
    return [
        replace(one, steps=tuple(steps.get((one.site_id, one.product_id, one.place), ()))) for one in balances
    ]


async def course_of(tx: Tx, product_id: UUID, *, most: int = 200) -> list[tuple[datetime, int]]:
    """Return how many units of a product all sites held after each of its newest changes: (when, units), oldest first."""
    return [(at, units) for at, units in await tx.tuples(Q.on_hand_after, product_id=product_id, most=most)]
