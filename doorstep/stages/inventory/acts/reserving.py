"""The hot path: promise goods to orders, claim, give back, let run out, ship."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, invalid
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import rules
from doorstep.stages.inventory.acts.breaking import note_shortages
from doorstep.stages.inventory.acts.posting import post
from doorstep.stages.inventory.acts.promising import expiry, lock_levels, promise
from doorstep.stages.inventory.model import Demand, Held, Movement, Shipped, Shortage
from doorstep.stages.inventory.rules import Key

Q = Statements("doorstep.stages.inventory")
EXPIRE_MAX = 2000


async def reserve(tx: Tx, demands: Sequence[Demand]) -> dict[UUID, list[Shortage]]:
    """Promise goods to orders: each order whole or not at all, first come first served within the set.

    One statement when everything fits its order's first site, as nearly always; it locks the stock rows in key order and
    changes nothing if one is short. Then the decision is made order by order under those locks, and written by a second.
    Call it once per transaction: a second call locks out of order.

    Args:
        tx: the open transaction.
        demands: kits already taken apart; demands of one line for one product add up.

    Returns:
        The orders that were not served, with what each asked and what was left; all others are promised.

    Raises:
        Refused: a quantity is not between one and a million.
    """
    faults = list(rules.quantity_faults(one.quantity for one in demands))
    if faults:
        raise invalid(faults)
    asked = rules.merged(demands)
    keys = rules.candidate_keys(asked)
    free: dict[Key, int] | None = None
    if keys and all(one.site_ids for one in asked):
        free = await _reserve_all(tx, asked, keys)
    elif asked:
        free = await lock_levels(tx, keys)
    if free is None:
        return {}
    taken, short = rules.share_out(asked, free)
    await promise(tx, taken)
    return short


async def _reserve_all(tx: Tx, asked: Sequence[Demand], keys: Sequence[Key]) -> dict[Key, int] | None:
    """Promise everything at the orders' first sites, or nothing; return the free units of the locked rows if nothing."""
    expiries = {hold_s: expiry(tx, hold_s) for hold_s in {one.hold_s for one in asked}}
    key_products, key_sites = [key[0] for key in keys], [key[1] for key in keys]
    await tx.run(Q.lock_stock, key_products=key_products, key_sites=key_sites)
    rows = await tx.tuples(
        Q.reserve_all,
        order_ids=[one.order_id for one in asked],
        line_ids=[one.line_id for one in asked],
        product_ids=[one.product_id for one in asked],
        site_ids=[one.site_ids[0] for one in asked],
        quantitys=[one.quantity for one in asked],
        expires_ats=[expiries[one.hold_s] for one in asked],
        key_products=key_products,
        key_sites=key_sites,
    )
    if not rows:
        return None
    return {(product_id, site_id): free for product_id, site_id, free in rows if product_id is not None}


async def commit(tx: Tx, order_ids: Sequence[UUID]) -> list[UUID]:
    """Claim the reservations of orders: they run out no more.

    Returns:
        The orders that lost theirs before; reserve for them again, or refuse them.
    """
    if not order_ids:
        return []
    await tx.run(Q.commit_reservations, order_ids=list(order_ids))
    return await tx.values(Q.lost_to_expiry, order_ids=list(order_ids))


async def release(tx: Tx, order_ids: Sequence[UUID], reason: str) -> int:
    """Give back what is still promised to orders; return how many units. What was shipped stays shipped."""
    if not order_ids:
        return 0
    return int(await tx.value(Q.release, order_ids=list(order_ids), line_ids=[], reason=reason))


async def release_lines(tx: Tx, line_ids: Sequence[UUID], reason: str) -> int:
    """Give back what is still promised to single lines; return how many units."""
    if not line_ids:
        return 0
    return int(await tx.value(Q.release, order_ids=[], line_ids=list(line_ids), reason=reason))


async def expire(tx: Tx) -> list[Held]:
    """Let reservations run out that nobody claimed in time (business time), and tell each as `reservation.expired`.

    Returns:
        What ran out; at most about two thousand reservations at once, the rest next time.
    """
    gone = await tx.rows(Q.expire, Held, most=EXPIRE_MAX)
    await note_shortages(tx, gone, "expired", [0] * len(gone))
    return gone


async def ship(tx: Tx, shipped: Sequence[Shipped]) -> None:
    """Post the reservations of goods that leave in parcels: from `parcel` to the customer.

    Raises:
        Refused: less is promised to a line than is to be shipped, or less lies in parcels; a quantity is not between one and
            a million.
    """
    faults = list(rules.quantity_faults(one.quantity for one in shipped))
    if faults:
        raise invalid(faults)
    units: dict[tuple[UUID, UUID, UUID], int] = {}
    for one in shipped:
        key = (one.line_id, one.site_id, one.product_id)
        units[key] = units.get(key, 0) + one.quantity
    if not units:
        return
    lines = sorted(units)
    await tx.rows(Q.lock_reservations, Held, line_ids=[key[0] for key in lines])
    posted = await tx.run(
        Q.post_shipped,
        line_ids=[key[0] for key in lines],
        site_ids=[key[1] for key in lines],
        product_ids=[key[2] for key in lines],
        quantitys=[units[key] for key in lines],
    )
    if posted < len(lines):
        raise Refused(
            Reason.CONFLICT,
            "More was to be shipped than is promised to these lines. Look at the order's reservations.",
        )
    freed: dict[Key, int] = {}
    for (_, site_id, product_id), quantity in units.items():
        freed[product_id, site_id] = freed.get((product_id, site_id), 0) + quantity
    await post(tx, [_leaves(one) for one in shipped], freed=freed)


def _leaves(one: Shipped) -> Movement:
    return Movement(
        site_id=one.site_id,
        product_id=one.product_id,
        from_place="parcel",
        to_place="customer",
        quantity=one.quantity,
        reason="shipped",
        reference=one.reference,
        order_id=one.order_id,
    )
