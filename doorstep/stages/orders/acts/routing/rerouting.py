"""Open orders are looked at together, and their goods moved where that costs less; floors that do not find goods are passed by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.stages.inventory import Held
from doorstep.stages.orders.acts.knowing import forget_routing, know_routing
from doorstep.stages.orders.acts.routing import sourcing
from doorstep.stages.orders.model import ORDER
from doorstep.stages.orders.model.sourcing import Candidate, Cause, Key, Routing, Share
from doorstep.stages.orders.rules.sourcing import (
    Day,
    Plan,
    Standing,
    leaves_on,
    sites_by_cost,
    split_lines,
)

Q = Statements("doorstep.stages.orders")
OPEN_MAX = 2000
OPEN_DAYS = 60
"""Open orders that are looked at together, the oldest first, and how old they may be."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be thought about: the open orders, what is free beside what they hold, and the terms."""

    standing: list[Standing]
    routing: Routing
    free: dict[Key, int]
    day: Day


class Outcome(StrEnum):
    """What became of a better way."""

    BETTER = "better"
    """It was only looked for."""
    MOVED = "moved"
    CHANGED = "changed"
    """The order has gone on, or holds other goods than when it was looked at."""
    TAKEN = "taken"
    """Somebody else got the goods meanwhile."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one order of a plan: where its goods were, where they are to be; `saved_minor` if it is moved."""

    order_id: UUID
    number: int
    outcome: Outcome
    was: tuple[UUID, ...]
    now: tuple[UUID, ...]
    saved_minor: int


async def question(tx: Tx, order_ids: Sequence[UUID] | None = None) -> Question:
    """Read the open orders that no floor has yet, with all that says where they could leave from; nothing is locked."""
    routing = await know_routing(tx)
    since = tx.now - timedelta(days=OPEN_DAYS)
    ids = None if order_ids is None else list(order_ids)
    held = await tx.rows(Q.open_promises, Held, since=since, most=OPEN_MAX, ids=ids)
    by_order = _by_order(held)
    baskets = await sourcing.baskets_of(
        tx, {order_id: [_line(one) for one in some] for order_id, some in by_order.items()}
    )
    leaves = {depot.id: leaves_on(depot, tx.now, routing.terms_of(depot.id)) for depot in routing.depots}
    standing = [
        Standing(basket, _way(by_order[basket.order_id], leaves))
        for basket in baskets
        if {one.site_id for one in by_order[basket.order_id]} <= leaves.keys()
    ]
    keys = sourcing.keys_of([one.basket for one in standing], routing)
    free = await inventory.free_of(tx, keys)
    return Question(standing, routing, free, Day(tx.now, await sourcing.loads(tx, routing)))


def _by_order(held: Sequence[Held]) -> dict[UUID, list[Held]]:
    found: dict[UUID, list[Held]] = {}
    for one in held:
        found.setdefault(one.order_id, []).append(one)
    return found


def _line(one: Held) -> sourcing.LineWant:
    return (one.line_id, one.product_id, one.quantity)


def _way(held: Sequence[Held], leaves: Mapping[UUID, object]) -> Candidate:
    """Return how an order is served now; what it costs is reckoned by the rules."""
    units: dict[UUID, dict[UUID, int]] = {}
    for one in held:
        of_site = units.setdefault(one.site_id, {})
        of_site[one.product_id] = of_site.get(one.product_id, 0) + one.quantity
    return Candidate(
        tuple(
            Share(site_id, of_site, leaves[site_id], leaves[site_id])  # type: ignore[arg-type]
            for site_id, of_site in sorted(units.items())
        ),
        {},
    )


@dataclass(slots=True)
class _Moves:
    """The moves of a plan that are still possible, as they are checked against what is there now."""

    plan: Plan
    was: Mapping[UUID, Mapping[Key, int]]
    held: dict[UUID, list[Held]] = field(default_factory=dict)
    outcomes: dict[UUID, Outcome] = field(default_factory=dict)

    def check_held(self, locked: set[UUID]) -> None:
        """Let go of orders that have gone on, or hold other goods than the plan knew."""
        for order_id in self.plan.decisions:
            now = _units(self.held.get(order_id, ()))
            same = order_id in locked and now == self.was[order_id]
            self.outcomes[order_id] = Outcome.MOVED if same else Outcome.CHANGED

    def check_free(self, free: Mapping[Key, int]) -> None:
        """Let go of orders, the youngest first, until all that is left fits together once the old goods are given up."""
        left = dict(free)
        for order_id in self.going():
            self._shift(left, order_id, 1)
        while lost := [one for one in self.going() if not self._fits(left, one)]:
            self._shift(left, lost[-1], -1)
            self.outcomes[lost[-1]] = Outcome.TAKEN

    def _fits(self, left: Mapping[Key, int], order_id: UUID) -> bool:
        way = self.plan.decisions[order_id].winner
        return way is not None and all(left.get(key, 0) >= 0 for key in way.units)

    def _shift(self, left: dict[Key, int], order_id: UUID, sign: int) -> None:
        way = self.plan.decisions[order_id].winner
        for key, units in self.was[order_id].items():
            left[key] = left.get(key, 0) + sign * units
        for key, units in way.units.items() if way else ():
            left[key] = left.get(key, 0) - sign * units

    def going(self) -> list[UUID]:
        """Return the orders that are moved, in the order of their ids."""
        return sorted(one for one, outcome in self.outcomes.items() if outcome is Outcome.MOVED)


def _units(held: Sequence[Held]) -> dict[Key, int]:
    units: dict[Key, int] = {}
    for one in held:
        units[one.product_id, one.site_id] = units.get((one.product_id, one.site_id), 0) + one.quantity
    return units


