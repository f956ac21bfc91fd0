"""Plans are thought out in processes of their own, between two short transactions: read the facts, think, write if they hold."""

import os
from dataclasses import replace
from datetime import date
from uuid import UUID

from doorstep.platform.crew import Crew
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.thinking import ThinkingFailed, think
from doorstep.solvers.routes import ALONE
from doorstep.solvers.routes import Crew as AnyCrew
from doorstep.stages.delivery.acts import changing, planning, roads
from doorstep.stages.delivery.acts.looking import stop
from doorstep.stages.delivery.model import Day, DayPlan, StopState
from doorstep.stages.delivery.rules.planning import insert_stop, plan_day

SECONDS = 3.0
"""How long a plan is searched when nobody says."""

GRACE_S = 20.0
"""A solver that takes so much longer than asked is killed."""

INSERT_S = 10.0

MANY = 150
"""Stops from which on every core searches with a seed of its own."""


async def think_of(
    house: House,
    tenant_id: UUID,
    actor: str,
    site_id: UUID,
    *,
    day: date | None = None,
    seconds: float = SECONDS,
    seed: int = 1,
    work: int | None = None,
) -> tuple[Day, DayPlan]:
    """Plan the parcels that lie at a center over its free vans; nothing is written.

    Args:
        house: for its database.
        tenant_id: whose center.
        actor: who asks.
        site_id: the center.
        day: None: today there.
        seconds: to search.
        seed: of the search.
        work: iterations instead of seconds.

    Raises:
        Refused: no such center, a day that is over, or the solver died or overran (nothing is changed).
    """
    async with house.db.transaction(tenant_id, actor=actor) as tx:
        facts = await planning.day_facts(tx, site_id, day)
    facts = await roads.with_roads(house, facts)
    crew = Crew(os.cpu_count() or 1) if len(facts.tasks) >= MANY and work is None else ALONE
    try:
        return facts, await _thought(facts, seconds, seed, work, crew)
    except ThinkingFailed as failed:
        raise Refused(
            Reason.OUTSIDE, f"There is no plan: {failed}. The routes are as they were; plan again."
        ) from None


async def _thought(facts: Day, seconds: float, seed: int, work: int | None, crew: AnyCrew) -> DayPlan:
    """Plan in a process; when that dies, plan once more: only time is lost."""
    try:
        return await think(plan_day, facts, seconds, seed, work, crew, seconds=seconds + GRACE_S)
    except ThinkingFailed as failed:
        if failed.kind != "died":
            raise
    return await think(plan_day, facts, seconds, seed, work, crew, seconds=seconds + GRACE_S)


async def propose(
    house: House,
    tenant_id: UUID,
    actor: str,
    site_id: UUID,
    *,
    day: date | None = None,
    seconds: float = SECONDS,
    seed: int = 1,
    work: int | None = None,
) -> tuple[UUID, DayPlan]:
    """Plan as `think_of` and keep the plan until somebody says yes or no; return its id and the plan.

    Raises:
        Refused: as `think_of`.
    """
    facts, plan = await think_of(
        house, tenant_id, actor, site_id, day=day, seconds=seconds, seed=seed, work=work
    )
    async with house.db.transaction(tenant_id, actor=actor) as tx:
        return await planning.keep_proposal(tx, facts, plan), plan


Found = tuple[changing.Running, DayPlan] | None


async def find_place(house: House, tenant_id: UUID, actor: str, stop_id: UUID) -> Found:
    """Find where a late parcel costs least in the routes that have not left; None when it is on a route already.

    Raises:
        Refused: the parcel is not at the center, or the solver died.
    """
    async with house.db.transaction(tenant_id, actor=actor) as tx:
        if (await stop(tx, stop_id)).state in {StopState.PLANNED, StopState.LOADED}:
            return None
        running = await changing.running_facts(tx, stop_id)
    whole = replace(running.day, tasks=(*running.day.tasks, running.late))
    day = replace(running.day, ways=(await roads.with_roads(house, whole)).ways)
    try:
        found = await think(insert_stop, day, running.plan, running.late, running.loaded, seconds=INSERT_S)
    except ThinkingFailed as failed:
        raise Refused(Reason.OUTSIDE, f"There is no answer: {failed}. The routes are as they were.") from None
    return running, found


async def place(tx: Tx, stop_id: UUID, found: Found) -> str:
    """Write what `find_place` found; return the sentence that says where the parcel goes.

    Raises:
        Refused: no route can take it, or the routes changed meanwhile.
    """
    if found is None:
        planned = await stop(tx, stop_id)
        return f"{planned.tracking_number} is on a route already, as stop {planned.position}."
    return await changing.insert(tx, *found)
