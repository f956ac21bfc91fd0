"""What lies where before it is ordered: with one site just what the orders take, with several a month's goods, spread over them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zlib import crc32

from doorstep.world.replay.parts import Part

MONTH = timedelta(days=30)
SHARES = (50, 80, 100)
"""Of a hundred units, up to which lie at the first, the second, the third site."""

Delivery = tuple[str, int, int]
"""(SKU, place of the site in the list of sites, units)."""


def deliveries(
    placed: Iterable[tuple[datetime, Part]], sites: int
) -> Mapping[tuple[str, str], Sequence[Delivery]]:
    """Return what comes in with each part, by its key: the first that wants a product brings what all of the month will want.

    With one site nothing is brought before it is wanted. Which unit lies where is decided by its number alone, so that a replay that goes on finds what the first had.

    Args:
        placed: (when, part) of all parts.
        sites: how many there are.
    """
    if sites == 1:
        return {}
    begun: dict[tuple[str, str], tuple[datetime, tuple[str, str]]] = {}
    units: dict[tuple[tuple[str, str], str], list[int]] = defaultdict(lambda: [0] * sites)
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for at, part in sorted(placed, key=lambda one: (one[0], one[1].key)):
        for line in part.lines:
            product = (part.seller, line.sku)
            if product not in begun or at >= begun[product][0] + MONTH:
                begun[product] = (at, part.key)
            for _ in range(line.quantity):
                counted[product] += 1
                units[begun[product][1], line.sku][_site(product, counted[product], sites)] += 1
    found: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for (key, sku), by_site in units.items():
        found[key] += [(sku, site, n) for site, n in enumerate(by_site) if n]
    return found


def _site(product: tuple[str, str], number: int, sites: int) -> int:
    die = crc32(f"{product[0]}/{product[1]}/{number}".encode()) % SHARES[sites - 1]
    return next(site for site, most in enumerate(SHARES) if die < most)
