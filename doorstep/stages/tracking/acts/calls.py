"""Carriers' calls: kept as they came, once each, and folded; a call that is early waits for its parcel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx, columns
from doorstep.platform.statements import Statements
from doorstep.stages.tracking.acts.recording import record
from doorstep.stages.tracking.acts.starting import begin
from doorstep.stages.tracking.model import CarrierEvent, Scan
from doorstep.stages.tracking.ports.reading import read_any

Q = Statements("doorstep.stages.tracking")
Reader = Callable[[str], list[CarrierEvent]]


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose signature is right.

    Attributes:
        carrier_id: who called.
        call_id: the caller's own name for this call; a repeat carries the same.
        body: as it came.
        read: reads events out of such a body; ValueError when it cannot.
    """

    carrier_id: UUID
    call_id: str
    body: str
    read: Reader


@dataclass(frozen=True, slots=True)
class Kept:
    """A call as it is written."""

    carrier_id: UUID
    call_id: str
    number: str
    body: str
    folded: bool
    fault: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call about a parcel that was not known."""

    carrier_id: UUID
    call_id: str
    number: str
    body: str


async def take_calls(tx: Tx, calls: Sequence[Call]) -> int:
    """Take carriers' calls; return how many were new. One that cannot be read is kept with its fault."""
    read = {(call.carrier_id, call.call_id): (call, *_read(call)) for call in calls}
    known = await _parcels(tx, {k: events for k, (_, events, _) in read.items()})
    kept = [
        Kept(
            call.carrier_id,
            call.call_id,
            events[0].number if events else "",
            call.body,
            fault is None and all((call.carrier_id, event.number) in known for event in events),
            fault,
        )
        for call, events, fault in read.values()
    ]
    fresh = set(await tx.values(Q.keep_calls, **columns(kept, *Kept.__slots__))) if kept else set()
    await record(
        tx,
        [
            scan_of(event, known[call.carrier_id, event.number], "push")
            for call, events, _ in read.values()
            if call.call_id in fresh
            for event in events
            if (call.carrier_id, event.number) in known
        ],
    )
    return len(fresh)


def _read(call: Call) -> tuple[list[CarrierEvent], str | None]:
    try:
        return call.read(call.body), None
    except ValueError as error:
        return [], f"{type(error).__name__}: {error}"[:300]


async def _parcels(
    tx: Tx, events: dict[tuple[UUID, str], list[CarrierEvent]]
) -> dict[tuple[UUID, str], UUID]:
    """Return which parcel each (carrier, number) names."""
    numbers: dict[UUID, set[str]] = {}
    for (carrier_id, _), said in events.items():
        numbers.setdefault(carrier_id, set()).update(event.number for event in said)
    return {
        (carrier_id, number): parcel_id
        for carrier_id, wanted in numbers.items()
        for number, parcel_id in await tx.tuples(
            Q.parcels_by_number, carrier_id=carrier_id, numbers=sorted(wanted)
        )
    }


def scan_of(event: CarrierEvent, parcel_id: UUID, via: str) -> Scan:
    """Return a carrier's event as a scan of our parcel."""
    return Scan(
        parcel_id=parcel_id,
        status=event.status,
        reason=event.reason,
        raw_code=event.raw_code,
        raw_text=event.raw_text,
        place=event.place,
        lat=event.lat,
        lon=event.lon,
        zone=event.zone,
        occurred_at=event.occurred_at,
        via=via,
        number=event.number,
        estimate=event.estimate,
    )


async def start(tx: Tx, label_ids: Sequence[UUID]) -> list[UUID]:
    """Start the trackers of bought labels, and fold the calls that came before them; return the new trackers."""
    made = await begin(tx, label_ids)
    if not made:
        return []
    parcels = {(one.carrier_id, one.number): one.parcel_id for one in made}
    early = await tx.rows(
        Q.calls_waiting,
        Waiting,
        carrier_ids=list({one.carrier_id for one in made}),
        numbers=[one.number for one in made],
    )
    if early:
        await record(
            tx,
            [
                scan_of(event, parcels[call.carrier_id, event.number], "push")
                for call in early
                for event in read_any(call.body)
                if (call.carrier_id, event.number) in parcels
            ],
        )
        await tx.run(Q.calls_folded, **columns(early, "carrier_id", "call_id"))
    return [one.id for one in made]
