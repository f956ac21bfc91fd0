"""What it costs to send goods of an order from a site: freight, handling, lateness, scarcity, and the merchant's liking.

Costs are reckoned in thousandths of a minor unit, all whole numbers, so that the same facts give the same answer everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from doorstep.stages.catalog import Calendar
from doorstep.stages.orders.model.sourcing import (
    Basket,
    Candidate,
    Depot,
    Key,
    Lane,
    LeftOut,
    MerchantTerms,
    Routing,
    Share,
    SiteTerms,
)
from doorstep.stages.orders.rules.sourcing.demand import distance_m

MILLI = 1000
UNKNOWN_KM, ABROAD_KM = 300, 1_500
"""How far an address without coordinates is taken to be, in the site's country and elsewhere."""
KM_A_DAY = 600


@dataclass(frozen=True, slots=True)
class Offer:
    """One site's terms for one order, in thousandths of a minor unit.

    Attributes:
        freight, handling, lateness, rank: what sending one parcel costs, whatever is in it.
        gram: freight of one gram, line: handling of one line.
        free: units that may be taken of each wanted product, in the order of the basket's wants.
        scarce: what scarcity one unit of each costs.
    """

    depot: Depot
    freight: int
    handling: int
    lateness: int
    rank: int
    gram: int
    line: int
    leaves: date
    arrives: date
    free: tuple[int, ...]
    scarce: tuple[int, ...]

    @property
    def fixed(self) -> int:
        """What the first unit costs beyond what each unit costs."""
        return self.freight + self.handling + self.lateness + self.rank


@dataclass(frozen=True, slots=True)
class Day:
    """When it is, and how much each site has to do: orders that leave on its next day of work, or later."""

    now: datetime
    load: Mapping[UUID, int]


def offers(
    basket: Basket, routing: Routing, free: Mapping[Key, int], day: Day
) -> tuple[list[Offer], dict[UUID, LeftOut]]:
    """Return what the sites offer for an order, and why the others do not."""
    rules = routing.merchants.get(basket.merchant_id)
    found: list[Offer] = []
    left_out: dict[UUID, LeftOut] = {}
    due = _due(basket, routing, day.now)
    for depot in routing.depots:
        lane = lane_to(depot, basket, routing)
        units = tuple(
            0 if (want.product_id, depot.id) in routing.rejected else free.get((want.product_id, depot.id), 0)
            for want in basket.wants
        )
        why = _left_out(depot, basket, routing, rules, lane, units, day)
        if why is not None:
            left_out[depot.id] = why
        else:
            assert lane is not None  # noqa: S101 - `_left_out` names those without
            found.append(_offer(depot, lane, units, routing, rules, due, day, basket.country))
    return found, left_out


def offers_anyway(basket: Basket, routing: Routing, free: Mapping[Key, int], day: Day) -> list[Offer]:
    """Return the terms of every site, whether or not it may serve the order: to price a way that stands already."""
    rules = routing.merchants.get(basket.merchant_id)
    due = _due(basket, routing, day.now)
    return [
        _offer(
            depot,
            lane_to(depot, basket, routing) or _by_distance(depot, basket, routing),
            tuple(free.get((want.product_id, depot.id), 0) for want in basket.wants),
            routing,
            rules,
            due,
            day,
            basket.country,
        )
        for depot in routing.depots
    ]


