"""The judgement of inventory: who gets what when goods are scarce. Facts in, decision out.

Keys are (product id, site id), as the stock rows are keyed and locked.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform.errors import Fault
from doorstep.stages.inventory.model import QUANTITY_MAX, Demand, Held, Shortage, Taken

Key = tuple[UUID, UUID]
INSIDE = re.compile(r"bin:[!-~]{1,40}|tote:[!-~]{1,40}|parcel|quarantine|quality_check|damaged")
SET_ASIDE = ("quarantine", "quality_check", "damaged")
"""Places within our walls whose goods are not for sale: in doubt, waiting for a look, broken."""


def is_inside(place: str) -> bool:
    """Whether a place lies within our walls."""
    return INSIDE.fullmatch(place) is not None


def is_sellable(place: str) -> bool:
    """Whether what lies in a place may be promised: all but what is set aside."""
    return place not in SET_ASIDE and is_inside(place)


def quantity_faults(quantities: Iterable[int], field: str = "quantity") -> Iterator[Fault]:
    """Say which quantities are not whole units between one and a million."""
    for i, quantity in enumerate(quantities):
        if not 1 <= quantity <= QUANTITY_MAX:
            yield Fault(
                f"/{i}/{field}", "range", f"{quantity} is not between 1 and {QUANTITY_MAX} units. Mend it."
            )


def merged(demands: Sequence[Demand]) -> list[Demand]:
    """Add up what one line asks of one product, and give every demand of an order the order's sites, each once."""
    if _plain(demands):
        return list(demands)
    sites: dict[UUID, tuple[UUID, ...]] = {}
    found: dict[tuple[UUID, UUID, UUID], Demand] = {}
    for one in demands:
        order_sites = sites.get(one.order_id)
        if order_sites is None:
            order_sites = sites[one.order_id] = tuple(dict.fromkeys(one.site_ids))
        key = (one.order_id, one.line_id, one.product_id)
        before = found[key].quantity if key in found else 0
        found[key] = Demand(
            order_id=one.order_id,
            line_id=one.line_id,
            product_id=one.product_id,
            quantity=before + one.quantity,
            site_ids=order_sites,
            hold_s=one.hold_s,
        )
    return list(found.values())


def _plain(demands: Sequence[Demand]) -> bool:
    """Whether nothing has to be added up or made alike, as nearly always: one demand a line, one or the same sites."""
    lines = {one.line_id for one in demands}
    return len(lines) == len(demands) and all(len(one.site_ids) == 1 for one in demands)


def candidate_keys(demands: Sequence[Demand]) -> list[Key]:
    """Return every stock row that may serve some demand, in the order in which rows are locked."""
    return sorted({(one.product_id, site_id) for one in demands for site_id in one.site_ids})


def first_choice(demands: Sequence[Demand]) -> list[Taken]:
    """Return every demand at its order's first site."""
    return [_taken(one, one.site_ids[0], one.quantity) for one in demands]


def share_out(
    demands: Sequence[Demand], free: Mapping[Key, int]
) -> tuple[list[Taken], dict[UUID, list[Shortage]]]:
    """Decide which orders get their goods: first come first served, each order whole or not at all.

    An order is served from the first of its sites that has everything, else from several sites in its order of sites.

    Args:
        demands: as `merged` returns them; orders count in the order in which they first appear.
        free: units that can still be promised, per stock row; rows that are not there have none.

    Returns:
        What is taken, and for each order that cannot be served what it asked and what was left for it.
    """
    left = dict(free)
    orders: dict[UUID, list[Demand]] = {}
    for one in demands:
        orders.setdefault(one.order_id, []).append(one)
    taken: list[Taken] = []
    short: dict[UUID, list[Shortage]] = {}
    for order_id, asked in orders.items():
        wants: dict[UUID, int] = {}
        for one in asked:
            wants[one.product_id] = wants.get(one.product_id, 0) + one.quantity
        sites = asked[0].site_ids
        whole = next((s for s in sites if all(left.get((p, s), 0) >= n for p, n in wants.items())), None)
        if whole is not None:
            got = [_taken(one, whole, one.quantity) for one in asked]
        else:
            missing = _missing(wants, sites, left)
            if missing:
                short[order_id] = missing
                continue
            got = _split(asked, left)
        for part in got:
            left[part.product_id, part.site_id] -= part.quantity
        taken += got
    return taken, short


