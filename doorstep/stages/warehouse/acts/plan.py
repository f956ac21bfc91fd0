"""Planning carts: read what waits, let the rules think about it outside any transaction, write down what still holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec

from doorstep.platform import series
from doorstep.platform.db import Tx, columns
from doorstep.platform.ids import new_ids
from doorstep.platform.journal import born, move
from doorstep.platform.statements import Statements
from doorstep.solvers.walk import Spot
from doorstep.stages.warehouse.model import BATCH, FULFILLMENT, FulfillmentAct
from doorstep.stages.warehouse.rules.allocation import Need, Taken
from doorstep.stages.warehouse.rules.detour import STEP
from doorstep.stages.warehouse.rules.floor import AisleLine, Shelf
from doorstep.stages.warehouse.rules.waves import CANDIDATES_MAX, Cartload, Limits, Plan, Question, Waiting

Q = Statements("doorstep.stages.warehouse")


@dataclass(frozen=True, slots=True)
class Site:
    """A site with work to plan; `failures` plans in a row could not be thought out."""

    site_id: UUID
    start_x_mm: int
    start_y_mm: int
    cart_slots: int
    cart_mass_g: int
    cart_volume_ml: int
    failures: int
    ready: int


@dataclass(frozen=True, slots=True)
class _Line:
    fulfillment_id: UUID
    priority: int
    ship_by: datetime
    line_id: UUID
    product_id: UUID
    quantity: int
    weight_g: int
    volume_ml: int


async def sites_to_plan(tx: Tx) -> list[Site]:
    """Return the sites where accepted fulfillment orders wait for a cart."""
    return await tx.rows(Q.sites_to_plan, Site)


async def read_question(tx: Tx, site: Site, only: Sequence[UUID] | None = None) -> Question:
    """Return everything that planning this site's carts needs to know, as it is now.

    Args:
        tx: the open transaction.
        site: where.
        only: the fulfillment orders that somebody wants picked now, at most `CANDIDATES_MAX`; None: the most urgent.
    """
    done = await tx.values(Q.complete_waiting, site_id=site.site_id)
    await move(tx, FULFILLMENT, FulfillmentAct.FINISH_PICK, done)
    lines = await tx.rows(
        Q.waiting_needs,
        _Line,
        site_id=site.site_id,
        most=CANDIDATES_MAX,
        only=None if only is None else list(only),
    )
    products = list({line.product_id for line in lines})
    shelves = await tx.rows(Q.shelves, Shelf, site_id=site.site_id, product_ids=products)
    aisles = await tx.rows(Q.aisles, AisleLine, site_id=site.site_id)
    return Question(
        site_id=site.site_id,
        now=tx.now,
        start=Spot(site.start_x_mm, site.start_y_mm),
        cart=Limits(site.cart_slots, site.cart_mass_g, site.cart_volume_ml),
        ready=site.ready,
        aisles=tuple(aisles),
        waiting=tuple(_waiting(lines)),
        shelves=tuple(shelves),
        everything=only is not None,
    )


def _waiting(lines: Sequence[_Line]) -> Iterable[Waiting]:
    for fulfillment_id, group in groupby(lines, key=lambda line: line.fulfillment_id):
        own = list(group)
        yield Waiting(
            fulfillment_id=fulfillment_id,
            priority=own[0].priority,
            ship_by=own[0].ship_by,
            weight_g=sum(line.weight_g * line.quantity for line in own),
            volume_ml=sum(line.volume_ml * line.quantity for line in own),
            needs=tuple(Need(fulfillment_id, line.line_id, line.product_id, line.quantity) for line in own),
        )


async def count_failure(tx: Tx, site_id: UUID) -> None:
    """Remember that a plan could not be thought out."""
    await tx.run(Q.count_failure, site_id=site_id)


async def write_plan(tx: Tx, plan: Plan, *, thought: bool) -> list[UUID]:
    """Write down the carts that still hold and return their ids.

    Between question and answer orders may have been canceled and goods promised elsewhere: a fulfillment order that
    moved on is left out of its cart, a cart whose bins no longer have enough waits for the next plan.

    Args:
        tx: the open transaction; the site's floor is locked until it ends.
        plan: the carts.
        thought: whether the solver answered; then earlier failures are forgotten.
    """
    await tx.run(Q.lock_floor, site_id=plan.site_id)
    if thought:
        await tx.run(Q.forget_failures, site_id=plan.site_id)
    await tx.run(Q.note_stuck, fulfillment_ids=list(plan.stuck), whys=[plan.stuck[one] for one in plan.stuck])
    carts = await _still_there(tx, plan)
    if not carts:
        return []
    ids = new_ids(len(carts))
    batch_of = {
        one: batch_id for batch_id, cart in zip(ids, carts, strict=True) for one in cart.fulfillment_ids
    }
    facts = {one: {"batch_id": batch_id} for one, batch_id in batch_of.items()}
    moved = set((await move(tx, FULFILLMENT, FulfillmentAct.BATCH, list(facts), facts)).moved)
    moved -= await _outgrown(tx, carts, moved)
    kept = [
        (batch_id, cart)
        for batch_id, cart in zip(ids, carts, strict=True)
        if moved & set(cart.fulfillment_ids)
    ]
    if kept:
        await _insert(tx, plan.site_id, kept, moved)
    return [batch_id for batch_id, _ in kept]


async def _still_there(tx: Tx, plan: Plan) -> list[Cartload]:
    """Keep the carts whose bins have enough, counted again under the floor's lock."""
    products = list({pick.product_id for cart in plan.carts for pick in cart.picks})
    shelves = await tx.rows(Q.shelves, Shelf, site_id=plan.site_id, product_ids=products)
    free: dict[tuple[str, UUID], int] = {}
    for shelf in shelves:
        free[shelf.place, shelf.product_id] = free.get((shelf.place, shelf.product_id), 0) + shelf.free
    kept = []
    for cart in plan.carts:
        wanted: dict[tuple[str, UUID], int] = {}
        for pick in cart.picks:
            key = (pick.place, pick.product_id)
            wanted[key] = wanted.get(key, 0) + pick.quantity
        if all(free.get(key, 0) >= units for key, units in wanted.items()):
            kept.append(cart)
            for key, units in wanted.items():
                free[key] -= units
    return kept


