"""What the kiln is to bring to Northside."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.stages.inventory.acts.receiving import announcing
from doorstep.stages.inventory.model.arrivals import Announced, AnnouncedLine
from tests.worlds.catalog import WORLD

FRIDAY = date(2026, 3, 6)
PLATES = ("006123450000000012", "006123450000000029")


def announced(reference: str, goods: Mapping[UUID, int], **changed: object) -> Announced:
    """Units by product that the kiln is to bring on Friday, with some fields changed."""
    values: dict[str, object] = {
        "merchant_id": WORLD.merchant,
        "site_id": WORLD.north,
        "supplier": "KILN",
        "supplier_name": "Kiln & Co",
        "reference": reference,
        "expected_on": FRIDAY,
        "lines": [AnnouncedLine(product_id=product, expected=units) for product, units in goods.items()],
    }
    return Announced(**{**values, **changed})  # type: ignore[arg-type]


async def announce(tx: Tx, reference: str, goods: Mapping[UUID, int], **changed: object) -> UUID:
    """Announce an arrival and return its id."""
    [noted] = await announcing.announce(tx, [announced(reference, goods, **changed)])
    return noted.id