def _missing(wants: Mapping[UUID, int], sites: Sequence[UUID], left: Mapping[Key, int]) -> list[Shortage]:
    there = {product: sum(left.get((product, site), 0) for site in sites) for product in wants}
    return [
        Shortage(product, asked, there[product]) for product, asked in wants.items() if there[product] < asked
    ]


def _split(asked: Sequence[Demand], left: Mapping[Key, int]) -> list[Taken]:
    rest = dict(left)
    got = []
    for one in asked:
        wanted = one.quantity
        for site_id in one.site_ids:
            part = min(wanted, rest.get((one.product_id, site_id), 0))
            if part > 0:
                got.append(_taken(one, site_id, part))
                rest[one.product_id, site_id] -= part
                wanted -= part
    return got


def _taken(one: Demand, site_id: UUID, quantity: int) -> Taken:
    return Taken(one.order_id, one.line_id, site_id, one.product_id, quantity, one.hold_s)


def break_promises(holders: Sequence[Held], lacking: Mapping[Key, int]) -> list[Held]:
    """Choose which promises are broken when goods are gone: the youngest orders first, no more than is lacking.

    Args:
        holders: pending reservations of the stock rows concerned; order ids are made in the order of time.
        lacking: units by which each row's promises exceed what is there.
    """
    left = dict(lacking)
    broken = []
    for one in sorted(holders, key=lambda held: (held.order_id, held.line_id), reverse=True):
        part = min(one.quantity, left.get((one.product_id, one.site_id), 0))
        if part > 0:
            left[one.product_id, one.site_id] -= part
            broken.append(Held(one.order_id, one.line_id, one.site_id, one.product_id, part, one.expires_at))
    return broken


def replace(
    product_id: UUID,
    quantity: int,
    free: Mapping[Key, int],
    *,
    first: UUID | None,
    then: Sequence[UUID] | None = None,
) -> list[tuple[UUID, int]]:
    """Find units for a broken promise: at site `first`, else at one site that has all, else from several.

    Args:
        product_id: what is wanted.
        quantity: how many units.
        free: units that can be promised, per stock row.
        first: the site that is asked before all others.
        then: the other sites that may be asked, best first; None: all, where most is left first.

    Returns:
        (site id, units), together at most `quantity`.
    """
    found: list[tuple[UUID, int]] = []
    there = {site: units for (product, site), units in free.items() if product == product_id and units > 0}
    if first in there and quantity > 0:
        found.append((first, min(quantity, there.pop(first))))
        quantity -= found[0][1]
    if then is None:
        others = sorted(there, key=lambda site: (-there[site], site))
    else:
        able = [site for site in then if site in there]
        others = sorted(able, key=lambda site: there[site] < quantity)
    for site in others:
        if quantity > 0:
            found.append((site, min(quantity, there[site])))
            quantity -= found[-1][1]
    return found


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in the feed of what can be sold, as a channel saw it under one version of its buffers."""

    version: int
    seq: int

    def __str__(self) -> str:
        """Spell it for an address: `2.1041`."""
        return f"{self.version}.{self.seq}"


CURSOR = re.compile(r"([0-9]{1,9})\.([0-9]{1,18})")


def read_cursor(text: str) -> Cursor | None:
    """Return the position that a text names; None when it names none."""
    found = CURSOR.fullmatch(text)
    return Cursor(int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Course:
    """How much of a product there was over time, as a picture of 600 by 120: a line in steps, from its first moment to its last.

    Attributes:
        path: the line as an SVG path, down to the ground at both ends.
        most: units at the upper edge.
        steps: what it is drawn from, the newest first: (when, units from then on, change against before).
    """

    path: str
    most: int
    since: datetime
    until: datetime
    steps: tuple[tuple[datetime, int, int | None], ...]


def course(points: Sequence[tuple[datetime, int]], until: datetime) -> Course | None:
    """Draw how much there was: `points` are (when, units from then on), oldest first; None when there are none."""
    if not points:
        return None
    since, most = points[0][0], max(1, *(units for _, units in points))
    end = max(until, points[-1][0])
    whole_s = max((end - since).total_seconds(), 1.0)
    path = ["M0,120"]
    for at, units in points:
        path.append(f"H{600 * (at - since).total_seconds() / whole_s:.1f}V{120 - 120 * units / most:.1f}")
    before = [None, *(units for _, units in points)]
    steps = [
        (at, units, None if was is None else units - was)
        for (at, units), was in zip(points, before, strict=False)
    ]
    return Course("".join([*path, "H600V120Z"]), most, since, end, tuple(reversed(steps)))