async def _outgrown(tx: Tx, carts: Sequence[Cartload], moved: set[UUID]) -> set[UUID]:
    """Let fulfillment orders that got more items since the question wait for the next plan; return them."""
    needed = dict(await tx.tuples(Q.units_needed, fulfillment_ids=list(moved)))
    planned = dict.fromkeys(moved, 0)
    for cart in carts:
        for pick in cart.picks:
            if pick.fulfillment_id in moved:
                planned[pick.fulfillment_id] += pick.quantity
    outgrown = {one for one, units in planned.items() if needed[one] != units}
    await move(tx, FULFILLMENT, FulfillmentAct.UNBATCH, list(outgrown), {"why": "more items were added"})
    return outgrown


async def _insert(tx: Tx, site_id: UUID, carts: Sequence[tuple[UUID, Cartload]], moved: set[UUID]) -> None:
    numbers = await series.take(tx, "batch", len(carts))
    loads = [cart for _, cart in carts]
    await tx.run(
        Q.add_batches,
        site_id=site_id,
        ids=[batch_id for batch_id, _ in carts],
        numbers=numbers,
        **columns(loads, "priority", "ship_by", "walk_mm", "s_shape_mm"),
        reasonss=[msgspec.json.encode(cart.reasons).decode() for cart in loads],
    )
    picks = [(batch_id, place, pick) for batch_id, cart in carts for place, pick in _in_order(cart, moved)]
    await add_picks(tx, site_id, picks)
    slots = [
        (one, batch_id, slot)
        for batch_id, cart in carts
        for slot, one in enumerate(cart.fulfillment_ids, 1)
        if one in moved
    ]
    await tx.run(
        Q.assign_slots,
        fulfillment_ids=[one for one, _, _ in slots],
        batch_ids=[batch_id for _, batch_id, _ in slots],
        slots=[slot for _, _, slot in slots],
    )
    facts: dict[UUID, dict[str, Any]] = {
        batch_id: {
            "number": number,
            "orders": len(cart.fulfillment_ids),
            "picks": len(cart.picks),
            "walk_mm": cart.walk_mm,
            "s_shape_mm": cart.s_shape_mm,
            "reasons": cart.reasons,
        }
        for number, (batch_id, cart) in zip(numbers, carts, strict=True)
    }
    await born(tx, BATCH, list(facts), facts)


def _in_order(cart: Cartload, moved: set[UUID]) -> Iterable[tuple[int, Taken]]:
    return ((STEP * place, pick) for place, pick in enumerate(cart.picks, 1) if pick.fulfillment_id in moved)


async def add_picks(tx: Tx, site_id: UUID, picks: Sequence[tuple[UUID, int, Taken]]) -> None:
    """Write stops of walks: (batch, position, what to take from which bin)."""
    taken = [pick for _, _, pick in picks]
    await tx.run(
        Q.add_picks,
        site_id=site_id,
        ids=new_ids(len(picks)),
        batch_ids=[batch_id for batch_id, _, _ in picks],
        positions=[position for _, position, _ in picks],
        **columns(taken, "fulfillment_id", "line_id", "product_id", "place", "quantity"),
    )
