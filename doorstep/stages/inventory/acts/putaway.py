"""Putting away: where goods are best put, and which bins refuse them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Fault
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.inventory.model import Receipt
from doorstep.stages.inventory.rules import putaway as rules
from doorstep.stages.inventory.rules.putaway import Goods, Offer, Room

Q = Statements("doorstep.stages.inventory")


@dataclass(frozen=True, slots=True)
class _Row:
    code: str
    kind: str
    walk_mm: int
    capacity_ml: int | None
    mixes_lots: bool
    used_ml: int
    units: int
    lot_units: int
    lots: list[str]
    others: int
    doubted: bool


async def offers_for(tx: Tx, site_id: UUID, product_id: UUID, quantity: int, lot: str = "") -> list[Offer]:
    """Return the best bins of a site for units of a product, the best first, each with its reason."""
    [product] = await catalog.products(tx, [product_id])
    [(picks, waiting, lacking, free)] = await tx.tuples(Q.pull, product_id=product_id)
    goods = Goods(
        quantity=quantity,
        unit_ml=product.length_mm * product.width_mm * product.height_mm // 1000 + 1,
        lot=lot,
        picks=picks,
        waiting=waiting,
        wanted=max(lacking - free, 0),
    )
    rows = await tx.rows(Q.rooms, _Row, site_id=site_id, product_id=product_id, lot=lot)
    rooms = [
        Room(**{name: getattr(row, name) for name in _Row.__slots__ if name != "lots"}, lots=tuple(row.lots))
        for row in rows
    ]
    return rules.offers(goods, rooms)


async def lot_faults(tx: Tx, receipts: Sequence[Receipt]) -> list[Fault]:
    """Say which receipts would mix lots in a bin that keeps them apart from what lies there."""
    named = [(i, one) for i, one in enumerate(receipts) if one.place.startswith("bin:")]
    if not named:
        return []
    found = await tx.tuples(
        Q.mixed_lots,
        ats=[i for i, _ in named],
        **columns([one for _, one in named], "site_id", "product_id", "place", "lot"),
    )
    return [
        Fault(
            f"/{i}/place",
            "mixed_lots",
            f"Mixed lots not allowed here: {code} holds {f'lot {lot}' if lot else 'units of no known lot'}. Scan another bin.",
        )
        for i, code, lot in found
    ]
