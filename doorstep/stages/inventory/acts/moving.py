"""Goods come in, move, turn up, vanish and come back."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, invalid
from doorstep.platform.ids import new_ids
from doorstep.stages import catalog
from doorstep.stages.catalog import Product, ProductKind
from doorstep.stages.inventory import rules
from doorstep.stages.inventory.acts.breaking import make_room
from doorstep.stages.inventory.acts.lots import add_lots, lots_of
from doorstep.stages.inventory.acts.posting import check_places, post
from doorstep.stages.inventory.acts.putaway import lot_faults
from doorstep.stages.inventory.model import Adjustment, Movement, Receipt, Restock
from doorstep.stages.inventory.model.plates import Handling
from doorstep.stages.inventory.rules import Key
from doorstep.stages.inventory.rules import lots as lot_rules


async def receive(tx: Tx, receipts: Sequence[Receipt]) -> list[UUID]:
    """Take goods in from suppliers; they can be sold at once, unless they are put to quarantine.

    Returns:
        One id per receipt, under which its event `stock.received` stands in the journal.

    Raises:
        Refused: a site, bin or product is not there, a kit (its components are received), a quantity is absurd, or lots would mix
            in a bin that keeps them apart.
    """
    await check_places(tx, [(one.site_id, one.place) for one in receipts])
    products = await _check_products(tx, {one.product_id for one in receipts})
    await _check_lots(tx, receipts, products)
    if faults := await lot_faults(tx, receipts):
        raise invalid(faults)
    ids = new_ids(len(receipts))
    await post(
        tx,
        [
            Movement(
                site_id=one.site_id,
                product_id=one.product_id,
                from_place="supplier",
                to_place=one.place,
                quantity=one.quantity,
                reason=one.reason,
                reference=one.reference or receipt_id,
                lot=one.lot,
                serials=one.serials,
            )
            for one, receipt_id in zip(receipts, ids, strict=True)
        ],
    )
    facts = {
        receipt_id: {
            "product_id": one.product_id,
            "site_id": one.site_id,
            "place": one.place,
            "quantity": one.quantity,
            **({"lot": one.lot} if one.lot else {}),
        }
        for one, receipt_id in zip(receipts, ids, strict=True)
    }
    await journal.tell(tx, "stock", "received", ids, facts)
    return ids


async def restock(tx: Tx, returned: Sequence[Restock]) -> None:
    """Put returned units back to a bin, to be sold again, or to quarantine.

    Raises:
        Refused: a site, bin or product is not there, or a quantity is absurd.
    """
    await check_places(tx, [(one.site_id, one.place) for one in returned])
    await _check_products(tx, {one.product_id for one in returned})
    await post(
        tx,
        [
            Movement(
                site_id=one.site_id,
                product_id=one.product_id,
                from_place="customer",
                to_place=one.place,
                quantity=one.quantity,
                reason="returned",
                reference=one.reference,
                order_id=one.order_id,
                serials=one.serials,
            )
            for one in returned
        ],
    )


async def move(tx: Tx, movements: Sequence[Movement], handling: Handling | None = None) -> None:
    """Move goods between places of a site: bin, tote, parcel, quarantine; with plates as `handling` says.

    Into quarantine they can no longer be sold; promises that are not covered then are broken, youngest first.

    Raises:
        Refused: less lies there than is to be moved, a bin is not there, or a side lies outside our walls.
    """
    outside = [
        place for one in movements for place in (one.from_place, one.to_place) if not rules.is_inside(place)
    ]
    if outside:
        raise Refused(
            Reason.INVALID,
            f"{outside[0][:60]!r} is not a place within our walls. Receive, adjust or ship instead.",
        )
    bins = [(one.site_id, one.to_place) for one in movements if one.to_place.startswith("bin:")]
    if bins:
        await check_places(tx, bins)
    await make_room(tx, _taken_from_sale(movements), "quarantine")
    await post(tx, movements, handling=handling)


async def adjust(tx: Tx, adjustments: Sequence[Adjustment]) -> None:
    """Correct what lies in places, with a reason; promises that are not covered any more are broken, youngest first.

    Raises:
        Refused: more is to be taken than lies there, a bin or product is not there, or a quantity is absurd.
    """
    await check_places(tx, [(one.site_id, one.place) for one in adjustments])
    await _check_products(tx, {one.product_id for one in adjustments})
    movements = [_correction(one) for one in adjustments]
    await make_room(tx, _taken_from_sale(movements), "adjustment")
    await post(tx, movements)


def _correction(one: Adjustment) -> Movement:
    gone = "scrap" if one.reason in ("damaged", "expired", "scrapped") else "lost"
    return Movement(
        site_id=one.site_id,
        product_id=one.product_id,
        from_place="found" if one.quantity > 0 else one.place,
        to_place=one.place if one.quantity > 0 else gone,
        quantity=abs(one.quantity),
        reason=one.reason,
        reference=one.reference,
        serials=one.serials,
    )


def _taken_from_sale(movements: Sequence[Movement]) -> dict[Key, int]:
    """Return how much each site's promisable stock shrinks."""
    taking: dict[Key, int] = {}
    for one in movements:
        change = rules.is_sellable(one.from_place) - rules.is_sellable(one.to_place)
        key = (one.product_id, one.site_id)
        taking[key] = taking.get(key, 0) + change * one.quantity
    return {key: units for key, units in taking.items() if units > 0}


async def _check_lots(tx: Tx, receipts: Sequence[Receipt], products: Mapping[UUID, Product]) -> None:
    """Check what receipts say of their lots, and write down the lots that are new."""
    if not any(one.lot or one.expires_on or asks(products[one.product_id]) for one in receipts):
        return
    known = {(one.product_id, one.lot): one.expires_on for one in await lots_of(tx, list(products))}
    if faults := list(lot_rules.receipt_faults(receipts, products, known, tx.now.date())):
        raise invalid(faults)
    await add_lots(tx, receipts)


def asks(product: Product) -> bool:
    """Whether what comes in of a product has to say more than how much it is."""
    return product.asks_lot or product.asks_expiry


async def _check_products(tx: Tx, product_ids: set[UUID]) -> dict[UUID, Product]:
    known = {one.id: one for one in await catalog.products(tx, list(product_ids))}
    for product_id in sorted(product_ids):
        if product_id not in known:
            raise Refused(Reason.UNKNOWN, f"There is no product {product_id} here. Check the id.")
        if known[product_id].kind == ProductKind.KIT:
            raise Refused(
                Reason.INVALID,
                f"{known[product_id].sku} is a kit and lies here as its components. Scan those instead.",
            )
    return known