async def apply(tx: Tx, asked: Question, plan: Plan) -> list[Moved]:
    """Move the goods of a plan, all that still can be, together; each order gets an answer of its own."""
    ids = sorted(plan.decisions)
    if not ids:
        return []
    was = {
        one.basket.order_id: one.way.units for one in asked.standing if one.basket.order_id in plan.decisions
    }
    moves = _Moves(plan, was)
    locked = set(await tx.values(Q.lock_before_floor, ids=ids))
    locked -= set(await tx.values(Q.with_held_sites, ids=ids))
    lines = [one.line_id for one in await inventory.reserved_for(tx, sorted(locked))]
    wanted = [key for one in plan.decisions.values() if one.winner for key in one.winner.units]
    held, free = await inventory.hold_promises(tx, lines, wanted)
    moves.held = _by_order(held)
    moves.check_held(locked)
    moves.check_free(free)
    going = moves.going()
    old = [one for order_id in going for one in moves.held[order_id]]
    await inventory.reroute(
        tx, old, [one for order_id in going for one in _anew(moves, order_id)], "rerouted"
    )
    await sourcing.keep(tx, [plan.decisions[order_id] for order_id in going], Cause.BATCH)
    numbers = dict(await tx.tuples(Q.numbers_of, ids=ids))
    answers = [_answer(moves, order_id, numbers.get(order_id, 0), asked) for order_id in ids]
    codes = {depot.id: depot.code for depot in asked.routing.depots}
    facts = {
        one.order_id: {
            "from": [codes[site_id] for site_id in one.was],
            "to": [codes[site_id] for site_id in one.now],
            "saved_minor": one.saved_minor,
            "currency": asked.routing.house.currency,
        }
        for one in answers
    }
    await journal.note(tx, ORDER, "rerouted", going, {order_id: facts[order_id] for order_id in going})
    return answers


async def foreseen(tx: Tx, asked: Question, plan: Plan) -> list[Moved]:
    """Return what `apply` would do if nothing changed until then; nothing is written."""
    ids = sorted(plan.decisions)
    numbers = dict(await tx.tuples(Q.numbers_of, ids=ids)) if ids else {}
    moves = _Moves(plan, {}, outcomes=dict.fromkeys(ids, Outcome.BETTER))
    return [_answer(moves, order_id, numbers.get(order_id, 0), asked) for order_id in ids]


def _anew(moves: _Moves, order_id: UUID) -> list[Held]:
    """Return what the lines of an order are promised by its new way; they run out when they would have."""
    held = moves.held[order_id]
    way = moves.plan.decisions[order_id].winner
    assert way is not None  # noqa: S101 - a plan keeps only decisions with a winner
    wants: dict[tuple[UUID, UUID], int] = {}
    for one in held:
        wants[one.line_id, one.product_id] = wants.get((one.line_id, one.product_id), 0) + one.quantity
    lines = [(line_id, product_id, units) for (line_id, product_id), units in wants.items()]
    expires_at = min((one.expires_at for one in held if one.expires_at), default=None)
    return [
        Held(order_id, line_id, site_id, product_id, units, expires_at)
        for line_id, product_id, site_id, units in split_lines(lines, way)
    ]


def _answer(moves: _Moves, order_id: UUID, number: int, asked: Question) -> Moved:
    way = moves.plan.decisions[order_id].winner
    before = next(one.way for one in asked.standing if one.basket.order_id == order_id)
    return Moved(
        order_id=order_id,
        number=number,
        outcome=moves.outcomes[order_id],
        was=tuple(one.site_id for one in before.shares),
        now=tuple(one.site_id for one in way.shares) if way else (),
        saved_minor=moves.plan.saved.get(order_id, 0),
    )


async def reach_floor(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Note that a floor has work of these orders: their goods are moved by that floor alone from here on."""
    if order_ids:
        await tx.run(Q.reach_floor, ids=list(order_ids))


async def reject(tx: Tx, order_id: UUID, site_id: UUID, product_ids: Sequence[UUID], reason: str) -> None:
    """Do not ask a site for goods that its floor did not find, for as many days as the house says."""
    routing = await know_routing(tx)
    if not routing.house.reject_days or len(routing.depots) < 2:
        return
    await tx.run(
        Q.note_rejections,
        order_id=order_id,
        site_ids=[site_id for _ in product_ids],
        product_ids=list(product_ids),
        until=tx.now + timedelta(days=routing.house.reject_days),
        reason=reason,
    )
    forget_routing(tx.tenant_id)


async def elsewhere(tx: Tx, lack: sourcing.LineWant, order_id: UUID, site_id: UUID) -> list[UUID] | None:
    """Return the other sites that may send what a floor did not find, the cheapest first; None where sites are not chosen."""
    routing = await know_routing(tx)
    if len(routing.depots) < 2:
        return None
    [basket] = await sourcing.baskets_of(tx, {order_id: [lack]})
    free = await inventory.free_of(tx, sourcing.keys_of([basket], routing))
    return sites_by_cost(basket, routing, free, Day(tx.now, await sourcing.loads(tx, routing)), site_id)


async def note_moved(tx: Tx, order_id: UUID, site_ids: Sequence[UUID]) -> None:
    """Note that other sites send what a floor did not find."""
    routing = await know_routing(tx)
    leaves = {
        depot.id: leaves_on(depot, tx.now, routing.terms_of(depot.id))
        for depot in routing.depots
        if depot.id in site_ids
    }
    await tx.run(
        Q.add_shares, order_ids=[order_id] * len(leaves), site_ids=list(leaves), leavess=list(leaves.values())
    )
