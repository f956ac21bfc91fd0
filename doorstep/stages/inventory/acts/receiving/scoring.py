"""Scores of suppliers: what their arrivals came to, from what was scanned and not from what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements

Q = Statements("doorstep.stages.inventory")
DAYS = 180


@dataclass(frozen=True, slots=True)
class Score:
    """What the arrivals of a supplier came to.

    Attributes:
        arrivals, unannounced: how many were closed, and how many of them nobody had announced.
        dated, on_time: announced for a day; of those, begun on that day or before.
        announced, in_full: announced at all; of those, with nothing short.
        otif: of the dated ones, on time and in full.
        units, bad: what came, and what of it was damaged or refused.
        minutes: the median from the first scan to the end.
    """

    supplier_id: UUID
    arrivals: int = 0
    unannounced: int = 0
    dated: int = 0
    on_time: int = 0
    announced: int = 0
    in_full: int = 0
    otif: int = 0
    units: int = 0
    bad: int = 0
    minutes: int = 0


async def scores(tx: Tx, supplier_ids: Sequence[UUID], *, days: int = DAYS) -> dict[UUID, Score]:
    """Return the scores of suppliers over the last days; one that brought nothing has a score of nothing."""
    since = tx.now - timedelta(days=days)
    rows = await tx.rows(Q.supplier_scores, Score, supplier_ids=list(supplier_ids), since=since)
    found = {one.supplier_id: one for one in rows}
    return {one: found.get(one, Score(one)) for one in supplier_ids}
