"""Which lots leave a place: the one that expires first, before what never expires, before units of no known lot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from doorstep.platform.errors import Fault
from doorstep.stages.catalog import Product
from doorstep.stages.inventory.model import LOT_MAX, Condition, LotHere, Movement, Receipt

Spot = tuple[UUID, UUID, str]
"""(site, product, place), as balances are keyed."""

NEVER = date.max
FORWARD = ("tote:", "parcel", "customer")
"""Where goods go on their way to a customer: nothing but sellable lots."""


def name_lots(
    movements: Sequence[Movement],
    here: Sequence[LotHere],
    loose: Mapping[Spot, int],
    packed: Mapping[tuple[UUID, UUID, UUID, str], int],
) -> tuple[list[Movement], list[tuple[Movement, int]]]:
    """Take movements apart by the lots that move; a movement that names its lot, or none on purpose, stays as it is.

    Args:
        movements: what moves.
        here: the lots that lie where movements begin.
        loose: units of no known lot there.
        packed: units by (order, site, product, lot) that were packed for an order: they leave with it.

    Returns:
        The movements with their lots, and those that cannot be covered by what may move, with the units that lack.
    """
    lots: dict[Spot, list[LotHere]] = {}
    left: dict[tuple[Spot, str], int] = {}
    for lying in sorted(here, key=lambda lot: (lot.expires_on or NEVER, lot.lot)):
        spot = (lying.site_id, lying.product_id, lying.place)
        lots.setdefault(spot, []).append(lying)
        left[spot, lying.lot] = lying.on_hand
    free = dict(loose)
    parts: list[Movement] = []
    lacking: list[tuple[Movement, int]] = []
    for one in movements:
        spot = (one.site_id, one.product_id, one.from_place)
        if one.lot or one.nameless or spot not in lots:
            parts.append(one)
            continue
        wanted = one.quantity
        for lot, most in _in_order(one, lots[spot], packed):
            there = free.get(spot, 0) if lot == "" else left[spot, lot]
            if (part := min(wanted, there, most)) > 0:
                parts.append(replace(one, quantity=part, lot=lot))
                wanted -= part
                if lot:
                    left[spot, lot] -= part
                else:
                    free[spot] -= part
        if wanted:
            lacking.append((one, wanted))
    return parts, lacking


def _in_order(
    one: Movement, lots: Sequence[LotHere], packed: Mapping[tuple[UUID, UUID, UUID, str], int]
) -> Iterator[tuple[str, int]]:
    """Yield the lots that a movement may take and at most how many units, in order; '' stands for units of no known lot."""
    sellable = [lot.lot for lot in lots if lot.state == Condition.SELLABLE]
    if one.order_id and one.from_place == "parcel":
        for lot in sellable:
            yield lot, packed.get((one.order_id, one.site_id, one.product_id, lot), 0)
    others = (
        [] if one.to_place.startswith(FORWARD) else [lot for lot in lots if lot.state != Condition.SELLABLE]
    )
    for name in (*sellable, "", *(lot.lot for lot in others)):
        yield name, one.quantity


def receipt_faults(
    receipts: Sequence[Receipt],
    products: Mapping[UUID, Product],
    known: Mapping[tuple[UUID, str], date | None],
    today: date,
) -> Iterator[Fault]:
    """Say which receipts do not tell the lot or day that their product asks for, or tell another day than before.

    Args:
        receipts: what comes in.
        products: by id.
        known: the last day of sale of lots that are there, by (product, lot).
        today: the business day.
    """
    days = dict(known)
    for i, one in enumerate(receipts):
        product, lot = products[one.product_id], one.lot
        if product.asks_lot and not lot:
            yield Fault(f"/{i}/lot", "lot", f"{product.sku} has lots. Scan or type the lot of what came in.")
        if (
            len(lot) > LOT_MAX
            or not lot.isascii()
            or not (lot == "" or lot.isprintable())
            or lot != lot.strip()
        ):
            yield Fault(f"/{i}/lot", "lot", f"Write the lot in up to {LOT_MAX} letters, digits and signs.")
        if one.expires_on and not lot:
            yield Fault(f"/{i}/lot", "lot", f"Say of which lot {one.expires_on} is the last day.")
        there = days.get((one.product_id, lot))
        if lot and (one.product_id, lot) in days and one.expires_on and there != one.expires_on:
            yield Fault(
                f"/{i}/expires_on",
                "expires_on",
                f"Lot {lot} of {product.sku} has the last day {there or 'never'} already. Check the day, or the lot.",
            )
        day = one.expires_on or there
        if product.asks_expiry and day is None:
            yield Fault(
                f"/{i}/expires_on",
                "expires_on",
                f"{product.sku} expires. Say until which day it may be sold.",
            )
        if day and day < today:
            yield Fault(
                f"/{i}/expires_on", "expires_on", f"Lot {lot} of {product.sku} expired on {day}. Refuse it."
            )
        if lot:
            days[one.product_id, lot] = day
