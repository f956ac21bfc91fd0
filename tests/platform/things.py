"""Things with a life cycle to try the ground on: cases, which need nothing else to exist."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.ids import new_ids
from doorstep.platform.journal import born
from doorstep.stages.feedback.model import CASE

ADD = """
    INSERT INTO feedback.cases (tenant_id, id, order_id, merchant_id, cause, opened_at)
    SELECT %s, id, id, id, 'other', now() FROM unnest(%s::uuid[]) AS made(id)
"""


async def cases(tx: Tx, count: int = 1) -> list[UUID]:
    """Make open cases, born in the journal."""
    ids = new_ids(count)
    await tx.connection.execute(ADD, [tx.tenant_id, ids])
    await born(tx, CASE, ids)
    return ids


async def states(tx: Tx, ids: Sequence[UUID]) -> list[tuple[str, int]]:
    """Return the state and seq of cases, in the order of `ids`."""
    cursor = await tx.connection.execute(
        "SELECT id, state, seq FROM feedback.cases WHERE tenant_id = %s AND id = ANY (%s)",
        [tx.tenant_id, list(ids)],
    )
    found = {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}
    return [found[one] for one in ids]
