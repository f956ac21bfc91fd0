"""Looking at plates: which there are, what stands on one, and how it came to be so."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.inventory.acts.looking import lies_in
from doorstep.stages.inventory.model.plates import OnPlate, OnPlates, Plate, PlateState, Tree
from doorstep.stages.inventory.rules.plate_label import draw_label
from doorstep.stages.inventory.rules.plates import read_code

Q = Statements("doorstep.stages.inventory")
ENDING_MIN = 4
"""How many characters of a code's end find a plate."""


async def plate_called(tx: Tx, code: str, own: UUID | None = None) -> Tree:
    """Return a plate with all that is on it: the one of a code that stands somewhere, else the last that had it.

    Args:
        tx: the open transaction.
        code: as it was scanned; or the plate's id.
        own: the merchant to whom all that is on it has to belong, if the caller sees one's goods only.

    Raises:
        Refused: there is no such plate, or not for this caller.
    """
    found: UUID | None = await tx.value(Q.plates_called, code=read_code(code), id=_read_id(code))
    if found is None:
        raise unknown("plate", code.strip()[:40])
    tree = await tree_of(tx, found)
    if own is not None:
        products = await catalog.products(tx, list({one.product_id for one in tree.contents}))
        if tree.root.state == PlateState.ENDED or any(one.merchant_id != own for one in products):
            raise unknown("plate", code.strip()[:40])
    return tree


def _read_id(code: str) -> UUID | None:
    try:
        return UUID(code)
    except ValueError:
        return None


async def standing(tx: Tx, code: str) -> Tree:
    """Return a plate that is in use.

    Raises:
        Refused: there is none of that code, or nothing is on it any more.
    """
    tree = await plate_called(tx, code)
    if tree.root.state != PlateState.STANDING:
        said = (
            f"Plate {tree.root.code} has ended: nothing is on it any more. Build it up anew, or scan another."
        )
        raise Refused(Reason.CONFLICT, said)
    return tree


async def tree_of(tx: Tx, plate_id: UUID) -> Tree:
    """Return a plate with all that is on it, and what it stands on."""
    plates = await tx.rows(Q.plate_tree, Plate, id=plate_id)
    contents = await tx.rows(Q.contents_of, OnPlate, ids=[one.id for one in plates])
    below = await tx.rows(Q.plate_chain, Plate, id=plate_id) if plates[0].parent_id else []
    return Tree(tuple(plates), tuple(contents), tuple(below))


async def plates(
    tx: Tx,
    *,
    site_id: UUID | None = None,
    place: str | None = None,
    product_id: UUID | None = None,
    lot: str = "",
    own: UUID | None = None,
    after: str = "",
    most: int = 50,
) -> list[Plate]:
    """Return plates in use by their codes, after one of them: in a place, or that a product or lot is on, as asked."""
    return await tx.rows(
        Q.plates_listed,
        Plate,
        site_id=site_id,
        place=place,
        product_id=product_id,
        lot=lot,
        own=own,
        after=after,
        most=most,
    )


async def stands(tx: Tx, code: str) -> bool:
    """Whether a plate of a code, as `read_code` returns it, is in use."""
    return bool(await tx.value(Q.plate_stands, code=code))


async def find_plates(tx: Tx, text: str, *, most: int) -> list[Plate]:
    """Return plates in use that something at hand leads to: the end of a code, a bin, a lot, an SKU or a barcode; '': all."""
    said = text.strip().removeprefix("bin:")
    scanned = await catalog.by_barcode(tx, [said]) if said else []
    return await tx.rows(
        Q.plates_found,
        Plate,
        said=said,
        code=read_code(said),
        ending=said.upper() if len(said) >= ENDING_MIN else "",
        product_ids=[one.product_id for one in scanned],
        most=most,
    )


async def loose_in(tx: Tx, site_id: UUID, place: str) -> dict[tuple[UUID, str], int]:
    """Return what lies in a place and on no plate: units by (product, lot)."""
    products = [one.product_id for one in await lies_in(tx, site_id, place)]
    loose, _ = await loose_units(tx, site_id, place, products)
    return {key: units for key, units in sorted(loose.items()) if units > 0}


async def loose_units(
    tx: Tx, site_id: UUID, place: str, product_ids: Sequence[UUID]
) -> tuple[dict[tuple[UUID, str], int], dict[tuple[UUID, str], date | None]]:
    """Return what of some products lies in a place and on no plate, by (product, lot), and the last days of the lots."""
    rows = await tx.tuples(Q.lying_in, site_id=site_id, place=place, product_ids=list(product_ids))
    loose = {(product_id, lot): units for product_id, lot, units, _ in rows}
    for product_id, lot, units in await tx.tuples(
        Q.plated_in, site_id=site_id, place=place, product_ids=list(product_ids)
    ):
        loose[product_id, lot] = loose.get((product_id, lot), 0) - units
    return loose, {(product_id, lot): day for product_id, lot, _, day in rows}


async def label_of(tx: Tx, tree: Tree) -> bytes:
    """Return the label of a plate as PDF, with all that is on it."""
    products = {
        one.id: one.sku for one in await catalog.products(tx, list({one.product_id for one in tree.contents}))
    }
    units: dict[tuple[str, str], int] = {}
    for one in tree.contents:
        key = (products[one.product_id], one.lot)
        units[key] = units.get(key, 0) + one.quantity
    site = (await catalog.sites(tx, [tree.root.site_id]))[tree.root.site_id]
    return draw_label(tree.root.code, site.name, [(sku, lot, n) for (sku, lot), n in sorted(units.items())])


async def plates_with(tx: Tx, product_id: UUID, *, most: int = 50) -> list[OnPlates]:
    """Return on which plates units of a product stand, place by place."""
    return await tx.rows(Q.plates_with, OnPlates, product_id=product_id, most=most)


async def contents_of(tx: Tx, plate_ids: Sequence[UUID]) -> list[OnPlate]:
    """Return what is on plates, without what stands on them."""
    return await tx.rows(Q.contents_of, OnPlate, ids=list(plate_ids))
