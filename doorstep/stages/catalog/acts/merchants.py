"""Sellers: add them, change their face, look them up."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import unknown
from doorstep.platform.statements import Statements
from doorstep.stages.catalog.acts.writing import put, refuse
from doorstep.stages.catalog.model import Merchant
from doorstep.stages.catalog.rules import fitness

Q = Statements("doorstep.stages.catalog")


async def add_merchants(tx: Tx, merchants: Sequence[Merchant]) -> list[UUID]:
    """Add sellers and return their ids.

    Raises:
        Refused: a field does not fit, or a code is taken.
    """
    refuse(fitness.all_faults([fitness.merchant_faults(one) for one in merchants]))
    await put(tx, Q.add_merchants, merchants)
    return [one.id for one in merchants]


async def change_merchants(tx: Tx, merchants: Sequence[Merchant]) -> None:
    """Change names, brand and rules of sellers; code and currency stay. No logo keeps the present one.

    Raises:
        Refused: a field does not fit, or a merchant is not there.
    """
    refuse(fitness.all_faults([fitness.merchant_faults(one) for one in merchants]))
    if await put(tx, Q.change_merchants, merchants) < len(merchants):
        there = await merchants_of(tx, [one.id for one in merchants])
        raise unknown("merchant", next(one.id for one in merchants if one.id not in there))


async def merchants_of(tx: Tx, ids: Sequence[UUID] | None = None) -> dict[UUID, Merchant]:
    """Return sellers by id (all when no ids are given), in the order of their codes."""
    rows = await tx.rows(Q.merchants, Merchant, ids=None if ids is None else list(ids))
    return {one.id: one for one in rows}


async def merchants_by_code(tx: Tx, codes: Sequence[str]) -> dict[str, UUID]:
    """Return the ids of sellers by code; codes that are not there are left out."""
    return dict(await tx.tuples(Q.merchants_by_code, codes=list(codes)))
