"""Which service carries a parcel: every active one is weighed, one wins, and each keeps its reason.

A price is the carrier's own table: zone by the longest postal prefix, rate by the billed mass, which is the larger of real and
dimensional mass. Where we have no table of a service, its carrier is asked (`to_ask`, then `quotes`). What is compared is all-in: the price, plus what we expect to lose by this service being late, damaging or
disappointing, as our own deliveries measured it. A service that would miss the promise is taken only if none keeps it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Any
from uuid import UUID

from doorstep.platform.measures import distance, mass, money
from doorstep.stages.shipping.rules.tariff import Answer, names_area, price, quoted, zone_of

FLEET_REACH_M = 25_000
"""How far from a local center our own vans drive."""
LATE_COSTS, DAMAGE_COSTS, DISLIKE_COSTS = 1.0, 3.0, 0.2
"""What a late or damaged parcel, and a service rated one star, cost us: in prices of its label."""
PRIOR_PARCELS, PRIOR_ON_TIME = 20, 18
"""What we believe of a service before it carried anything: eighteen of twenty on time. Few parcels move this little."""
UNSETTLED_MAX = 3
"""With so many purchases in doubt, a carrier is asked only for what nobody else carries, until it answered for some."""


NO_QUOTES: Mapping[UUID, Answer] = {}


@dataclass(frozen=True, slots=True)
class Offer:
    """A service with its carrier and its measured record; `unsettled` counts the carrier's purchases in doubt."""

    service_id: UUID
    carrier_id: UUID
    carrier: str
    kind: str
    code: str
    name: str
    days_min: int
    days_max: int
    dim_divisor: int
    max_weight_g: int
    rates: list[dict[str, Any]]
    zones: list[dict[str, Any]]
    currency: str
    parcels: int
    on_time: int
    damaged: int
    ratings: int
    rating_sum: int
    unsettled: int

    @property
    def quotes(self) -> bool:
        """Whether its carrier says the price, because we have no table of it."""
        return self.kind == "rate_table" and not self.rates


@dataclass(frozen=True, slots=True)
class Center:
    """A local center of our own."""

    site_id: UUID
    code: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A service that refused to sell a label for this parcel; with `all`, its carrier refuses whatever we ask."""

    service_id: UUID
    carrier_id: UUID
    all: bool
    why: str


@dataclass(frozen=True, slots=True)
class Load:
    """A parcel as rating sees it."""

    weight_g: int
    sides_mm: tuple[int, int, int]
    country: str
    postal_code: str
    lat: float | None
    lon: float | None
    currency: str
    leaves_at: datetime
    promised_until: datetime | None = None
    refusals: tuple[Refusal, ...] = ()

    def refused_by(self, offer: Offer) -> str | None:
        """Return why a service, or its whole carrier, has refused this parcel before; none if it has not."""
        for one in self.refusals:
            if one.service_id == offer.service_id or (one.all and one.carrier_id == offer.carrier_id):
                return one.why
        return None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What became of one service, as it is kept beside the label; amounts in minor units of `currency`."""

    service_id: UUID
    service: str
    carrier: str
    chosen: bool
    why: str
    currency: str
    price_minor: int | None = None
    all_in_minor: int | None = None
    billed_g: int | None = None
    days_max: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """The winner, if any, where it sorts the parcel to, and the reasons: the winner's first, then by what they cost."""

    offer: Offer | None
    route: str
    weighed: tuple[Weighed, ...]

    @property
    def refusal(self) -> str:
        """Return why no service takes the parcel, in one line."""
        if not self.weighed:
            return "No carrier service is active. Add one in the catalog, then try again."
        said = "; ".join(f"{one.service}: {one.why}" for one in self.weighed)
        return f"No service takes this parcel. {said}"


@dataclass(frozen=True, slots=True)
class _Fit:
    offer: Offer
    price_minor: int
    all_in_minor: int
    billed_g: int
    route: str
    in_time: bool


