"""Goods: add and change products with their codes and components, look them up by SKU, code or kit."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.statements import Statements
from doorstep.stages.catalog.acts.writing import TAKEN, put, refuse
from doorstep.stages.catalog.model import NewProduct, Product, Scanned
from doorstep.stages.catalog.rules import fitness
from doorstep.stages.catalog.rules.kits import KitInItselfError, flat

Q = Statements("doorstep.stages.catalog")
FIRST = UUID(int=0)
Lies = Callable[[Tx, Sequence[UUID]], Awaitable[set[UUID]]]
LIES: list[Lies] = []
"""How the stage that keeps the goods is asked of which products units lie here: it knows us, not we it."""


async def add_products(tx: Tx, new: Sequence[NewProduct]) -> list[UUID]:
    """Add products with their codes and components (components may be in the same set) and return their ids.

    A kit of kits is stored as the single products that it comes to.

    Raises:
        Refused: a field does not fit, a SKU or code is taken, a component is not there, or a kit holds itself.
    """
    known = {one.product.id: one.product for one in new}
    new = await _taken_apart(tx, new)
    parts = {part for one in new for part in one.components} - known.keys()
    if parts:
        known |= {one.id: one for one in await products(tx, list(parts))}
    refuse(fitness.all_faults([fitness.product_faults(one, known) for one in new]))
    await put(tx, Q.add_products, [one.product for one in new])
    await _add_codes(
        tx, [(one.product.id, code, units) for one in new for code, units in one.barcodes.items()]
    )
    made = [(one.product.id, part, quantity) for one in new for part, quantity in one.components.items()]
    if made:
        kits, parts_of, quantities = (list(column) for column in zip(*made, strict=True))
        await tx.run(Q.add_components, kit_ids=kits, component_ids=parts_of, quantitys=quantities)
    return [one.product.id for one in new]


async def _taken_apart(tx: Tx, new: Sequence[NewProduct]) -> list[NewProduct]:
    """Return products with the kits among their components taken apart."""
    made_of = {one.product.id: one.components for one in new if one.components}
    parts = {part for one in new for part in one.components} - {one.product.id for one in new}
    if parts:
        there = await components(tx, list(parts))
        made_of |= {kit: dict(inside) for kit, inside in there.items() if inside != [(kit, 1)]}
    try:
        return [
            replace(one, components=flat(one.components, made_of, (one.product.id,)))
            if one.components
            else one
            for one in new
        ]
    except KitInItselfError as error:
        raise invalid(
            [Fault("/components", "kit_in_itself", f"The kit {error} would hold itself. Leave it out.")]
        ) from error


async def change_products(tx: Tx, changed: Sequence[NewProduct]) -> None:
    """Change what products are called, measure and cost, and add codes; owner, SKU, kind and components stay.

    Raises:
        Refused: a field does not fit, a product is not there, a code belongs to another product, or units lie here that would
            be known by number from now on, or no longer.
    """
    known = {one.id: one for one in await products(tx, [one.product.id for one in changed])}
    for one in changed:
        if one.product.id not in known:
            raise unknown("product", one.product.id)
    parts = {part: known[part] for part in known}
    refuse(fitness.all_faults([fitness.product_faults(_as_single(one), parts) for one in changed]))
    refuse(fitness.serials_faults(known, [one.product for one in changed], await _lying(tx, known, changed)))
    await put(tx, Q.change_products, [one.product for one in changed])
    have = {(code, product_id): units for product_id, code, units in await _codes(tx, list(known))}
    await _add_codes(
        tx,
        [
            (one.product.id, code, units)
            for one in changed
            for code, units in one.barcodes.items()
            if (code, one.product.id) not in have
        ],
    )


async def _lying(tx: Tx, known: Mapping[UUID, Product], changed: Sequence[NewProduct]) -> set[UUID]:
    """Return the products of which units lie here, among those that begin or cease to be known by number."""
    asked = [one.product for one in changed]
    return await lying_of(tx, [one.id for one in asked if fitness.turns(known[one.id].serials, one.serials)])


async def lying_of(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Return the products of which units lie here, as the stage that keeps the goods says."""
    return {one for lies in LIES for one in await lies(tx, ids)} if ids else set()


