"""Sourcing over JSON: why an order leaves from where it does, what would be chosen, and moving open orders."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from doorstep.platform.auth import ALL_STAFF, DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import invalid, unknown
from doorstep.platform.idempotency import once
from doorstep.stages import catalog
from doorstep.stages.orders import acts
from doorstep.stages.orders.acts.knowing import learn_routing
from doorstep.stages.orders.acts.routing import asking, rerouting, sourcing
from doorstep.stages.orders.acts.routing.sourcing import Sourcing
from doorstep.stages.orders.jobs.sourcing import think_together
from doorstep.stages.orders.model import NewOrder
from doorstep.stages.orders.model.sourcing import SAID, Candidate, Decision, Routing
from doorstep.stages.orders.rules.sourcing import Plan
from doorstep.stages.orders.rules.sourcing.telling import why_lost

READERS = allow(*ALL_STAFF, Role.MERCHANT, scope="orders:read")
PLANNERS = allow(*DESK, scope="orders:write")


class SendsOut(msgspec.Struct):
    """What one site sends of an order: units by article, the day it leaves, the last day it should arrive."""

    site: str
    units: int
    skus: dict[str, int]
    leaves: date
    arrives: date


class CandidateOut(msgspec.Struct):
    """One way to serve an order. `why` says why it won or lost."""

    sends: list[SendsOut]
    costs: dict[str, int]
    total_minor: int
    why: str


class LeftOutOut(msgspec.Struct):
    """A site that was no candidate."""

    site: str
    reason: str
    why: str


class DecisionOut(msgspec.Struct, kw_only=True):
    """Where an order leaves from: the winner first. `exact`: every set of sites was weighed or shown to cost more."""

    currency: str
    exact: bool
    weighed: int
    may_split: bool
    candidates: list[CandidateOut]
    left_out: list[LeftOutOut]


class SourcingOut(msgspec.Struct, kw_only=True):
    """A decision as it was kept."""

    id: UUID
    cause: str
    decided_at: datetime
    actor: str
    decision: DecisionOut


class SourcingsOut(msgspec.Struct):
    """All decisions about an order, the newest first; none where one site serves all."""

    decisions: list[SourcingOut]


class LackOut(msgspec.Struct):
    """An article that cannot be had in full."""

    sku: str
    asked: int
    available: int


class MovedOut(msgspec.Struct, kw_only=True):
    """What would become, or became, of an open order: `better`, or `moved`, `changed` (it has gone on), `taken` (the goods have)."""

    order_id: UUID
    number: int
    outcome: str
    was: list[str]
    now: list[str]
    saved_minor: int


class BatchOut(msgspec.Struct, kw_only=True):
    """All open orders looked at together. `ended` is false when the bound of the search ended it."""

    currency: str
    orders: int
    before_minor: int
    after_minor: int
    looks: int
    ended: bool
    rows: list[MovedOut]


class PreviewIn(msgspec.Struct, forbid_unknown_fields=True):
    """An order as it would be sent to `POST /api/orders`; left out: all open orders that no floor has yet."""

    order: NewOrder | None = None


class PreviewOut(msgspec.Struct):
    """What would be chosen: for one order, or for all open ones together."""

    decision: DecisionOut | None = None
    lacks: list[LackOut] = []
    batch: BatchOut | None = None


class ApplyIn(msgspec.Struct, forbid_unknown_fields=True):
    """Which open orders may be moved; left out: all."""

    order_ids: Annotated[list[UUID], Meta(min_length=1, max_length=2000)] | None = None


@get("/api/orders/{order_id:uuid}/sourcing", opt=READERS)
async def read_sourcing(order_id: FromPath[UUID], house: InHouse, who: Caller) -> SourcingsOut:
    """Say where an order leaves from, with the candidates, what each would have cost, and why the others lost."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if not await acts.fetch_orders(tx, [order_id], who.merchant_id):
            raise unknown("order", order_id)
        found = await sourcing.sourcings_of(tx, [order_id])
        routing = await learn_routing(tx)
        shown = await show_decisions(tx, [one.decision for one in found], routing)
    return SourcingsOut([_kept(one, out) for one, out in zip(found, shown, strict=True)])