def priced(basket: Basket, found: Sequence[Offer], units: Sequence[Sequence[int]], split: int) -> Candidate:
    """Return a way with its costs, part by part, rounded to minor units.

    Args:
        basket: the order.
        found: the sites that take part.
        units: of each site, the units of each wanted product in the order of the basket's wants.
        split: what each parcel beyond the first costs, in thousandths.
    """
    goods = list(zip(found, units, strict=True))
    grams = [
        (offer, sum(n * want.weight_g for n, want in zip(sent, basket.wants, strict=True)))
        for offer, sent in goods
    ]
    costs = {
        "freight": sum(offer.freight + offer.gram * mass_g for offer, mass_g in grams),
        "handling": sum(offer.handling + offer.line * sum(n > 0 for n in sent) for offer, sent in goods),
        "split": split * max(len(found) - 1, 0),
        "lateness": sum(offer.lateness for offer in found),
        "scarcity": sum(
            n * scarce for offer, sent in goods for n, scarce in zip(sent, offer.scarce, strict=True)
        ),
        "rank": sum(offer.rank for offer in found),
    }
    shares = tuple(
        Share(
            offer.depot.id,
            {want.product_id: n for n, want in zip(sent, basket.wants, strict=True) if n},
            offer.leaves,
            offer.arrives,
        )
        for offer, sent in goods
    )
    return Candidate(shares, {name: (cost + MILLI // 2) // MILLI for name, cost in costs.items()})


def _left_out(
    depot: Depot,
    basket: Basket,
    routing: Routing,
    rules: MerchantTerms | None,
    lane: Lane | None,
    units: tuple[int, ...],
    day: Day,
) -> LeftOut | None:
    if rules and depot.id in rules.excluded:
        return LeftOut.EXCLUDED
    if rules and rules.home_market and depot.country != basket.country:
        return LeftOut.MARKET
    if lane is None:
        return LeftOut.LANE
    terms = routing.sites.get(depot.id)
    if (
        terms
        and terms.hard
        and terms.daily_orders is not None
        and day.load.get(depot.id, 0) >= terms.daily_orders
    ):
        return LeftOut.FULL
    return None if any(n > 0 for n in units) else LeftOut.NOTHING


def _offer(
    depot: Depot,
    lane: Lane,
    units: tuple[int, ...],
    routing: Routing,
    rules: MerchantTerms | None,
    due: date,
    day: Day,
    country: str,
) -> Offer:
    house, terms = routing.house, routing.terms_of(depot.id)
    door = Calendar(country)
    leaves = leaves_on(depot, day.now, terms, _days_behind(terms, day))
    arrives = door.working_day(leaves, lane.days)
    ranked = rules.ranked if rules else ()
    place = ranked.index(depot.id) if depot.id in ranked else len(ranked)
    return Offer(
        depot=depot,
        freight=lane.base_minor * MILLI,
        handling=terms.order_minor * MILLI,
        lateness=house.late_minor * MILLI * door.days_after(due, arrives),
        rank=house.rank_minor * MILLI * place,
        gram=lane.kg_minor,
        line=terms.line_minor * MILLI,
        leaves=leaves,
        arrives=arrives,
        free=units,
        scarce=tuple(house.scarcity_minor * MILLI // n if n > 0 else 0 for n in units),
    )


def _days_behind(terms: SiteTerms, day: Day) -> int:
    return day.load.get(terms.site_id, 0) // terms.daily_orders if terms.daily_orders else 0


def lane_to(depot: Depot, basket: Basket, routing: Routing) -> Lane | None:
    """Return how a site reaches an address: its longest matching lane, by distance where it has no lanes; None: not at all."""
    if lanes := routing.lanes.get(depot.id):
        return lanes.to(basket.country, basket.postal_code)
    return _by_distance(depot, basket, routing)


def _by_distance(depot: Depot, basket: Basket, routing: Routing) -> Lane:
    house, km = routing.house, km_to(depot, basket)
    return Lane(
        depot.id,
        basket.country,
        "",
        house.parcel_minor + house.km100_minor * km // 100,
        house.kg_minor,
        1 + km // KM_A_DAY,
    )


def km_to(depot: Depot, basket: Basket) -> int:
    """Return how far an address is as the crow flies; a guess by country where its place is not known."""
    if basket.lat is None or basket.lon is None:
        return UNKNOWN_KM if depot.country == basket.country else ABROAD_KM
    return round(distance_m(basket.lat, basket.lon, depot.lat, depot.lon) / 1000)


def _due(basket: Basket, routing: Routing, now: datetime) -> date:
    if basket.due is not None:
        return basket.due
    days = routing.services.get(basket.delivery or "", routing.house.target_days)
    return Calendar(basket.country).working_day(now.date(), days)


def leaves_on(depot: Depot, now: datetime, terms: SiteTerms, days_behind: int = 0) -> date:
    """Return the day on which what is asked for now leaves a site: today until its cut-off, in its own time, if it works then."""
    there = now.astimezone(ZoneInfo(depot.timezone))
    first = there.date() if there.time() <= depot.cutoff else there.date() + timedelta(days=1)
    return calendar_of(depot, terms).working_day(first, days_behind)


def calendar_of(depot: Depot, terms: SiteTerms) -> Calendar:
    """Return on which days a site works."""
    country = depot.country if terms.holidays else ""
    return Calendar(country, depot.region, tuple(terms.weekdays), tuple(terms.closed))
