"""Sourcing: where orders leave from is decided and their goods are reserved there, as one act; the decision is kept with its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from doorstep.platform.db import Tx
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.platform.zones import zone_of
from doorstep.stages import inventory
from doorstep.stages.orders.acts.knowing import know_routing
from doorstep.stages.orders.model.sourcing import Basket, Cause, Decision, Routing, Want
from doorstep.stages.orders.rules.sourcing import (
    Chosen,
    Day,
    Lack,
    leaves_on,
    source_all,
    split_lines,
)

Q = Statements("doorstep.stages.orders")

LineWant = tuple[UUID, UUID, int]
"""(line id, product id, units)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An order that wants goods: what it is, and which line wants what; `hold_s` as `inventory.Demand` has it."""

    basket: Basket
    lines: Sequence[LineWant]
    hold_s: int | None


@dataclass(frozen=True, slots=True)
class Sourcing:
    """A decision as it was kept."""

    id: UUID
    order_id: UUID
    cause: str
    decided_at: datetime
    actor: str
    decision: Decision


async def source(tx: Tx, asked: Sequence[Asked], routing: Routing, cause: Cause) -> Chosen:
    """Decide where orders leave from, reserve their goods there, and keep the decisions; each order whole or not at all.

    Returns:
        The decisions; those without a winner got nothing, and `lacks` says what they miss.
    """
    day = Day(tx.now, await loads(tx, routing))
    chosen = Chosen()

    def choose(free: Mapping[tuple[UUID, UUID], int]) -> list[inventory.Taken]:
        nonlocal chosen
        chosen = source_all([one.basket for one in asked], routing, free, day)
        return _taken(asked, chosen.decisions)

    await inventory.reserve_as(tx, keys_of([one.basket for one in asked], routing), choose)
    await keep(tx, [one for one in chosen.decisions.values() if one.winner], cause)
    return chosen


def keys_of(baskets: Sequence[Basket], routing: Routing) -> list[tuple[UUID, UUID]]:
    """Return every stock row that may serve some order, in the order in which rows are locked."""
    products = {want.product_id for basket in baskets for want in basket.wants}
    return sorted((product_id, depot.id) for product_id in products for depot in routing.depots)


def _taken(asked: Sequence[Asked], decisions: Mapping[UUID, Decision]) -> list[inventory.Taken]:
    taken = []
    for one in asked:
        order_id = one.basket.order_id
        way = decisions[order_id].winner
        for line_id, product_id, site_id, units in split_lines(one.lines, way) if way else ():
            taken.append(inventory.Taken(order_id, line_id, site_id, product_id, units, one.hold_s))
    return taken


async def loads(tx: Tx, routing: Routing) -> dict[UUID, int]:
    """Return how many orders each site has to do on its next day of work and later; nothing is asked where no site is limited."""
    if not routing.limited:
        return {}
    depots = [one for one in routing.depots if one.id in routing.sites and routing.sites[one.id].daily_orders]
    return dict(
        await tx.tuples(
            Q.site_loads,
            site_ids=[one.id for one in depots],
            days=[leaves_on(one, tx.now, routing.terms_of(one.id)) for one in depots],
        )
    )


async def keep(tx: Tx, decisions: Sequence[Decision], cause: Cause) -> None:
    """Keep decisions that have a winner, and from where their orders leave now."""
    if not decisions:
        return
    shares = [(one.order_id, share) for one in decisions if one.winner for share in one.winner.shares]
    await tx.run(
        Q.keep_sourcings,
        cause=cause,
        actor=tx.actor,
        whole=cause in (Cause.PLACED, Cause.BATCH),
        ids=new_ids(len(decisions)),
        order_ids=[one.order_id for one in decisions],
        decisions=[msgspec.json.encode(one).decode() for one in decisions],
        share_order_ids=[order_id for order_id, _ in shares],
        share_site_ids=[share.site_id for _, share in shares],
        share_leavess=[share.leaves for _, share in shares],
    )


async def sourcings_of(tx: Tx, order_ids: Sequence[UUID]) -> list[Sourcing]:
    """Return everything that was decided about where orders leave from, newest first."""
    rows = await tx.tuples(Q.sourcings, order_ids=list(order_ids))
    return [
        Sourcing(one, order_id, cause, at, actor, msgspec.convert(decision, Decision, strict=False))
        for one, order_id, cause, at, actor, decision in rows
    ]


@dataclass(frozen=True, slots=True)
class Sourced:
    """How an order is served, by the last decision about all of it: how many sites, and what each part costs."""

    order_id: UUID
    cause: str
    sites: int
    exact: bool
    costs: Mapping[str, int]


async def sourced(tx: Tx, order_ids: Sequence[UUID]) -> list[Sourced]:
    """Return how orders are served; those that one site serves without a choice are left out."""
    return await tx.rows(Q.sourced, Sourced, order_ids=list(order_ids))


@dataclass(frozen=True, slots=True)
class Known:
    """An order as it stands, for sourcing."""

    order_id: UUID
    merchant_id: UUID
    country: str
    postal_code: str
    lat: float | None
    lon: float | None
    value_minor: int
    delivery: str | None
    promised_until: datetime | None


async def baskets_of(tx: Tx, lines: Mapping[UUID, Sequence[LineWant]]) -> list[Basket]:
    """Return orders as sourcing sees them, in the order of their ids.

    Args:
        tx: the open transaction.
        lines: what is to be sourced of each order.
    """
    products = {product_id for wanted in lines.values() for _, product_id, _ in wanted}
    weights = dict(await tx.tuples(Q.weights, ids=list(products)))
    return [
        Basket(
            order_id=one.order_id,
            merchant_id=one.merchant_id,
            country=one.country,
            postal_code=one.postal_code,
            lat=one.lat,
            lon=one.lon,
            value_minor=one.value_minor,
            delivery=one.delivery,
            wants=wants_of(lines[one.order_id], weights),
            due=_day_there(one),
        )
        for one in await tx.rows(Q.baskets, Known, ids=list(lines))
    ]


def wants_of(lines: Sequence[LineWant], weights: Mapping[UUID, int]) -> tuple[Want, ...]:
    """Add up what lines want of each product: kits and loose items may share one."""
    units: dict[UUID, int] = {}
    for _, product_id, quantity in lines:
        units[product_id] = units.get(product_id, 0) + quantity
    return tuple(Want(product_id, n, weights[product_id]) for product_id, n in units.items())


def _day_there(one: Known) -> date | None:
    if one.promised_until is None:
        return None
    return one.promised_until.astimezone(ZoneInfo(zone_of(one.country, one.lat, one.lon))).date()


async def source_rest(tx: Tx, lacking: Mapping[UUID, Sequence[LineWant]]) -> dict[UUID, list[Lack]]:
    """Source what orders still lack, in the sequence given; return what is missing of those that got nothing."""
    routing = await know_routing(tx)
    baskets = {basket.order_id: basket for basket in await baskets_of(tx, lacking)}
    asked = [Asked(baskets[order_id], lines, None) for order_id, lines in lacking.items()]
    chosen = await source(tx, asked, routing, Cause.REFILLED)
    return chosen.lacks
