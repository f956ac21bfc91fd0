"""Parcels on their way to the local center: expected, withdrawn, scanned in; and what is known of their doors."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from doorstep.platform import journal
from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Fault, Reason, Refused, unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages import shipping, tracking
from doorstep.stages.delivery.model import (
    NO_SECOND_TRY,
    STOP,
    ScanVerdict,
    StopAct,
    StopState,
)
from doorstep.stages.delivery.rules.doors import ATTEMPTS_MAX

Q = Statements("doorstep.stages.delivery")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a new stop is made of."""

    label_id: UUID
    parcel_id: UUID
    order_id: UUID
    merchant_id: UUID
    site_id: UUID
    tracking_number: str
    sscc: str | None
    lat: float
    lon: float
    place_from: str
    weight_g: int
    volume_ml: int
    pin: str | None


@dataclass(frozen=True, slots=True)
class Scanned:
    """A stop that a scanned code names, under lock."""

    id: UUID
    state: str
    site_id: UUID
    route_id: UUID | None
    position: int | None
    attempt: int
    parcel_id: UUID
    tracking_number: str
    sscc: str | None
    label_id: UUID
    site: str
    zone: str
    route_number: int | None
    van: str | None
    last_reason: str


async def expect(tx: Tx, label_ids: Sequence[UUID]) -> list[UUID]:
    """Expect the parcels of labels of our own fleet at the center nearest to their doors; return the new stops.

    Labels of other carriers, and labels that have a stop, are passed over. All parcels of one order share a PIN.
    """
    found = await tx.rows(Q.expected, Expected, label_ids=list(label_ids))
    if not found:
        return []
    pins: dict[UUID, str] = {}
    for one in found:
        pins.setdefault(one.order_id, one.pin or f"{secrets.randbelow(10_000):04}")
    names = [name for name in Expected.__slots__ if name != "pin"]
    added = await tx.values(
        Q.add_stops,
        ids=new_ids(len(found)),
        pins=[pins[one.order_id] for one in found],
        **columns(found, *names),
    )
    await journal.born(tx, STOP, added)
    return added


async def withdraw(tx: Tx, label_ids: Sequence[UUID]) -> journal.Moves:
    """Expect parcels no longer: their labels are void. Those already in a van stay as they are."""
    stop_ids = await tx.values(Q.stops_of_labels, label_ids=list(label_ids))
    return await journal.move(tx, STOP, StopAct.WITHDRAW, stop_ids)


async def hold_by_codes(tx: Tx, codes: Sequence[str]) -> dict[str, Scanned | None]:
    """Lock the stops that scanned codes name (tracking number or SSCC, as any scanner spells them)."""
    plain = {code: shipping.scanned(code) for code in codes}
    held = await tx.rows(Q.hold_by_code, Scanned, codes=list(plain.values()))
    by_number: dict[str, Scanned] = {}
    for one in sorted(held, key=lambda one: (one.state != StopState.WITHDRAWN, one.id)):
        by_number[one.tracking_number] = one
        if one.sscc:
            by_number[one.sscc] = one
    return {code: by_number.get(number) for code, number in plain.items()}


async def scan_in(tx: Tx, site_id: UUID, codes: Sequence[str]) -> list[ScanVerdict]:
    """Record that parcels lie at a center: from the warehouse, or back from a tour. Each code gets its own verdict.

    A parcel that came back waits for its next attempt, on the next day of the center; the same scan twice is harmless.
    """
    found = await hold_by_codes(tx, codes)
    verdicts: list[ScanVerdict] = []
    came: dict[UUID, Scanned] = {}
    for code, stop in found.items():
        verdict = _verdict(code, stop, site_id)
        verdicts.append(verdict)
        if stop and verdict.ok and stop.state in {StopState.EXPECTED, StopState.FAILED}:
            came[stop.id] = stop
    if came:
        await _arrive(tx, list(came.values()))
    return verdicts


def _verdict(code: str, stop: Scanned | None, site_id: UUID) -> ScanVerdict:
    if stop is None:
        return ScanVerdict(
            code, False, f"{code} is no parcel of ours. Put it aside and ask the shipping desk."
        )
    number = stop.tracking_number
    if stop.site_id != site_id:
        return ScanVerdict(code, False, f"{number} belongs to {stop.site}. Send it there.", stop.id)
    if stop.state == StopState.EXPECTED:
        return ScanVerdict(code, True, f"{number} is here.", stop.id)
    if stop.state == StopState.FAILED:
        return ScanVerdict(code, True, _what_next(stop), stop.id)
    if stop.state in {StopState.AT_CENTER, StopState.PLANNED, StopState.LOADED}:
        where = f", planned for van {stop.van}" if stop.van else ""
        return ScanVerdict(code, True, f"{number} was scanned in before{where}.", stop.id)
    return ScanVerdict(code, False, f"{number} is {stop.state}. Put it aside and ask dispatch.", stop.id)


