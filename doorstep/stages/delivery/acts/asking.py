"""Plans are thought out in processes of their own, between two short transactions: read the facts, think, write if they hold."""

from datetime import date
from uuid import UUID

from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.thinking import ThinkingFailed, think
from doorstep.stages.delivery.acts import changing, planning
from doorstep.stages.delivery.model import DayPlan
from doorstep.stages.delivery.rules.planning import insert_stop, plan_day

SECONDS = 3.0
"""How long a plan is searched when nobody says."""

GRACE_S = 20.0
"""A solver that takes so much longer than asked is killed."""

INSERT_S = 10.0


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
    """Plan the parcels that lie at a center over its free vans and keep the plan as a proposal.

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
    try:
        plan = await think(plan_day, facts, seconds, seed, work, seconds=seconds + GRACE_S)
    except ThinkingFailed as failed:
        raise Refused(
            Reason.OUTSIDE, f"There is no plan: {failed}. The routes are as they were; plan again."
        ) from None
    async with house.db.transaction(tenant_id, actor=actor) as tx:
        return await planning.keep_proposal(tx, facts, plan), plan


async def insert(house: House, tenant_id: UUID, actor: str, stop_id: UUID) -> str:
    """Put a late parcel into a route that has not left; return where it went.

    Raises:
        Refused: the parcel is not at the center, no route can take it, or the routes changed meanwhile.
    """
    async with house.db.transaction(tenant_id, actor=actor) as tx:
        running = await changing.running_facts(tx, stop_id)
    try:
        found = await think(
            insert_stop, running.day, running.plan, running.late, running.loaded, seconds=INSERT_S
        )
    except ThinkingFailed as failed:
        raise Refused(Reason.OUTSIDE, f"There is no answer: {failed}. The routes are as they were.") from None
    async with house.db.transaction(tenant_id, actor=actor) as tx:
        return await changing.insert(tx, running, found)
