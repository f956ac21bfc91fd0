"""What our own driving teaches: legs are noted on arrival, and tell how long the next ones take."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.solvers.routes import Habits
from doorstep.stages.delivery.model import Experience
from doorstep.stages.delivery.rules.learning import WHOLE_DAY, Leg, learned_of

Q = Statements("doorstep.stages.delivery")

LEGS_MAX = 2000
"""The newest legs of a center, from which it learns."""


@dataclass(frozen=True, slots=True)
class _Row:
    circuity_percent: int
    speed_m_h: int
    leg_s: int
    legs: int


async def experience(tx: Tx, site_id: UUID, at: datetime | None = None, zone: str = "UTC") -> Experience:
    """Return how vans drive around a center: over the whole day, or at the hour of a moment there."""
    hour = at.astimezone(ZoneInfo(zone)).hour if at else WHOLE_DAY
    row = await tx.row(Q.experience, _Row, site_id=site_id, hour=hour)
    if row is None:
        return Experience()
    habits = Habits(circuity_percent=row.circuity_percent, speed_m_h=row.speed_m_h, leg_s=row.leg_s)
    return Experience(habits=habits, legs=row.legs)


async def note_leg(tx: Tx, stop_id: UUID) -> None:
    """Note the leg that ends at the door of a stop of a driving route, now. Twice is as once."""
    await tx.run(Q.add_leg, stop_id=stop_id)


async def learn(tx: Tx) -> int:
    """Learn from the newest legs of every center; return how many centers and hours are known now. Old legs are forgotten."""
    found = learned_of(await tx.rows(Q.legs_driven, Leg, most=LEGS_MAX))
    keys, known = list(found), list(found.values())
    await tx.run(
        Q.keep_experience,
        site_ids=[site_id for site_id, _ in keys],
        hours=[hour for _, hour in keys],
        circuity_percents=[one.habits.circuity_percent for one in known],
        speed_m_hs=[one.habits.speed_m_h for one in known],
        leg_ss=[one.habits.leg_s for one in known],
        legss=[one.legs for one in known],
    )
    await tx.run(Q.forget_legs)
    return len(found)
