"""Writing promises down: lock what can be promised, grow it, shrink it."""

from collections.abc import Sequence
from datetime import timedelta

from doorstep.platform.db import Tx, columns
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.model import Held, Taken
from doorstep.stages.inventory.rules import Key

Q = Statements("doorstep.stages.inventory")


async def lock_levels(tx: Tx, keys: Sequence[Key], *, whole: bool = False) -> dict[Key, int]:
    """Lock stock rows (keys sorted) and return the units that each can still promise; rows not there are left out.

    Args:
        tx: the open transaction.
        keys: the rows.
        whole: count what is kept from sale too: it keeps promises that were made.
    """
    if not keys:
        return {}
    rows = await tx.tuples(
        Q.lock_levels,
        key_products=[key[0] for key in keys],
        key_sites=[key[1] for key in keys],
        whole=whole,
    )
    return {(product_id, site_id): free for product_id, site_id, free in rows}


async def promise(tx: Tx, taken: Sequence[Taken]) -> None:
    """Reserve what was decided while its stock rows are locked; a line's units of one product at one site are one row."""
    units: dict[tuple[object, ...], int] = {}
    for one in taken:
        key = (one.order_id, one.line_id, one.product_id, one.site_id, one.hold_s)
        units[key] = units.get(key, 0) + one.quantity
    if not units:
        return
    await tx.run(
        Q.promise,
        order_ids=[key[0] for key in units],
        line_ids=[key[1] for key in units],
        product_ids=[key[2] for key in units],
        site_ids=[key[3] for key in units],
        quantitys=list(units.values()),
        expires_ats=[expiry(tx, key[4]) for key in units],  # type: ignore[arg-type]
    )


def expiry(tx: Tx, hold_s: int | None) -> object:
    """Return when a promise runs out that holds for so many seconds; None never does."""
    return None if hold_s is None else tx.now + timedelta(seconds=hold_s)


async def shrink(tx: Tx, broken: Sequence[Held], why: str) -> None:
    """Take units off reservations that are locked; `reserved` of the stock follows in `post(freed=...)`."""
    if broken:
        await tx.run(
            Q.shrink_reservations,
            reason=why,
            **columns(broken, "line_id", "site_id", "product_id", "quantity"),
        )
