"""The feed of what can be sold: every change reaches the channels as a set, the newest value of each product only.

Whoever changes what a stock row can promise marks the row as untold, while it is locked. One writer at a time takes the marks
into the feed: it waits for the rows' holders first and reads after them, so a change whose mark was there already is read with
it, and one that comes later leaves a new mark. Positions in the feed are given under the lock of the tenant's one feed row, which
is held until the commit: whoever has seen one has seen all before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.platform.webhooks.model import About
from doorstep.platform.webhooks.owing import owe
from doorstep.stages.inventory.acts.promising import lock_levels
from doorstep.stages.inventory.rules import Cursor

Q = Statements("doorstep.stages.inventory")
TAKEN_MAX = 1000
CHANGES_MAX = 1000
CHANGED = "availability.changed"


@dataclass(frozen=True, slots=True)
class Change:
    """What a channel may sell of a product now; `seq` is its position in the feed."""

    sku: str
    merchant: str
    product_id: UUID
    available: int
    changed_at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes, the oldest first, and where to go on; `more` when there are more already."""

    items: list[Change]
    cursor: Cursor
    more: bool


async def take_changes(tx: Tx) -> int:
    """Take what changed into the feed, some at once; return how many stock rows, 0 also when another one does it just now."""
    if not await tx.value(Q.any_untold) or (last := await _hold(tx)) is None:
        return 0
    keys = await tx.tuples(Q.untold, most=TAKEN_MAX)
    if not keys:
        return 0
    await lock_levels(tx, [(product_id, site_id) for product_id, site_id in keys])
    told = await tx.run(
        Q.take_untold, key_products=[key[0] for key in keys], key_sites=[key[1] for key in keys], last=last
    )
    if told:
        await tx.run(Q.advance_feed, count=told)
    return len(keys)


async def _hold(tx: Tx) -> int | None:
    """Return how far the feed is, and be its writer until the end of the transaction; None when another one is."""
    last: int | None = await tx.value(Q.hold_feed)
    if last is None and not await tx.value(Q.feed_is_open):
        await tx.run(Q.open_feed)
        last = await tx.value(Q.hold_feed)
    return last


async def feed_at(tx: Tx, channel_id: UUID | None = None) -> Cursor:
    """Return the end of the feed as a channel reads it."""
    last, version = (await tx.tuples(Q.feed_at, channel_id=channel_id))[0]
    return Cursor(version, last)


async def changes(
    tx: Tx,
    after: Cursor | None,
    *,
    channel_id: UUID | None = None,
    merchant_id: UUID | None = None,
    most: int = CHANGES_MAX,
) -> Changes:
    """Return what changed after a cursor: the newest value of each product, less what is kept back from the channel.

    Without a cursor, or with one from before the channel's buffers changed, it begins with everything that was ever stocked.
    """
    end = await feed_at(tx, channel_id)
    begin = after.seq if after and after.version == end.version and after.seq <= end.seq else 0
    found = await _stretch(tx, channel_id, merchant_id, begin, end.seq, most)
    more = len(found) == most
    return Changes(found, Cursor(end.version, found[-1].seq if more else end.seq), more)


async def _stretch(
    tx: Tx, channel_id: UUID | None, merchant_id: UUID | None, after: int, until: int, most: int
) -> list[Change]:
    return await tx.rows(
        Q.offers_after,
        Change,
        channel_id=channel_id,
        merchant_id=merchant_id,
        after=after,
        until=until,
        most=most,
    )


async def note_new_kits(tx: Tx) -> None:
    """Let the feed tell of kits that were made after their parts came."""
    await tx.run(Q.note_new_kits)


# ---- webhooks ----


@dataclass(frozen=True, slots=True)
class _Tellable:
    id: UUID
    merchant_id: UUID | None
    version: int
    after_seq: int


async def tell_webhooks(tx: Tx) -> int:
    """Owe each webhook that wants it the next stretch of the feed, unless one is under way; return how many are owed one."""
    if CHANGED not in tx.wanted or not await tx.rows(Q.tellable, _Tellable) or await _hold(tx) is None:
        return 0
    ready = await tx.rows(Q.tellable, _Tellable)
    owed: list[tuple[UUID, UUID]] = await tx.tuples(
        Q.tell,
        ids=new_ids(len(ready)),
        endpoint_ids=[one.id for one in ready],
        merchant_ids=[one.merchant_id for one in ready],
        versions=[one.version for one in ready],
        after_seqs=[one.after_seq for one in ready],
        most=CHANGES_MAX,
    )
    kind, _, name = CHANGED.partition(".")
    await journal.tell(tx, kind, name, [one for one, _ in owed])
    await owe(tx, [(endpoint_id, telling_id) for telling_id, endpoint_id in owed])
    return len(owed)


@dataclass(frozen=True, slots=True)
class _Telling:
    id: UUID
    endpoint_id: UUID
    merchant_id: UUID | None
    version: int
    after_seq: int
    until_seq: int


async def about(tx: Tx, ids: Sequence[UUID]) -> list[About]:
    """Describe stretches of the feed. What changed again since belongs to a later stretch, so a body never tells what is old."""
    found = []
    for one in await tx.rows(Q.tellings, _Telling, ids=list(ids)):
        parts = await _stretch(
            tx, one.endpoint_id, one.merchant_id, one.after_seq, one.until_seq, CHANGES_MAX
        )
        cursor = Cursor(one.version, one.until_seq)
        data = {
            "changes": [
                {"merchant": part.merchant, "sku": part.sku, "available": part.available} for part in parts
            ]
        }
        found.append(About(one.id, one.merchant_id, data, f"/api/availability/changes?after={cursor}"))
    return found


async def forget_tellings(tx: Tx) -> None:
    """Forget stretches that are as old as the log of webhooks."""
    await tx.run(Q.forget_tellings)