def _last(stop: Scanned) -> bool:
    """Whether nobody comes again after the tries so far."""
    return stop.attempt >= ATTEMPTS_MAX or stop.last_reason in set(NO_SECOND_TRY)


def _what_next(stop: Scanned) -> str:
    if _last(stop):
        return f"{stop.tracking_number} is back for good. Put it on the shelf of returns to the sender."
    return f"{stop.tracking_number} is back; attempt {stop.attempt + 1} follows."


async def _arrive(tx: Tx, stops: Sequence[Scanned]) -> None:
    facts = {stop.id: {"attempt": stop.attempt, "back": stop.state == StopState.FAILED} for stop in stops}
    await journal.move(tx, STOP, StopAct.SCAN_IN, list(facts), facts)
    await tx.run(
        Q.scanned_in,
        ids=[stop.id for stop in stops],
        not_befores=[_tomorrow(tx.now, stop.zone) if stop.attempt else None for stop in stops],
    )
    await tracking.record(
        tx,
        [
            tracking.Scan(
                parcel_id=stop.parcel_id,
                status=tracking.Status.RETURNING
                if stop.attempt and _last(stop)
                else tracking.Status.IN_TRANSIT,
                occurred_at=tx.now,
                via="fleet",
                raw_code="back_at_center" if stop.attempt else "at_center",
                place=stop.site,
                zone=stop.zone,
                number=stop.tracking_number,
            )
            for stop in stops
        ],
    )


def _tomorrow(now: datetime, zone: str) -> datetime:
    local = now.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date() + timedelta(days=1), time(), ZoneInfo(zone))


async def correct_place(tx: Tx, stop_id: UUID, lat: float, lon: float) -> None:
    """Correct where a door is, while the stop is on no route.

    Raises:
        Refused: the stop is not there, or is planned or done already.
    """
    if not await tx.run(Q.correct_place, id=stop_id, lat=lat, lon=lon):
        await _refuse(tx, stop_id, "The place can be corrected only while the parcel is on no route.")
    await journal.note(tx, STOP, "place_corrected", [stop_id], {"lat": lat, "lon": lon})


async def wish_window(tx: Tx, stop_id: UUID, from_: datetime | None, until: datetime | None) -> None:
    """Set when the customer wants the parcel, or take the wish back with two Nones.

    Raises:
        Refused: half a window, one that ends before it begins, or a stop that is planned or done already.
    """
    if (from_ is None) != (until is None) or (from_ is not None and until is not None and until <= from_):
        fault = Fault("/until", "window", "Give both times, the end after the beginning, or neither.")
        raise Refused(Reason.INVALID, "The window does not fit. Mend its times.", [fault])
    if not await tx.run(Q.wish_window, id=stop_id, window_from=from_, window_until=until):
        await _refuse(tx, stop_id, "A wish can be taken only while the parcel is on no route.")
    await journal.note(tx, STOP, "window_wished", [stop_id], {"from": from_, "until": until})


async def _refuse(tx: Tx, stop_id: UUID, message: str) -> None:
    if not await tx.rows(Q.stop_facts, DoorFacts, ids=[stop_id]):
        raise unknown("stop", stop_id)
    raise Refused(Reason.CONFLICT, message)


@dataclass(frozen=True, slots=True)
class DoorFacts:
    """What the acts at the door must know of a stop, under lock."""

    id: UUID
    state: str
    order_id: UUID
    parcel_id: UUID
    tracking_number: str
    route_id: UUID | None
    position: int | None
    attempt: int
    lat: float
    lon: float
    pin: str
    pin_tries: int
    eta: datetime | None
    told_from: datetime | None
    told_until: datetime | None
    site_id: UUID
    zone: str
    site: str
    city: str
    route_state: str | None
    driver: str | None
    van_id: UUID | None


async def facts_of(tx: Tx, stop_ids: Sequence[UUID]) -> dict[UUID, DoorFacts]:
    """Lock stops in id order and return their facts.

    Raises:
        Refused: one is not there.
    """
    found = {one.id: one for one in await tx.rows(Q.stop_facts, DoorFacts, ids=list(stop_ids))}
    missing = next((stop_id for stop_id in stop_ids if stop_id not in found), None)
    if missing is not None:
        raise unknown("stop", missing)
    return found


def by_route(stops: Sequence[Any]) -> dict[UUID, list[Any]]:
    """Group stops by their route, in the order given."""
    grouped: dict[UUID, list[Any]] = defaultdict(list)
    for stop in stops:
        grouped[stop.route_id].append(stop)
    return grouped