def _kept(one: Sourcing, out: DecisionOut) -> SourcingOut:
    return SourcingOut(id=one.id, cause=one.cause, decided_at=one.decided_at, actor=one.actor, decision=out)


async def show_decisions(tx: Tx, decisions: list[Decision], routing: Routing) -> list[DecisionOut]:
    """Show decisions with the names of sites and goods."""
    ids = {
        product_id
        for one in decisions
        for way in one.candidates
        for s in way.shares
        for product_id in s.units
    }
    skus = {one.id: one.sku for one in await catalog.products(tx, list(ids))}
    names = {depot.id: depot.name for depot in routing.depots}
    return [_decision(one, skus, names, routing.house.currency) for one in decisions]


def _decision(one: Decision, skus: dict[UUID, str], names: dict[UUID, str], currency: str) -> DecisionOut:
    return DecisionOut(
        currency=currency,
        exact=one.exact,
        weighed=one.weighed,
        may_split=one.may_split,
        candidates=[_candidate(way, one, skus, names, currency) for way in one.candidates],
        left_out=[
            LeftOutOut(names.get(site_id, str(site_id)), str(why), SAID[why])
            for site_id, why in one.left_out.items()
        ],
    )


def _candidate(
    way: Candidate, decision: Decision, skus: dict[UUID, str], names: dict[UUID, str], currency: str
) -> CandidateOut:
    winner = decision.candidates[0]
    sends = [
        SendsOut(
            names.get(one.site_id, str(one.site_id)),
            sum(one.units.values()),
            {skus.get(product_id, str(product_id)): n for product_id, n in one.units.items()},
            one.leaves,
            one.arrives,
        )
        for one in way.shares
    ]
    why = "It costs the least." if way is winner else why_lost(winner, way, currency)
    return CandidateOut(sends, dict(way.costs), way.total_minor, why)


@post("/api/sourcing/preview", opt=PLANNERS, status_code=200)
async def preview_sourcing(data: JSONBody[PreviewIn], house: InHouse, who: Caller) -> PreviewOut:
    """Say where one order would leave from if it came now, or what all open orders would gain together; nothing is written."""
    if data.order is None:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            question = await rerouting.question(tx)
        plan = await think_together(question)
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            rows = await rerouting.foreseen(tx, question, plan)
        return PreviewOut(batch=show_batch(question, plan, rows))
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await asking.preview(tx, data.order, own=who.merchant_id)
        if found.decision is None:
            raise invalid(list(found.faults))
        [shown] = await show_decisions(tx, [found.decision], found.routing)
        skus = {
            one.id: one.sku for one in await catalog.products(tx, [one.product_id for one in found.lacks])
        }
    return PreviewOut(shown, [LackOut(skus[one.product_id], one.asked, one.available) for one in found.lacks])


@post("/api/sourcing/apply", opt=PLANNERS, status_code=200)
async def apply_sourcing(
    data: JSONBody[ApplyIn], request: Asked, house: InHouse, who: Caller
) -> Response[BatchOut]:
    """Look at the open orders together and move their goods where that costs less; each order gets an answer of its own."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        question = await rerouting.question(tx, data.order_ids)
    plan = await think_together(question)

    async def act(tx: Tx) -> BatchOut:
        return show_batch(question, plan, await rerouting.apply(tx, question, plan))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


def show_batch(question: rerouting.Question, plan: Plan, rows: list[rerouting.Moved]) -> BatchOut:
    """Show what a batch would come to, or came to."""
    names = {depot.id: depot.name for depot in question.routing.depots}
    return BatchOut(
        currency=question.routing.house.currency,
        orders=len(question.standing),
        before_minor=plan.before_minor,
        after_minor=plan.after_minor,
        looks=plan.looks,
        ended=plan.ended,
        rows=[
            MovedOut(
                order_id=one.order_id,
                number=one.number,
                outcome=str(one.outcome),
                was=[names[site_id] for site_id in one.was],
                now=[names[site_id] for site_id in one.now],
                saved_minor=one.saved_minor,
            )
            for one in rows
        ],
    )


ROUTES: list[Any] = [read_sourcing, preview_sourcing, apply_sourcing]