def _as_single(one: NewProduct) -> NewProduct:
    """Judge a change without its components, which a change leaves alone."""
    if not one.components and one.product.kind == "single":
        return one
    values = {name: getattr(one.product, name) for name in Product.__slots__}
    return NewProduct(Product(**{**values, "kind": "single"}), one.barcodes)


async def _add_codes(tx: Tx, codes: list[tuple[UUID, str, int]]) -> None:
    if not codes:
        return
    names = [code for _, code, _ in codes]
    taken = {one.code: one for one in await by_barcode(tx, names) if one.code != one.sku}
    if taken or len(set(names)) < len(names):
        first = next((code for code in names if code in taken), names[0])
        whose = f" {first} is {taken[first].sku}." if first in taken else ""
        raise Refused(Reason.CONFLICT, f"{TAKEN['barcode_taken']}{whose}")
    await tx.run(
        Q.add_barcodes, codes=names, product_ids=[one[0] for one in codes], unitss=[one[2] for one in codes]
    )


async def _codes(tx: Tx, product_ids: Sequence[UUID]) -> list[tuple[UUID, str, int]]:
    return await tx.tuples(Q.barcodes_of, product_ids=list(product_ids))


async def products(tx: Tx, ids: Sequence[UUID]) -> list[Product]:
    """Return products by id, in the order of their SKUs; ids that are not there are left out."""
    return await tx.rows(Q.products, Product, ids=list(ids))


async def products_by_sku(tx: Tx, asked: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], Product]:
    """Return products by (merchant, SKU); those that are not there are left out."""
    merchants, skus = [one[0] for one in asked], [one[1] for one in asked]
    rows = await tx.rows(Q.products_by_sku, Product, merchant_ids=merchants, skus=skus)
    return {(one.merchant_id, one.sku): one for one in rows}


async def find_products(
    tx: Tx,
    wanted: str = "",
    *,
    merchant_id: UUID | None = None,
    after: tuple[str, UUID] = ("", FIRST),
    most: int = 50,
) -> list[Product]:
    """Return products whose SKU or name contains `wanted`, or that carry it as barcode, after a (SKU, id)."""
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return await tx.rows(
        Q.find_products,
        Product,
        wanted=wanted,
        like=f"%{escaped}%",
        merchant_id=merchant_id,
        after_sku=after[0],
        after_id=after[1],
        most=most,
    )


async def by_barcode(tx: Tx, codes: Sequence[str]) -> list[Scanned]:
    """Return what scanned codes stand for; a SKU counts as a code where it is unique. Unknown codes are left out."""
    return await tx.rows(Q.by_barcode, Scanned, codes=list(codes))


async def barcodes_of(tx: Tx, product_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Return the codes of products with the units each counts."""
    found: dict[UUID, dict[str, int]] = {}
    for product_id, code, units in await _codes(tx, product_ids):
        found.setdefault(product_id, {})[code] = units
    return found


async def components(tx: Tx, product_ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, int]]]:
    """Return what products are stored as: `{product: [(component, quantity)]}`; a single is its own component."""
    found: dict[UUID, list[tuple[UUID, int]]] = {}
    for product_id, component_id, quantity in await tx.tuples(Q.components, product_ids=list(product_ids)):
        found.setdefault(product_id, []).append((component_id, quantity))
    return found


async def kits_of(tx: Tx, product_ids: Sequence[UUID]) -> list[tuple[UUID, UUID, int]]:
    """Return the kits that hold some products: (kit, component, quantity)."""
    return await tx.tuples(Q.kits_of, product_ids=list(product_ids))


async def count_products(tx: Tx, merchant_id: UUID | None = None) -> int:
    """Return how many products a merchant has, or all have."""
    return int(await tx.value(Q.count_products, merchant_id=merchant_id))
