"""The driver's day: take a route, load it in reverse order, leave, arrive, come back. Every act may come twice."""

from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.statements import Statements
from doorstep.solvers.routes import Point
from doorstep.stages import tracking
from doorstep.stages.delivery.acts.changing import Seated, hold_routes, take_off
from doorstep.stages.delivery.acts.expecting import DoorFacts, facts_of, hold_by_codes
from doorstep.stages.delivery.acts.learning import experience, note_leg
from doorstep.stages.delivery.acts.planning import told_of
from doorstep.stages.delivery.acts.telling import Arrival, tell_pins, tell_scans, tell_windows
from doorstep.stages.delivery.model import (
    ROUTE,
    STOP,
    UNDER_WAY,
    Legs,
    RouteAct,
    RouteState,
    ScanVerdict,
    StopAct,
    StopState,
)
from doorstep.stages.delivery.rules.arrivals import etas

Q = Statements("doorstep.stages.delivery")


async def take(tx: Tx, route_id: UUID, driver_name: str, *, take_over: bool = False) -> None:
    """Take a route: from now on it is this driver's, on any device.

    Raises:
        Refused: there is no such route, it is over, or another driver has it and `take_over` is not said.
    """
    (route,) = await hold_routes(tx, [route_id])
    if route.driver == tx.actor:
        return
    if route.state in {RouteState.FINISHED, RouteState.CANCELED}:
        raise Refused(Reason.CONFLICT, f"Route {route.number} is {route.state}. Take another one.")
    if route.driver is not None and not take_over:
        raise Refused(
            Reason.CONFLICT,
            f"{route.driver_name or 'Another driver'} has route {route.number}. Take another one, or take it over.",
        )
    await tx.run(Q.take_route, id=route_id, driver=tx.actor, driver_name=driver_name)
    if route.state == RouteState.PLANNED:
        await journal.move_all(tx, ROUTE, RouteAct.TAKE, [route_id], {"driver": driver_name})
    else:
        await journal.note(tx, ROUTE, "changed", [route_id], {"changes": [f"{driver_name} took over."]})


async def load(tx: Tx, route_id: UUID, codes: Sequence[str]) -> list[ScanVerdict]:
    """Load scanned parcels into a van. Each code gets its verdict; a wrong parcel is refused and says where it belongs.

    Raises:
        Refused: there is no such route, or it is not being loaded.
    """
    (route,) = await hold_routes(tx, [route_id])
    if route.state != RouteState.LOADING:
        raise Refused(
            Reason.CONFLICT,
            f"Route {route.number} is {route.state}. Only a route being loaded takes parcels.",
        )
    found = await hold_by_codes(tx, codes)
    verdicts, loaded = [], []
    for code, stop in found.items():
        if stop is None:
            verdicts.append(ScanVerdict(code, False, f"{code} is no parcel of ours. Put it aside."))
        elif stop.route_id != route_id:
            where = (
                f"It goes with van {stop.van}." if stop.van else "It is on no route. Leave it at the center."
            )
            verdicts.append(
                ScanVerdict(code, False, f"Not this van: {stop.tracking_number}. {where}", stop.id)
            )
        elif stop.state == StopState.LOADED:
            verdicts.append(ScanVerdict(code, True, f"{stop.tracking_number} is loaded already.", stop.id))
        elif stop.state == StopState.PLANNED:
            loaded.append(stop.id)
            verdicts.append(ScanVerdict(code, True, f"Loaded: stop {stop.position}.", stop.id))
        else:
            verdicts.append(
                ScanVerdict(code, False, f"{stop.tracking_number} is {stop.state}. Put it aside.", stop.id)
            )
    await journal.move(tx, STOP, StopAct.LOAD, loaded, {"route": route_id})
    return verdicts


