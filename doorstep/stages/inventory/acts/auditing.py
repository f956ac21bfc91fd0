"""The auditor: goes round a tenant's products all the time, compares the books with each other, alarms, and mends nothing.

A round looks at some products at once, each set in one snapshot, so that a writer who is half done is never seen. The ledger is read
from its last closing on; before anything is called a drift, the product's whole ledger is read again.
"""

from collections.abc import Sequence
from uuid import UUID

import structlog

from doorstep.platform import journal
from doorstep.platform.db import Tx, columns
from doorstep.platform.ids import bound, made_ms, new_id, new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.model import DRIFT, Difference, Drift, DriftAct, Round

Q = Statements("doorstep.stages.inventory")
log = structlog.get_logger()
SLICE = 500
LONG_LEDGER = 200
UNDER_WAY_S = 300
BELIEVED_S = 86_400
"""How long a closed sum is believed before the whole ledger is read again."""

FIRST = UUID(int=0)


async def audit(tx: Tx, *, most: int = SLICE) -> bool:
    """Look at the next products of the round; alarm at what disagrees, and take back what agrees again.

    Returns:
        Whether the round goes on: False when the last product was looked at, so that the next call begins anew.
    """
    began = new_id()
    after: UUID = await tx.value(Q.begin_round, id=began)
    ids: list[UUID] = await tx.values(Q.next_products, after=after, most=most)
    if ids:
        await _settle(tx, ids, await differences(tx, ids))
        await _close(tx, ids)
    ended = len(ids) < most
    await tx.run(
        Q.go_on,
        after=FIRST if ended else ids[-1],
        count=len(ids),
        began=began,
        ended=ended,
        ended_id=new_id(),
    )
    return not ended


async def _close(tx: Tx, product_ids: Sequence[UUID]) -> None:
    """Sum up long ledgers, but for the last minutes: a transaction under way may still write a line whose id is older."""
    until = bound(UNDER_WAY_S)
    found = await tx.values(
        Q.long_ledgers,
        product_ids=list(product_ids),
        lines=LONG_LEDGER,
        until=until,
        believed=bound(BELIEVED_S),
    )
    if found:
        await tx.run(Q.close_ledgers, product_ids=found, until=until)


async def differences(tx: Tx, product_ids: Sequence[UUID]) -> list[Difference]:
    """Return the figures of products that are not what they are made of."""
    believed = bound(BELIEVED_S)
    found = await tx.rows(Q.differences, Difference, product_ids=list(product_ids), believed=believed)
    if not found:
        return []
    suspects = sorted({one.product_id for one in found})
    await tx.run(Q.open_closings, product_ids=suspects)
    return await tx.rows(Q.differences, Difference, product_ids=suspects, believed=believed)


async def drifts(tx: Tx, *, most: int = 50) -> list[Drift]:
    """Return the drifts that are there still, the oldest first."""
    return await tx.rows(Q.known_drifts, Drift, product_ids=None, most=most)


async def round_of(tx: Tx) -> Round | None:
    """Return how the auditor's last round went; None before the end of its first."""
    found = await tx.tuples(Q.round_of)
    if not found:
        return None
    products, began, ended = found[0]
    age_ms, took_ms = made_ms(new_id()) - made_ms(ended), made_ms(ended) - made_ms(began)
    return Round(products, age_ms / 1000, took_ms / 1000)


async def _settle(tx: Tx, product_ids: Sequence[UUID], seen: Sequence[Difference]) -> None:
    """Write down what is new, what is another number now, and what is gone."""
    told = {
        (one.book, one.site_id, one.product_id, one.place): one
        for one in await tx.rows(Q.known_drifts, Drift, product_ids=list(product_ids), most=None)
    }
    new = [one for one in seen if one.key not in told]
    changed = [
        (told[one.key].id, one)
        for one in seen
        if one.key in told and told[one.key].difference != one.found - one.expected
    ]
    gone = [one.id for key, one in told.items() if key not in {other.key for other in seen}]
    if new:
        await _alarm(tx, new)
    if changed:
        now = [one for _, one in changed]
        await tx.run(Q.change_drifts, ids=[one for one, _ in changed], **columns(now, "expected", "found"))
        await journal.note(
            tx, DRIFT, "changed", [i for i, _ in changed], {i: _facts(one) for i, one in changed}
        )
    await journal.move(tx, DRIFT, DriftAct.CLEAR, gone)


async def _alarm(tx: Tx, new: Sequence[Difference]) -> None:
    ids = new_ids(len(new))
    await tx.run(
        Q.add_drifts,
        ids=ids,
        **columns(new, "book", "site_id", "product_id", "place", "expected", "found"),
    )
    facts = {drift_id: _facts(one) for drift_id, one in zip(ids, new, strict=True)}
    await journal.born(tx, DRIFT, ids, facts)
    for one in new:
        log.error("books_disagree", tenant=str(tx.tenant_id), **{k: str(v) for k, v in _facts(one).items()})


def _facts(one: Difference) -> dict[str, object]:
    return {
        "book": one.book,
        "site_id": one.site_id,
        "product_id": one.product_id,
        "place": one.place,
        "expected": one.expected,
        "found": one.found,
    }
