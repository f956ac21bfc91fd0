"""Reading the delivery log, a page at a time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, invalid
from doorstep.platform.statements import Statements
from doorstep.platform.webhooks.model import Attempt, Delivery, event_id, read_event_id

Q = Statements("doorstep.platform.webhooks")
FAR = datetime(9999, 12, 31, tzinfo=UTC)
LAST = UUID(int=2**128 - 1)
OUTCOMES = ("waiting", "delivered", "given_up")


async def log(
    tx: Tx, endpoint_id: UUID, *, outcome: str | None = None, before: str = "", most: int = 50
) -> tuple[list[Delivery], str | None]:
    """Return a page of the delivery log with the calls of each, the newest first, and where the next page begins.

    Raises:
        Refused: `before` is not what an earlier page said.
    """
    at, subject, seq = _read(before)
    rows = await tx.rows(
        Q.log_of_endpoint,
        Delivery,
        endpoint_id=endpoint_id,
        outcome=outcome,
        before=at,
        before_subject=subject,
        before_seq=seq,
        most=most + 1,
    )
    shown = rows[:most]
    tries = await _tries(tx, endpoint_id, shown)
    found = [replace(row, tries=tries[row.subject, row.seq]) for row in shown]
    last = shown[-1] if len(rows) > most else None
    return found, None if last is None else f"{last.owed_at.isoformat()}~{event_id(last.subject, last.seq)}"


async def _tries(
    tx: Tx, endpoint_id: UUID, rows: Sequence[Delivery]
) -> defaultdict[tuple[UUID, int], list[Attempt]]:
    tries: defaultdict[tuple[UUID, int], list[Attempt]] = defaultdict(list)
    if rows:
        for one in await tx.rows(
            Q.attempts_of,
            Attempt,
            endpoint_id=endpoint_id,
            subjects=[row.subject for row in rows],
            seqs=[row.seq for row in rows],
        ):
            tries[one.subject, one.seq].append(one)
    return tries


def _read(before: str) -> tuple[datetime, UUID, int]:
    if not before:
        return FAR, LAST, 2**31 - 1
    moment, _, event = before.partition("~")
    named = read_event_id(event)
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        at = None
    if named is None or at is None or at.tzinfo is None:
        raise invalid([Fault("", "before", "`before` is not what an earlier page of this log said.")])
    return at, *named
