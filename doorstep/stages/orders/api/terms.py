"""The terms of sourcing over JSON: what the house reckons with, what sites cost and can do, what merchants want."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, put
from msgspec import Meta

from doorstep.platform.auth import DESK, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.orders.acts.knowing import learn_routing
from doorstep.stages.orders.acts.routing import terms
from doorstep.stages.orders.model.sourcing import (
    MONDAY_TO_SATURDAY,
    House,
    Lane,
    MerchantTerms,
    Routing,
    SiteTerms,
)

PLANNERS = allow(*DESK, scope="orders:write")
USUAL = House()
Cost = Annotated[int, Meta(ge=0, le=100_000_000, description="Minor units of the house's currency.")]
Days = Annotated[int, Meta(ge=0, le=60)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", examples=["DE"])]
Prefix = Annotated[
    str, Meta(pattern="^[0-9A-Z-]{0,10}$", description="How the postal codes begin; empty: all.")
]


class HouseIn(msgspec.Struct, forbid_unknown_fields=True):
    """What the house reckons with."""

    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", examples=["EUR"])]
    parcel_minor: Cost = USUAL.parcel_minor
    kg_minor: Cost = USUAL.kg_minor
    km100_minor: Cost = USUAL.km100_minor
    split_minor: Cost = USUAL.split_minor
    late_minor: Cost = USUAL.late_minor
    scarcity_minor: Cost = USUAL.scarcity_minor
    rank_minor: Cost = USUAL.rank_minor
    target_days: Days = USUAL.target_days
    reject_days: Days = USUAL.reject_days


class LaneIn(msgspec.Struct, forbid_unknown_fields=True):
    """Freight and transit to a country, or to those of its postal codes that begin so."""

    country: Country
    base_minor: Cost
    days: Days
    kg_minor: Cost = 0
    postal_prefix: Prefix = ""


class SiteIn(msgspec.Struct, forbid_unknown_fields=True):
    """What a site's work costs and can do, and all of its lanes; without lanes it is reckoned by distance."""

    order_minor: Cost = 0
    line_minor: Cost = 0
    daily_orders: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    hard: bool = False
    weekdays: Annotated[
        list[Annotated[int, Meta(ge=1, le=7)]],
        Meta(min_length=1, max_length=7, description="On which it works; Monday is 1."),
    ] = msgspec.field(default_factory=lambda: [*MONDAY_TO_SATURDAY])
    closed: Annotated[list[date], Meta(max_length=1000, description="Days on which it does not work.")] = []
    holidays: Annotated[bool, Meta(description="It keeps the public holidays of its country and region.")] = (
        True
    )
    lanes: Annotated[list[LaneIn], Meta(max_length=terms.LANES_MAX)] = []


class MerchantIn(msgspec.Struct, forbid_unknown_fields=True):
    """A merchant's own rules; sites by id."""

    ranked: Annotated[list[UUID], Meta(max_length=100)] = []
    excluded: Annotated[list[UUID], Meta(max_length=100)] = []
    home_market: bool = False
    whole: bool = False
    split_from_minor: Annotated[int, Meta(ge=0, le=10**12)] = 0


class SiteOut(msgspec.Struct, kw_only=True):
    """A warehouse with its terms."""

    site_id: UUID
    code: str
    order_minor: int
    line_minor: int
    daily_orders: int | None
    hard: bool
    weekdays: list[int]
    closed: list[date]
    holidays: bool
    lanes: list[LaneIn]


class MerchantOut(msgspec.Struct, kw_only=True):
    """A merchant that has rules."""

    merchant_id: UUID
    ranked: list[UUID]
    excluded: list[UUID]
    home_market: bool
    whole: bool
    split_from_minor: int


class TermsOut(msgspec.Struct, kw_only=True):
    """Everything that sourcing judges by."""

    house: HouseIn
    sites: list[SiteOut]
    merchants: list[MerchantOut]


@get("/api/sourcing/terms", opt=PLANNERS)
async def read_terms(house: InHouse, who: Caller) -> TermsOut:
    """Read everything that sourcing judges by."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return show_terms(await learn_routing(tx))


def show_terms(routing: Routing) -> TermsOut:
    """Show the terms of sourcing."""
    sites = {depot.id: routing.terms_of(depot.id) for depot in routing.depots}
    return TermsOut(
        house=msgspec.convert(routing.house, HouseIn, from_attributes=True),
        sites=[
            SiteOut(
                site_id=depot.id,
                code=depot.code,
                order_minor=sites[depot.id].order_minor,
                line_minor=sites[depot.id].line_minor,
                daily_orders=sites[depot.id].daily_orders,
                hard=sites[depot.id].hard,
                weekdays=list(sites[depot.id].weekdays),
                closed=list(sites[depot.id].closed),
                holidays=sites[depot.id].holidays,
                lanes=msgspec.convert(
                    list(routing.lanes.get(depot.id, ())), list[LaneIn], from_attributes=True
                ),
            )
            for depot in routing.depots
        ],
        merchants=msgspec.convert(
            list(routing.merchants.values()), list[MerchantOut], from_attributes=True, strict=False
        ),
    )


def site_terms(site_id: UUID, asked: SiteIn) -> SiteTerms:
    """Return the terms of a site as they were sent."""
    names = [name for name in SiteIn.__struct_fields__ if name != "lanes"]
    return SiteTerms(site_id, **{name: getattr(asked, name) for name in names})


def lanes_of(site_id: UUID, asked: Sequence[LaneIn]) -> list[Lane]:
    """Return the lanes of a site as they were sent."""
    return [
        Lane(site_id, one.country, one.postal_prefix, one.base_minor, one.kg_minor, one.days) for one in asked
    ]


@put("/api/sourcing/terms", opt=PLANNERS)
async def put_house(
    data: JSONBody[HouseIn], request: Asked, house: InHouse, who: Caller
) -> Response[TermsOut]:
    """Set what the house reckons with."""

    async def act(tx: Tx) -> TermsOut:
        await terms.set_house(tx, msgspec.convert(data, House, from_attributes=True))
        return show_terms(await learn_routing(tx))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@put("/api/sourcing/terms/sites/{site_id:uuid}", opt=PLANNERS)
async def put_site(
    site_id: FromPath[UUID], data: JSONBody[SiteIn], request: Asked, house: InHouse, who: Caller
) -> Response[TermsOut]:
    """Set what a site's work costs and can do, and its lanes."""

    async def act(tx: Tx) -> TermsOut:
        await terms.set_site(tx, site_terms(site_id, data))
        await terms.set_lanes(tx, site_id, lanes_of(site_id, data.lanes))
        return show_terms(await learn_routing(tx))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@put("/api/sourcing/terms/merchants/{merchant_id:uuid}", opt=PLANNERS)
async def put_merchant(
    merchant_id: FromPath[UUID], data: JSONBody[MerchantIn], request: Asked, house: InHouse, who: Caller
) -> Response[TermsOut]:
    """Set a merchant's own rules."""

    async def act(tx: Tx) -> TermsOut:
        rules = MerchantTerms(
            merchant_id,
            tuple(data.ranked),
            tuple(data.excluded),
            data.home_market,
            data.whole,
            data.split_from_minor,
        )
        await terms.set_merchant(tx, rules)
        return show_terms(await learn_routing(tx))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [read_terms, put_house, put_site, put_merchant]
