"""Plans: the facts of a day read, a proposal kept, and a proposal accepted if the facts still hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from psycopg.errors import UniqueViolation

from doorstep.platform import journal, series
from doorstep.platform.db import Tx, broken_rule
from doorstep.platform.errors import Fault, Reason, Refused, unknown
from doorstep.platform.ids import new_id, new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.delivery.acts.expecting import facts_of
from doorstep.stages.delivery.acts.learning import experience
from doorstep.stages.delivery.acts.telling import Arrival, tell_windows
from doorstep.stages.delivery.model import (
    ROUTE,
    STOP,
    Center,
    Day,
    DayPlan,
    FreeVan,
    PlannedRoute,
    Proposal,
    StopAct,
    Task,
)

Q = Statements("doorstep.stages.delivery")

TASKS_MAX = 1000
"""Stops planned at once; more wait for the next plan."""

LOADING = timedelta(minutes=15)
"""No van planned now leaves sooner: it must be loaded."""


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as it is stored."""

    id: UUID
    site_id: UUID
    day: date
    made_at: datetime
    made_by: str
    plan: dict[str, Any]
    settled_at: datetime | None
    accepted: bool

    def read(self) -> Proposal:
        """Return it with its plan in our words."""
        return Proposal(
            id=self.id,
            site_id=self.site_id,
            day=self.day,
            made_at=self.made_at,
            made_by=self.made_by,
            plan=msgspec.convert(self.plan, DayPlan),
            settled_at=self.settled_at,
            accepted=self.accepted,
        )


async def center(tx: Tx, site_id: UUID) -> Center:
    """Return a local center that has vans.

    Raises:
        Refused: there is no such center.
    """
    found = await tx.row(Q.centers, Center, ids=[site_id])
    if found is None:
        raise unknown("local center with vans", site_id)
    return found


def today(now: datetime, at: Center) -> date:
    """Return the day at a center."""
    return now.astimezone(ZoneInfo(at.timezone)).date()


async def day_facts(tx: Tx, site_id: UUID, day: date | None) -> Day:
    """Read what a plan of one day at one center is made from; None: today.

    Raises:
        Refused: there is no such center, or the day is over.
    """
    at = await center(tx, site_id)
    wanted = day or today(tx.now, at)
    if wanted < today(tx.now, at):
        fault = Fault("/day", "past", "Choose today or a later day.")
        raise Refused(Reason.INVALID, f"{wanted} is over. Plan today or a later day.", [fault])
    midnight = datetime.combine(wanted + timedelta(days=1), time(), ZoneInfo(at.timezone))
    return Day(
        center=at,
        day=wanted,
        starts_at=tx.now + LOADING,
        vans=tuple(await tx.rows(Q.free_vans, FreeVan, site_id=site_id, also=[])),
        tasks=tuple(await tx.rows(Q.tasks_waiting, Task, site_id=site_id, day_ends=midnight, most=TASKS_MAX)),
        experience=await experience(tx, site_id),
    )


async def keep_proposal(tx: Tx, day: Day, plan: DayPlan) -> UUID:
    """Keep a plan until somebody says yes or no; it replaces those of this center that still wait."""
    await tx.run(Q.settle_proposals, site_id=day.center.id, accepted_id=None)
    proposal_id = new_id()
    await tx.run(
        Q.add_proposal,
        id=proposal_id,
        site_id=day.center.id,
        day=day.day,
        made_by=tx.actor,
        plan=msgspec.json.encode(plan).decode(),
    )
    return proposal_id


async def open_proposal(tx: Tx, site_id: UUID) -> Proposal | None:
    """Return the newest plan of a center that waits for a yes."""
    found = await tx.row(Q.open_proposal, ProposalRow, site_id=site_id)
    return found.read() if found else None


async def drop(tx: Tx, proposal_id: UUID) -> None:
    """Say no to a plan; one that is settled stays as it is.

    Raises:
        Refused: there is no such plan.
    """
    found = await tx.row(Q.proposal, ProposalRow, id=proposal_id)
    if found is None:
        raise unknown("proposal", proposal_id)
    if found.settled_at is None:
        await tx.run(Q.settle_proposals, site_id=found.site_id, accepted_id=None)


