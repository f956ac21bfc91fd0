"""Who sold what is in a parcel hears that it left, with its number."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages import orders

Q = Statements("doorstep.stages.shipping")


@dataclass(frozen=True, slots=True)
class _Gone:
    """A line's units in a parcel that left, the order under which it was sold, and whether that is complete with it."""

    parcel_id: UUID
    order_id: UUID
    number: str
    carrier: str
    sku: str
    units: int
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    last: bool


async def tell_shops(tx: Tx, parcel_ids: Sequence[UUID]) -> None:
    """Owe the shops that sold them word of parcels that left."""
    rows = await tx.rows(Q.gone_parcels, _Gone, parcel_ids=list(parcel_ids))
    lines = _units(rows)
    firsts = {(row.parcel_id, row.order_id): row for row in rows}
    await orders.tell_shops(
        tx,
        [
            orders.ParcelLeft(
                row.parcel_id,
                row.order_id,
                row.number,
                row.carrier,
                lines[key],
                row.last,
                weight_g=row.weight_g,
                length_mm=row.length_mm,
                width_mm=row.width_mm,
                height_mm=row.height_mm,
            )
            for key, row in firsts.items()
        ],
    )


async def units_in(tx: Tx, parcel_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, int]]:
    """Return the units in parcels that left, by SKU as it was sold."""
    rows = await tx.rows(Q.gone_parcels, _Gone, parcel_ids=list(parcel_ids))
    inside: dict[UUID, Counter[str]] = defaultdict(Counter)
    for (parcel_id, _), lines in _units(rows).items():
        inside[parcel_id].update(lines)
    return inside


def _units(rows: Sequence[_Gone]) -> dict[tuple[UUID, UUID], dict[str, int]]:
    """Return the units by parcel and the order under which they were sold, by SKU."""
    lines: dict[tuple[UUID, UUID], Counter[str]] = defaultdict(Counter)
    for row in rows:
        lines[row.parcel_id, row.order_id][row.sku] += row.units
    return {key: dict(units) for key, units in lines.items()}