async def depart(tx: Tx, route_id: UUID, *, leave_behind: bool = False, legs: Legs | None = None) -> int:
    """Leave with what is loaded; return how many parcels go. Customers hear that the van is out, with window and PIN.

    Parcels of the route that are not loaded refuse the departure, unless they are left behind: then they lie at the center
    again and wait for another plan.

    Args:
        tx: the open transaction.
        route_id: of the van.
        leave_behind: what is not loaded.
        legs: what a map says of the legs ahead; the others are estimated.

    Raises:
        Refused: no such route, not being loaded, nothing loaded, or parcels missing.
    """
    (route,) = await hold_routes(tx, [route_id])
    seated = await tx.rows(Q.tasks_of_routes, Seated, route_ids=[route_id])
    if route.state == RouteState.DRIVING:
        return len(seated)
    if route.state != RouteState.LOADING:
        raise Refused(Reason.CONFLICT, f"Route {route.number} is {route.state}. Take it and load it first.")
    missing = [one.id for one in seated if one.state == StopState.PLANNED]
    if len(missing) == len(seated):
        raise Refused(Reason.CONFLICT, "Nothing is loaded. Scan the parcels, or cancel the route.")
    if missing and not leave_behind:
        raise Refused(
            Reason.CONFLICT,
            f"{len(missing)} of {len(seated)} parcels are not loaded. Load them, or leave them behind.",
        )
    await take_off(tx, missing, "left behind")
    await journal.move_all(tx, ROUTE, RouteAct.DEPART, [route_id], {"stops": len(seated) - len(missing)})
    await tx.run(Q.set_departed, id=route_id)
    gone = [one.id for one in seated if one.id not in set(missing)]
    await journal.move_all(tx, STOP, StopAct.DEPART, gone, {"route": route_id})
    facts = await facts_of(tx, gone)
    stops = [facts[stop_id] for stop_id in gone]
    await renew_arrivals(tx, stops, Point(route.lat, route.lon), "driver", legs)
    await tell_scans(tx, stops, tracking.Status.OUT_FOR_DELIVERY, "out")
    await tell_pins(tx, stops)
    return len(gone)


async def renew_arrivals(
    tx: Tx, stops: Sequence[DoorFacts], here: Point, why: str, legs: Legs | None = None
) -> list[UUID]:
    """Compute again when the van reaches each stop that is left, and tell whose window changed; return those stops.

    Args:
        tx: the open transaction.
        stops: of one route.
        here: where the van is.
        why: a key below `tracking.why.`.
        legs: what a map says of the legs ahead; the others are estimated.
    """
    left = [stop for stop in stops if stop.state in {*UNDER_WAY, StopState.LOADED}]
    if not left:
        return []
    left = in_driving_order(left)
    at_door = left[0].state == StopState.ARRIVED
    known = await experience(tx, left[0].site_id, tx.now, left[0].zone)
    doors = [Point(stop.lat, stop.lon) for stop in left]
    arrivals = etas(
        here,
        tx.now,
        doors,
        [stop.told_from for stop in left],
        at_door=at_door,
        habits=known.habits,
        legs=legs,
    )
    await tx.run(Q.set_etas, ids=[stop.id for stop in left], etas=arrivals)
    return await tell_windows(
        tx,
        [
            Arrival(stop.id, stop.parcel_id, eta, ahead, told_of(stop))
            for ahead, (stop, eta) in enumerate(zip(left, arrivals, strict=True))
            if not (ahead == 0 and at_door)
        ],
        why,
    )


class _Seated(Protocol):
    @property
    def state(self) -> str: ...

    @property
    def position(self) -> int | None: ...


S = TypeVar("S", bound=_Seated)


def in_driving_order(stops: Sequence[S]) -> list[S]:
    """Return stops as they are driven to: where the van stands first, then by their places on the route."""
    return sorted(stops, key=lambda stop: (stop.state != StopState.ARRIVED, stop.position or 0))


async def arrive(tx: Tx, stop_id: UUID) -> None:
    """Stand at a door. Twice is as once.

    Raises:
        Refused: there is no such stop, or it is not in a van under way.
    """
    stop = (await facts_of(tx, [stop_id]))[stop_id]
    if stop.state != StopState.ARRIVED:
        await journal.move_all(tx, STOP, StopAct.ARRIVE, [stop_id], {"route": stop.route_id})
        await note_leg(tx, stop_id)


async def finish(tx: Tx, route_id: UUID) -> None:
    """Come back to the center: every stop of the route is delivered or failed. Twice is as once.

    Raises:
        Refused: there is no such route, the van has not left, or stops are open.
    """
    (route,) = await hold_routes(tx, [route_id])
    if route.state == RouteState.FINISHED:
        return
    left = await tx.rows(Q.tasks_of_routes, Seated, route_ids=[route_id])
    if left:
        raise Refused(
            Reason.CONFLICT,
            f"{len(left)} stops are open. Deliver them, or say why they failed, before you come back.",
        )
    await journal.move_all(tx, ROUTE, RouteAct.FINISH, [route_id])