def to_ask(load: Load, offers: Sequence[Offer]) -> set[UUID]:
    """Return the carriers that must be asked for their prices before a parcel's services can be weighed."""
    return {offer.carrier_id for offer in offers if offer.quotes and isinstance(_reaches(load, offer), tuple)}


def choose(
    load: Load, offers: Sequence[Offer], centers: Sequence[Center], quotes: Mapping[UUID, Answer] = NO_QUOTES
) -> Choice:
    """Weigh all offers for a parcel; `quotes` are what carriers said that were asked, by carrier."""
    fits: list[_Fit] = []
    weighed: list[Weighed] = []
    for offer in offers:
        fit = _fit(load, offer, centers, quotes)
        if isinstance(fit, str):
            weighed.append(_lost(offer, fit))
        else:
            fits.append(fit)
    if not fits:
        return Choice(None, "", tuple(weighed))
    rivals = _rivals(load, fits)
    best = min(rivals, key=_order)
    fits.sort(key=lambda fit: (fit is not best, _order(fit)))
    said = [_told(fit, best, rivals, load) for fit in fits]
    return Choice(best.offer, best.route, (*said, *weighed))


def _order(fit: _Fit) -> tuple[int, int, str, str]:
    return fit.all_in_minor, fit.offer.days_max, fit.offer.carrier, fit.offer.code


def _reaches(load: Load, offer: Offer) -> tuple[str, int] | str:
    """Return the zone and the billed mass in grams, or why the service cannot take the parcel whatever it costs."""
    if (refused := load.refused_by(offer)) is not None:
        return f"refused to sell: {refused}"
    if load.weight_g > offer.max_weight_g:
        return f"takes at most {mass(offer.max_weight_g)}, this is {mass(load.weight_g)}"
    zone = zone_of(offer.zones, load.country, load.postal_code)
    if zone is None:
        return f"does not go to {load.country} {load.postal_code}".rstrip()
    return zone, billed(load, offer.dim_divisor)


def _fit(load: Load, offer: Offer, centers: Sequence[Center], quotes: Mapping[UUID, Answer]) -> _Fit | str:
    """Return what the offer costs, or why it cannot take the parcel."""
    reached = _reaches(load, offer)
    if isinstance(reached, str):
        return reached
    zone, billed_g = reached
    if offer.quotes:
        quote = quoted(quotes.get(offer.carrier_id), offer.code)
        if isinstance(quote, str):
            return quote
        offer, price_minor = replace(offer, currency=quote.currency), quote.price_minor
    elif (found := price(offer.rates, zone, billed_g)) is None:
        return f"has no price for {mass(billed_g)} in zone {zone}"
    else:
        price_minor = found
    route = f"{load.country} {load.postal_code[:5]}".rstrip()
    if offer.kind == "fleet":
        near = nearest(load, centers, named=names_area(offer.zones, load.country, load.postal_code))
        if isinstance(near, str):
            return near
        route = near.code
    late = load.leaves_at + timedelta(days=offer.days_max)
    in_time = load.promised_until is None or late.date() <= load.promised_until.date()
    return _Fit(offer, price_minor, all_in(offer, price_minor), billed_g, route, in_time)


def _rivals(load: Load, fits: Sequence[_Fit]) -> list[_Fit]:
    """Return those that may win: of a carrier that answers, in one currency (the order's own), in time; if any is."""
    answering = [fit for fit in fits if _answers(fit.offer)] or list(fits)
    own = [fit for fit in answering if fit.offer.currency == load.currency]
    first = min(fit.offer.currency for fit in answering)
    same = own or [fit for fit in answering if fit.offer.currency == first]
    punctual = [fit for fit in same if fit.in_time]
    if punctual:
        return punctual
    soonest = min(fit.offer.days_max for fit in same)
    return [fit for fit in same if fit.offer.days_max == soonest]


def _answers(offer: Offer) -> bool:
    return offer.unsettled < UNSETTLED_MAX


