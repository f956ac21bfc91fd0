"""Promises whose sites somebody else chooses: decided on what is free, written if it still is, decided once more if not."""

from collections.abc import Callable, Mapping, Sequence

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.acts.posting import post
from doorstep.stages.inventory.acts.promising import expiry, lock_levels, promise, shrink
from doorstep.stages.inventory.model import Held, Taken
from doorstep.stages.inventory.rules import Key

Q = Statements("doorstep.stages.inventory")
Choose = Callable[[Mapping[Key, int]], Sequence[Taken]]
"""Says who takes what from where, from the units that are free; it may be asked twice, and the last answer counts."""


async def reserve_as(tx: Tx, keys: Sequence[Key], choose: Choose) -> None:
    """Decide where units come from and promise them, as one act: what is decided is there, or it is decided anew.

    The choice is made on what is free before anything is locked, and written by one conditional statement. If somebody was
    faster, that statement answers the free units of all rows that it locked; the second choice is made on those, under the
    locks, so it always holds. Call it once per transaction, as `reserve`.

    Args:
        tx: the open transaction.
        keys: every stock row that may be chosen, sorted.
        choose: the choice.
    """
    if not keys:
        choose({})
        return
    columns = {"key_products": [key[0] for key in keys], "key_sites": [key[1] for key in keys]}
    taken = choose({(row[0], row[1]): row[2] for row in await tx.tuples(Q.free_levels, **columns)})
    if not taken:
        return
    expiries = {hold_s: expiry(tx, hold_s) for hold_s in {one.hold_s for one in taken}}
    await tx.run(Q.lock_stock, **columns)
    rows = await tx.tuples(
        Q.reserve_all,
        order_ids=[one.order_id for one in taken],
        line_ids=[one.line_id for one in taken],
        product_ids=[one.product_id for one in taken],
        site_ids=[one.site_id for one in taken],
        quantitys=[one.quantity for one in taken],
        expires_ats=[expiries[one.hold_s] for one in taken],
        **columns,
    )
    if rows:
        await promise(tx, choose({(row[0], row[1]): row[2] for row in rows if row[0] is not None}))


async def reroute(tx: Tx, old: Sequence[Held], new: Sequence[Held], why: str) -> None:
    """Give some promises up and make others, all together: from site to site, or fewer of this and more of that.

    Args:
        tx: the open transaction.
        old: what is given up, locked by `hold_promises`.
        new: what is promised instead; it fits, once the old is given up.
        why: kept with the reservations that end.
    """
    if old:
        await shrink(tx, old, why)
        freed: dict[Key, int] = {}
        for one in old:
            freed[one.product_id, one.site_id] = freed.get((one.product_id, one.site_id), 0) + one.quantity
        await post(tx, [], freed=freed)
    if not new:
        return
    await tx.run(
        Q.promise,
        order_ids=[one.order_id for one in new],
        line_ids=[one.line_id for one in new],
        product_ids=[one.product_id for one in new],
        site_ids=[one.site_id for one in new],
        quantitys=[one.quantity for one in new],
        expires_ats=[one.expires_at for one in new],
    )


async def hold_promises(
    tx: Tx, line_ids: Sequence[object], keys: Sequence[Key]
) -> tuple[list[Held], dict[Key, int]]:
    """Lock the pending promises of lines, then stock rows (sorted); return the promises, and what each row has free."""
    held = await tx.rows(Q.lock_reservations, Held, line_ids=list(line_ids))
    locked = sorted({*keys, *((one.product_id, one.site_id) for one in held)})
    return held, await lock_levels(tx, locked)


async def lock_promises(tx: Tx, line_ids: Sequence[object]) -> list[Held]:
    """Lock the pending promises of lines and return them; the stock rows behind them are not locked."""
    return await tx.rows(Q.lock_reservations, Held, line_ids=list(line_ids))


async def hand_on(tx: Tx, old: Sequence[Held], new: Sequence[Held], why: str) -> None:
    """Pass units of promises to lines of other orders: nothing goes free in between, and no stock row changes.

    Args:
        tx: the open transaction.
        old: what is passed on, locked by `lock_promises`.
        new: to which line each of these goes; site, product and units are the same.
        why: kept with reservations that are passed on in whole.
    """
    if not old:
        return
    await tx.run(
        Q.hand_on,
        old_line_ids=[one.line_id for one in old],
        order_ids=[one.order_id for one in new],
        line_ids=[one.line_id for one in new],
        site_ids=[one.site_id for one in new],
        product_ids=[one.product_id for one in new],
        quantitys=[one.quantity for one in new],
    )
    await shrink(tx, old, why)


async def free_of(tx: Tx, keys: Sequence[Key]) -> dict[Key, int]:
    """Return the units that stock rows can still promise, without locking them."""
    if not keys:
        return {}
    rows = await tx.tuples(
        Q.free_levels, key_products=[key[0] for key in keys], key_sites=[key[1] for key in keys]
    )
    return {(product_id, site_id): free for product_id, site_id, free in rows}
