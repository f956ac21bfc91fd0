"""What an order takes from stock, and how far two places are from each other."""

import math
from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from doorstep.stages.orders.model.found import Item

EARTH_M = 6_371_000


def demanded(lines: Iterable[tuple[UUID, Item, int]]) -> list[tuple[UUID, UUID, int]]:
    """Explode lines into what lies on shelves.

    Args:
        lines: (line id, item, quantity).

    Returns:
        (line id, product id, quantity), one per line and component.
    """
    return [
        (line_id, product_id, per_kit * quantity)
        for line_id, item, quantity in lines
        for product_id, per_kit in item.components
    ]


def needed(wanted: Iterable[tuple[Item, int]]) -> dict[UUID, int]:
    """Return how many of each stored product (item, quantity) pairs take together: lines may share a component."""
    need = Counter[UUID]()
    for item, quantity in wanted:
        for product_id, per_kit in item.components:
            need[product_id] += per_kit * quantity
    return dict(need)


def distance_m(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Return the great-circle distance (haversine formula, R. W. Sinnott, "Virtues of the Haversine", 1984)."""
    a, b = math.radians(lat), math.radians(to_lat)
    half = (
        math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(to_lon - lon) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(math.sqrt(half))
