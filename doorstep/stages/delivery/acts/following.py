"""Where the vans are, and what that does to the customers' windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import unknown
from doorstep.platform.statements import Statements
from doorstep.solvers.routes import Point
from doorstep.stages.delivery.acts.changing import Seated, hold_routes
from doorstep.stages.delivery.acts.driving import renew_arrivals
from doorstep.stages.delivery.acts.expecting import facts_of
from doorstep.stages.delivery.model import Legs, Position

Q = Statements("doorstep.stages.delivery")


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest position of a van."""

    van_id: UUID
    van: str
    lat: float
    lon: float
    accuracy_m: int | None
    occurred_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Driving:
    """Which route a van drives."""

    id: UUID
    van_id: UUID


async def record_positions(tx: Tx, positions: Sequence[Position], legs: Legs | None = None) -> int:
    """Record where vans are; return how many positions were new. Late and repeated ones change nothing.

    A van that moved gets new times of arrival for the stops that are left, and customers whose window changed hear of it.

    Args:
        tx: the open transaction.
        positions: as the devices report them.
        legs: what a map says of the legs ahead; the others are estimated.

    Raises:
        Refused: there is no such van.
    """
    vans = {one.van_id for one in positions}
    if missing := vans - set(await tx.values(Q.vans_there, ids=list(vans))):
        raise unknown("van", min(missing))
    names = ("van_id", "device", "device_seq", "lat", "lon", "accuracy_m", "occurred_at")
    moved = set(await tx.values(Q.record_positions, **columns(positions, *names)))
    if not moved:
        return 0
    here = {one.van_id: one for one in await last_positions(tx, van_ids=list(moved))}
    driving = await tx.rows(Q.driving_routes, Driving, van_ids=list(moved))
    for route in await hold_routes(tx, [one.id for one in driving]) if driving else []:
        seated = await tx.rows(Q.tasks_of_routes, Seated, route_ids=[route.id])
        facts = await facts_of(tx, [one.id for one in seated])
        van = here[route.van_id]
        await renew_arrivals(tx, list(facts.values()), Point(van.lat, van.lon), "driver", legs)
    return len(moved)


async def next_seq(tx: Tx, van_id: UUID, device: str) -> int:
    """Return the number of a device's next position, where the device does not count itself."""
    number: int = await tx.value(Q.next_seq, van_id=van_id, device=device)
    return number


async def last_positions(
    tx: Tx, *, site_id: UUID | None = None, van_ids: Sequence[UUID] | None = None
) -> list[Seen]:
    """Return the newest position of each van: of the device that was heard last."""
    ids = None if van_ids is None else list(van_ids)
    return await tx.rows(Q.last_positions, Seen, site_id=site_id, van_ids=ids)