def _told(fit: _Fit, best: _Fit, rivals: Sequence[_Fit], load: Load) -> Weighed:
    offer = fit.offer
    chosen = fit is best
    if chosen:
        against = f"the least of {len(rivals)} all-in" if len(rivals) > 1 else "the only one left"
        if not fit.in_time:
            against = "the soonest, though after the promise"
        why = f"{against}: {money(fit.all_in_minor, offer.currency)}; {record(offer)}"
    elif not _answers(offer) and _answers(best.offer):
        why = f"does not answer at present: {offer.unsettled} purchases are unsettled"
    elif offer.currency != best.offer.currency:
        why = f"is paid in {offer.currency}, which cannot be compared with {best.offer.currency}"
    elif not fit.in_time:
        until = load.promised_until
        why = f"may take {offer.days_max} days, after the promise of {until:%d %b}" if until else ""
    else:
        more = money(fit.all_in_minor - best.all_in_minor, offer.currency)
        why = f"{more} more all-in; {record(offer)}"
    return Weighed(
        offer.service_id,
        offer.name,
        offer.carrier,
        chosen,
        why,
        offer.currency,
        fit.price_minor,
        fit.all_in_minor,
        fit.billed_g,
        offer.days_max,
    )


def _lost(offer: Offer, why: str) -> Weighed:
    return Weighed(
        offer.service_id, offer.name, offer.carrier, False, why, offer.currency, days_max=offer.days_max
    )


def billed(load: Load, dim_divisor: int) -> int:
    """Return the grams a parcel is rated at: real or dimensional (cubic millimeters over the divisor are grams)."""
    length, width, height = load.sides_mm
    return max(load.weight_g, ceil(length * width * height / dim_divisor))


def nearest(load: Load, centers: Sequence[Center], *, named: bool) -> Center | str:
    """Return the local center that would deliver, or why none does.

    Args:
        load: the parcel.
        centers: the local centers.
        named: whether the service names the postal area; an address without coordinates is near enough then.
    """
    if not centers:
        return "there is no local center"
    if load.lat is None or load.lon is None:
        return min(centers, key=lambda one: one.code) if named else "the address has no coordinates"
    far = [(meters(load.lat, load.lon, one.lat, one.lon), one.code, one) for one in centers]
    away_m, _, center = min(far, key=lambda one: one[:2])
    if away_m > FLEET_REACH_M:
        return f"the nearest local center, {center.code}, is {distance(away_m)} away"
    return center


def meters(lat1: float, lon1: float, lat2: float, lon2: float) -> int:
    """Return the great-circle distance (haversine, mean Earth radius 6,371,008.8 m)."""
    up, across = radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2
    chord = sin(up) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(across) ** 2
    return round(2 * 6_371_008.8 * asin(sqrt(chord)))


def all_in(offer: Offer, price_minor: int) -> int:
    """Return the price with what this service's record makes us expect to lose, rounded up."""
    late = 1 - (offer.on_time + PRIOR_ON_TIME) / (offer.parcels + PRIOR_PARCELS)
    damaged = offer.damaged / (offer.parcels + PRIOR_PARCELS)
    disliked = (5 * offer.ratings - offer.rating_sum) / 4 / (offer.ratings + PRIOR_PARCELS)
    factor = 1 + LATE_COSTS * late + DAMAGE_COSTS * damaged + DISLIKE_COSTS * disliked
    return ceil(round(price_minor * factor, 6))


def record(offer: Offer) -> str:
    """Return what is known of a service, in words."""
    if not offer.parcels:
        return "no record yet"
    said = f"on time {100 * offer.on_time / offer.parcels:.0f}% of {offer.parcels}"
    if offer.damaged:
        said += f", {offer.damaged} damaged"
    if offer.ratings:
        said += f", {offer.rating_sum / offer.ratings:.1f} stars of {offer.ratings}"
    return said
