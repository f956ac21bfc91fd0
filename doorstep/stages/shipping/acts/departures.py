"""What left, as those who sold it know it: by their own order numbers, with tracking number and units of each line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.shipping.acts.telling import units_in

Q = Statements("doorstep.stages.shipping")


@dataclass(frozen=True, slots=True)
class Departure:
    """A parcel that left, by its label."""

    id: UUID
    parcel_id: UUID
    handed_over_at: datetime
    merchant: str
    channel: str
    reference: str
    order_number: int
    carrier: str
    service: str
    tracking_number: str


async def departures(
    tx: Tx, since: datetime, after: UUID, most: int, merchant_id: UUID | None = None
) -> tuple[list[Departure], Mapping[UUID, Mapping[str, int]]]:
    """Return parcels that left after a moment (and label, among those of the same moment), and the units by SKU in each."""
    left = await tx.rows(
        Q.departures, Departure, since=since, after=after, most=most, merchant_id=merchant_id
    )
    return left, await units_in(tx, [one.parcel_id for one in left])
