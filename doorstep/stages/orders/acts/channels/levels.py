"""What shops are told of stock: from the feed of what can be sold, less what is kept back from each."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.stages.inventory import Buffer

Q = Statements("doorstep.stages.orders")
AT_ONCE = 60


@dataclass(frozen=True, slots=True)
class Stale:
    """A product of which a shop was told another count than it may sell: its article number, the shop's name of it, the count."""

    sku: str
    ref: str
    available: int


@dataclass(frozen=True, slots=True)
class ToTell:
    """What a shop is to be told; when it `is_all` of it, the shop then knows the feed up to `seq`."""

    stale: list[Stale]
    seq: int
    is_all: bool


async def any_behind(tx: Tx) -> bool:
    """Whether some shop that may be told now does not know all that changed."""
    return bool(await tx.value(Q.shops_behind))


async def to_tell(tx: Tx, shop_id: UUID) -> ToTell:
    """Return products of which a shop was told otherwise, some at once.

    The end of the feed is read first: what comes after it is told next time.
    """
    seq = (await inventory.feed_at(tx)).seq
    found = await tx.rows(Q.levels_to_tell, Stale, shop_id=shop_id, most=AT_ONCE + 1)
    return ToTell(found[:AT_ONCE], seq, len(found) <= AT_ONCE)


async def told(tx: Tx, shop_id: UUID, units: Mapping[str, int], known_to: int | None) -> None:
    """Note what a shop was told of its stock (units by article number), and up to which position it now knows the feed."""
    if units:
        await tx.run(Q.levels_told, shop_id=shop_id, skus=list(units), tolds=list(units.values()))
    if known_to is not None:
        await tx.run(Q.levels_known, shop_id=shop_id, seq=known_to)


async def keep_back(tx: Tx, channel_id: UUID, buffer: Buffer) -> None:
    """Keep units back from a channel; if it is a shop, it is told of what differs."""
    await inventory.keep_back(tx, channel_id, buffer)
    await tx.run(Q.levels_known, shop_id=channel_id, seq=0)


async def is_channel(tx: Tx, channel_id: UUID) -> bool:
    """Whether an id is that of a shop, a webhook or an API key of the tenant."""
    return bool(await tx.value(Q.is_channel, id=channel_id))