async def accept(tx: Tx, proposal_id: UUID) -> list[UUID]:
    """Make the routes of a plan, if every parcel and van in it is still free; return their ids. Twice is as once.

    Raises:
        Refused: there is no such plan, it was dropped, or it no longer fits: a parcel or a van is taken. Plan again.
    """
    found = await tx.row(Q.proposal, ProposalRow, id=proposal_id)
    if found is None:
        raise unknown("proposal", proposal_id)
    proposal = found.read()
    if proposal.settled_at is not None:
        if proposal.accepted:
            return []
        raise Refused(Reason.CONFLICT, "This plan was dropped or replaced. Make a new one.")
    made = await _make_routes(tx, proposal)
    await tx.run(
        Q.leave_out,
        ids=[one.stop_id for one in proposal.plan.left_out],
        messages=[one.message for one in proposal.plan.left_out],
    )
    await tx.run(Q.settle_proposals, site_id=proposal.site_id, accepted_id=proposal_id)
    return made


async def _make_routes(tx: Tx, proposal: Proposal) -> list[UUID]:
    plan = proposal.plan
    if not plan.routes:
        return []
    stop_ids = [stop.stop_id for route in plan.routes for stop in route.stops]
    facts = {
        stop.stop_id: {"van": route.van, "position": k, "proposal": proposal.id}
        for route in plan.routes
        for k, stop in enumerate(route.stops, 1)
    }
    moves = await journal.move(tx, STOP, StopAct.PLAN, stop_ids, facts)
    if len(moves.moved) != len(stop_ids):
        taken = len(stop_ids) - len(moves.moved)
        raise Refused(
            Reason.CONFLICT,
            f"The plan no longer fits: {taken} of its parcels are not at the center any more. Plan again.",
        )
    route_ids = new_ids(len(plan.routes))
    numbers = await series.take(tx, "route", len(route_ids))
    try:
        await tx.run(
            Q.add_routes,
            ids=route_ids,
            numbers=numbers,
            van_ids=[route.van_id for route in plan.routes],
            departs_ats=[route.departs_at for route in plan.routes],
            returns_ats=[route.returns_at for route in plan.routes],
            distance_ms=[route.distance_m for route in plan.routes],
            site_id=proposal.site_id,
            day=proposal.day,
            reasons=msgspec.json.encode(plan.reasons).decode(),
        )
    except UniqueViolation as error:
        if broken_rule(error) != "van_has_a_route":
            raise
        raise Refused(
            Reason.CONFLICT, "A van of this plan got another route meanwhile. Plan again."
        ) from None
    await journal.born(
        tx,
        ROUTE,
        route_ids,
        {
            route_id: {"van": route.van, "stops": len(route.stops), "seed": plan.seed, "engine": plan.engine}
            for route_id, route in zip(route_ids, plan.routes, strict=True)
        },
    )
    await seat(tx, dict(zip(route_ids, plan.routes, strict=True)), "route")
    return route_ids


async def seat(tx: Tx, routes: dict[UUID, PlannedRoute], why: str) -> None:
    """Put stops into their places with their arrivals, and tell the customers whose window changed."""
    seats = [
        (stop.stop_id, route_id, position, stop.eta)
        for route_id, route in routes.items()
        for position, stop in enumerate(route.stops, 1)
    ]
    await tx.run(
        Q.seat_stops,
        ids=[stop_id for stop_id, *_ in seats],
        route_ids=[route_id for _, route_id, *_ in seats],
        positions=[position for _, _, position, _ in seats],
        etas=[eta for *_, eta in seats],
    )
    held = await facts_of(tx, [stop_id for stop_id, *_ in seats])
    await tell_windows(
        tx,
        [
            Arrival(stop_id, held[stop_id].parcel_id, eta, position - 1, told_of(held[stop_id]))
            for stop_id, _, position, eta in seats
        ],
        why,
    )


def told_of(stop: Any) -> tuple[datetime, datetime] | None:
    """Return the window that the customer of a stop was told, or None."""
    return (stop.told_from, stop.told_until) if stop.told_from and stop.told_until else None


def chosen_vans(routes: Sequence[PlannedRoute]) -> list[UUID]:
    """Return the vans of some planned routes."""
    return [route.van_id for route in routes]
