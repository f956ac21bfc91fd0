"""Asking for counts: who doubts a place says so, and somebody counts it."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx, columns
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.model import AskedCount

Q = Statements("doorstep.stages.inventory")


async def ask_counts(tx: Tx, asked: Sequence[AskedCount]) -> list[UUID]:
    """Ask for counts and return the ids of those that nobody had asked for yet; an open one is not asked twice."""
    wanted = list({(one.site_id, one.place, one.product_id): one for one in asked}.values())
    if not wanted:
        return []
    wanted.sort(key=lambda one: (one.site_id, one.place, one.product_id))
    return await tx.values(
        Q.ask_counts,
        ids=new_ids(len(wanted)),
        **columns(wanted, "site_id", "place", "product_id", "reason", "blocks"),
    )
