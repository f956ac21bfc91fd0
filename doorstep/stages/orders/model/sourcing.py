"""The words of sourcing: what a house and its merchants say about where orders leave from, and what was decided and why.

Money is in minor units of the house's own reckoning (one currency for all costs), mass in grams, transit in working days.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from uuid import UUID

MONDAY_TO_SATURDAY = (1, 2, 3, 4, 5, 6)

PARTS = ("freight", "handling", "split", "lateness", "scarcity", "rank")
"""What the cost of a candidate is made of."""

Key = tuple[UUID, UUID]
"""(product, site), as stock rows are keyed."""


class Cause(StrEnum):
    """Why it was decided where an order leaves from."""

    PLACED = "placed"
    REFILLED = "refilled"
    """What the order lacked was looked for again."""
    REJECTED = "rejected"
    """The floor of a site did not find the goods."""
    BATCH = "batch"
    """All open orders were looked at together."""
    CHANGED = "changed"
    """More was added to the order."""


class LeftOut(StrEnum):
    """Why a site was no candidate."""

    EXCLUDED = "excluded"
    """The merchant never ships from there."""
    MARKET = "market"
    """The merchant ships from the customer's own country only."""
    LANE = "lane"
    """The site has lanes, and none leads to this address."""
    FULL = "full"
    """The site takes no more orders for its next day."""
    NOTHING = "nothing"
    """The site has none of what is wanted, or its floor did not find it lately."""


SAID = {
    LeftOut.EXCLUDED: "the merchant never ships from there",
    LeftOut.MARKET: "the merchant ships from the customer's own country only",
    LeftOut.LANE: "none of its lanes leads to this address",
    LeftOut.FULL: "it takes no more orders for its next day",
    LeftOut.NOTHING: "it has none of the goods",
}
"""Why a site was no candidate, as people read it."""


@dataclass(frozen=True, slots=True)
class House:
    """What sourcing reckons with, for all sites and merchants.

    Attributes:
        parcel_minor: freight of a parcel, kg_minor: per kg of goods, km100_minor: per 100 km, where a site has no lanes.
        split_minor: what each parcel beyond the first costs besides (customer's annoyance, one more label).
        late_minor: per parcel and working day after the promise.
        scarcity_minor: what taking the last units of a site costs; taking a share of them costs that share.
        rank_minor: per place down the merchant's list of ranked sites.
        target_days: working days in which an order without promise or service level should arrive.
        reject_days: how long a site is not asked for a product that its floor did not find.
    """

    currency: str = "EUR"
    parcel_minor: int = 400
    kg_minor: int = 60
    km100_minor: int = 40
    split_minor: int = 300
    late_minor: int = 250
    scarcity_minor: int = 100
    rank_minor: int = 200
    target_days: int = 4
    reject_days: int = 3


@dataclass(frozen=True, slots=True)
class SiteTerms:
    """What a site's work costs and how much it can do.

    Attributes:
        order_minor: per order, line_minor: per line of it.
        daily_orders: orders that can leave on a working day; None: as many as come.
        hard: a full day takes no more; else more wait for the next day.
        weekdays: on which it works, Monday is 1; closed: days on which it does not, beside public holidays, which it keeps unless
            `holidays` is false.
    """

    site_id: UUID
    order_minor: int = 0
    line_minor: int = 0
    daily_orders: int | None = None
    hard: bool = False
    weekdays: Sequence[int] = MONDAY_TO_SATURDAY
    closed: Sequence[date] = ()
    holidays: bool = True


@dataclass(frozen=True, slots=True)
class Lane:
    """Freight and transit from a site to a country, or to those of its postal codes that begin so; the longest beginning counts."""

    site_id: UUID
    country: str
    postal_prefix: str
    base_minor: int
    kg_minor: int
    days: int


