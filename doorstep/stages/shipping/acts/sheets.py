"""The printed sheet of a manifest."""

from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.stages.shipping.acts import looking
from doorstep.stages.shipping.rules.sheet import Row, Sheet, draw


async def sheet(tx: Tx, manifest_id: UUID) -> bytes:
    """Return a manifest as PDF.

    Raises:
        Refused: there is no such manifest.
    """
    manifest, listed = await looking.manifest(tx, manifest_id)
    rows = tuple(
        Row(
            str(one.parcel_number),
            str(one.order_number),
            one.tracking_number,
            f"{one.country} {one.postal_code} {one.city}",
            one.weight_g,
            one.handed_over_at is not None,
        )
        for one in listed
    )
    made = f"Begun {manifest.made_at:%Y-%m-%d %H:%M} UTC"
    if manifest.closed_at:
        made += f", left {manifest.closed_at:%Y-%m-%d %H:%M} UTC"
    return draw(Sheet(manifest.number, manifest.carrier, manifest.site, made, rows))
