"""What dispatch, drivers and customers look at: stops, routes, centers, tries, and the door of one order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.statements import Statements
from doorstep.stages.delivery.acts.following import Seen, last_positions
from doorstep.stages.delivery.model import UNDER_WAY, Center, Proof, Route, Stop
from doorstep.stages.delivery.rules.arrivals import may_see_van

Q = Statements("doorstep.stages.delivery")
STOPS_MAX = 2000
"""Stops on one board or map; the list beyond them has pages."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a door."""

    attempt: int
    outcome: str
    reason: str | None
    note: str
    driver: str
    distance_m: int | None
    occurred_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many stops are in a state."""

    state: str
    stops: int


@dataclass(frozen=True, slots=True)
class DoorRow:
    """What the customer of an order may know of one parcel."""

    id: UUID
    state: str
    tracking_number: str
    pin: str
    eta: datetime | None
    told_from: datetime | None
    told_until: datetime | None
    lat: float
    lon: float
    position: int | None
    route_state: str | None
    van_id: UUID | None
    driver_name: str | None
    merchant: str
    brand_color: str
    has_logo: bool
    message: str
    language: str
    order_number: int
    zone: str
    site_lat: float
    site_lon: float
    ahead: int


@dataclass(frozen=True, slots=True)
class Door:
    """One parcel on its customer's page: the van only when it is next or nearly so, and its position is live."""

    facts: DoorRow
    van: Seen | None


async def centers(tx: Tx) -> list[Center]:
    """Return the local centers that have vans, in the order of their codes."""
    return await tx.rows(Q.centers, Center, ids=None)


async def stops(
    tx: Tx,
    *,
    site_id: UUID | None = None,
    route_id: UUID | None = None,
    states: Sequence[str] | None = None,
    merchant_id: UUID | None = None,
    after: UUID | None = None,
    most: int = STOPS_MAX,
) -> list[Stop]:
    """Return stops with their addresses, in driving order where they have one, else by age."""
    return await tx.rows(
        Q.stops_shown,
        Stop,
        site_id=site_id,
        route_id=route_id,
        ids=None,
        states=None if states is None else list(states),
        merchant_id=merchant_id,
        after=after,
        most=most,
    )


async def listed(
    tx: Tx,
    *,
    site_id: UUID | None,
    states: Sequence[str] | None,
    merchant_id: UUID | None,
    after: UUID | None,
    most: int,
) -> list[Stop]:
    """Return one page of all stops, oldest first, for programs that read the whole list."""
    return await tx.rows(
        Q.stops_listed,
        Stop,
        site_id=site_id,
        states=None if states is None else list(states),
        merchant_id=merchant_id,
        after=after,
        most=most,
    )


async def stop(tx: Tx, stop_id: UUID, merchant_id: UUID | None = None) -> Stop:
    """Return one stop.

    Raises:
        Refused: it is not there, or not the caller's.
    """
    found = await tx.rows(
        Q.stops_shown,
        Stop,
        site_id=None,
        route_id=None,
        ids=[stop_id],
        states=None,
        merchant_id=merchant_id,
        after=None,
        most=1,
    )
    if not found:
        raise unknown("stop", stop_id)
    return found[0]


async def attempts(tx: Tx, stop_id: UUID) -> list[Attempt]:
    """Return the tries at a door, oldest first."""
    return await tx.rows(Q.attempts_of, Attempt, stop_id=stop_id)


async def proofs(tx: Tx, stop_id: UUID) -> list[Proof]:
    """Return what proves a stop's delivery."""
    return await tx.rows(Q.proofs_shown, Proof, order_ids=[], stop_ids=[stop_id])


async def counts(tx: Tx, site_id: UUID) -> dict[str, int]:
    """Return how many stops of a center are in which state."""
    return {one.state: one.stops for one in await tx.rows(Q.count_stops, Count, site_id=site_id)}


async def routes(
    tx: Tx,
    *,
    site_id: UUID | None = None,
    day: date | None = None,
    states: Sequence[str] | None = None,
    ids: Sequence[UUID] | None = None,
    most: int = 500,
) -> list[Route]:
    """Return routes with their counts: those under way first, then the newest."""
    return await tx.rows(
        Q.routes_shown,
        Route,
        site_id=site_id,
        day=day,
        states=None if states is None else list(states),
        ids=None if ids is None else list(ids),
        most=most,
    )


async def route(tx: Tx, route_id: UUID) -> Route:
    """Return one route.

    Raises:
        Refused: it is not there.
    """
    found = await routes(tx, ids=[route_id])
    if not found:
        raise unknown("route", route_id)
    return found[0]


async def must_drive(tx: Tx, route_id: UUID | None) -> None:
    """Check that whoever acts is the driver of a route.

    Raises:
        Refused: somebody else is, or nobody yet.
    """
    found = await routes(tx, ids=[route_id]) if route_id else []
    if not found:
        raise Refused(Reason.CONFLICT, "This parcel is on no route. Ask dispatch.")
    if found[0].driver != tx.actor:
        name = found[0].driver_name
        whose = f"{name} drives it" if name else "Nobody has taken it yet"
        raise Refused(Reason.CONFLICT, f"Route {found[0].number} is not yours: {whose}. Take it first.")


async def doors(tx: Tx, order_id: UUID) -> list[Door]:
    """Return what the customer of an order may see of its parcels on the last mile."""
    rows = await tx.rows(Q.door_facts, DoorRow, order_id=order_id)
    vans = [row.van_id for row in rows if row.van_id and row.route_state == "driving"]
    seen = {one.van_id: one for one in await last_positions(tx, van_ids=vans)} if vans else {}
    shown = []
    for row in rows:
        van = seen.get(row.van_id) if row.van_id else None
        age_s = (tx.now - van.received_at).total_seconds() if van else None
        visible = may_see_van(row.ahead, under_way=row.state in UNDER_WAY, age_s=age_s)
        shown.append(Door(row, van if visible else None))
    return shown