class Lanes:
    """The lanes of a site. Finding the one to an address takes as many looks as a postal code has characters, not as there are lanes."""

    __slots__ = ("_by_beginning", "_lengths")

    def __init__(self, lanes: Iterable[Lane]) -> None:
        self._by_beginning = {(one.country, one.postal_prefix.upper()): one for one in lanes}
        lengths: dict[str, set[int]] = {}
        for country, beginning in self._by_beginning:
            lengths.setdefault(country, set()).add(len(beginning))
        self._lengths = {country: sorted(some, reverse=True) for country, some in lengths.items()}

    def __iter__(self) -> Iterator[Lane]:
        return iter(self._by_beginning.values())

    def __len__(self) -> int:
        return len(self._by_beginning)

    def to(self, country: str, postal_code: str) -> Lane | None:
        """Return the lane with the longest beginning of a postal code; None where none leads."""
        code = postal_code.replace(" ", "").upper()
        for length in self._lengths.get(country, ()):
            lane = self._by_beginning.get((country, code[:length]))
            if lane is not None:
                return lane
        return None


@dataclass(frozen=True, slots=True)
class MerchantTerms:
    """A merchant's own rules.

    Attributes:
        ranked: sites it likes best, best first; others come after them.
        excluded: sites that never ship for it.
        home_market: only sites in the customer's country.
        whole: an order leaves from one site or not at all.
        split_from_minor: an order below this value (its lines, in its own currency) is not split.
    """

    merchant_id: UUID
    ranked: tuple[UUID, ...] = ()
    excluded: tuple[UUID, ...] = ()
    home_market: bool = False
    whole: bool = False
    split_from_minor: int = 0


@dataclass(frozen=True, slots=True)
class Depot:
    """A warehouse that may ship: where it stands, and when an order still leaves the same day by its own clock."""

    id: UUID
    code: str
    name: str
    country: str
    region: str
    lat: float
    lon: float
    timezone: str
    cutoff: time


@dataclass(frozen=True, slots=True)
class Routing:
    """Everything that sourcing judges by, but the goods and the orders."""

    depots: tuple[Depot, ...]
    house: House = field(default_factory=House)
    sites: Mapping[UUID, SiteTerms] = field(default_factory=dict)
    lanes: Mapping[UUID, Lanes] = field(default_factory=dict)
    merchants: Mapping[UUID, MerchantTerms] = field(default_factory=dict)
    services: Mapping[str, int] = field(default_factory=dict)
    """The days that a service level promises at most, by its code."""
    rejected: frozenset[Key] = frozenset()
    """Goods that floors did not find lately."""

    def terms_of(self, site_id: UUID) -> SiteTerms:
        """Return what a site said of itself, or what counts for one that said nothing."""
        return self.sites.get(site_id) or SiteTerms(site_id)

    @property
    def limited(self) -> bool:
        """Whether some site can only do so much on a day."""
        return any(one.daily_orders is not None for one in self.sites.values())


@dataclass(frozen=True, slots=True)
class Want:
    """Units of one stored product that an order wants, over all its lines; `weight_g` of one unit."""

    product_id: UUID
    quantity: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class Basket:
    """An order as sourcing sees it.

    Attributes:
        due: the last day on which it should be at the door; None: by its service level, else the house's target.
    """

    order_id: UUID
    merchant_id: UUID
    country: str
    postal_code: str
    lat: float | None
    lon: float | None
    value_minor: int
    delivery: str | None
    wants: tuple[Want, ...]
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What one site would send of an order: units by product, the day it leaves, and the last day it arrives."""

    site_id: UUID
    units: Mapping[UUID, int]
    leaves: date
    arrives: date


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to serve an order: who sends what, and what each part of it costs in minor units."""

    shares: tuple[Share, ...]
    costs: Mapping[str, int]

    @property
    def total_minor(self) -> int:
        """What it costs in all."""
        return sum(self.costs.values())

    @property
    def units(self) -> dict[Key, int]:
        """Units by stock row."""
        return {(product, one.site_id): n for one in self.shares for product, n in one.units.items()}


@dataclass(frozen=True, slots=True)
class Decision:
    """Where an order leaves from, and why.

    Attributes:
        candidates: the winner first, then the best of the others; empty when no site or sites can serve the order.
        left_out: sites that were no candidates.
        exact: every set of sites was weighed, or shown to cost more; else the search was bounded.
        weighed: how many sets of sites were weighed.
        may_split: whether several sites were allowed.
    """

    order_id: UUID
    candidates: tuple[Candidate, ...]
    left_out: Mapping[UUID, LeftOut]
    exact: bool
    weighed: int
    may_split: bool = True

    @property
    def winner(self) -> Candidate | None:
        """The way that was chosen."""
        return self.candidates[0] if self.candidates else None
