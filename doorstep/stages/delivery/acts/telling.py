"""What customers are told of the van: windows on plan, at departure and on the way; their PIN; scans for the story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages import tracking
from doorstep.stages.delivery.acts.expecting import DoorFacts
from doorstep.stages.delivery.model import STOP
from doorstep.stages.delivery.rules.arrivals import window_of, worth_telling

Q = Statements("doorstep.stages.delivery")


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a stop is reached, and how many stops come first."""

    stop_id: UUID
    parcel_id: UUID
    eta: datetime
    ahead: int
    told: tuple[datetime, datetime] | None


async def tell_windows(tx: Tx, arrivals: Sequence[Arrival], why: str) -> list[UUID]:
    """Tell the customers whose window changed enough; return those stops. The promise in tracking moves with it.

    Args:
        tx: the open transaction.
        arrivals: of stops under plan or under way.
        why: a key below `tracking.why.` that says where the window comes from.
    """
    news = []
    for one in arrivals:
        window = window_of(one.eta, one.ahead)
        if worth_telling(one.told, one.eta, window):
            news.append((one, window))
    if not news:
        return []
    await tx.run(
        Q.set_told,
        ids=[one.stop_id for one, _ in news],
        told_froms=[start for _, (start, _) in news],
        told_untils=[end for _, (_, end) in news],
    )
    facts = {one.stop_id: {"eta": one.eta, "from": start, "until": end} for one, (start, end) in news}
    await journal.note(tx, STOP, "eta_changed", list(facts), facts)
    await tracking.move_window(
        tx,
        [
            tracking.NewWindow(parcel_id=one.parcel_id, from_=start, until=end, why=why)
            for one, (start, end) in news
        ],
    )
    return list(facts)


async def tell_scans(
    tx: Tx,
    stops: Sequence[DoorFacts],
    status: tracking.Status,
    code: str,
    *,
    occurred_at: datetime | None = None,
    reason: str | None = None,
    at: tuple[float, float] | None = None,
) -> None:
    """Add what our fleet did to the parcels' stories, with the town as their place."""
    reports = [Report(stop, occurred_at or tx.now, at) for stop in stops]
    await tell_reports(tx, reports, status, code, reason=reason)


@dataclass(frozen=True, slots=True)
class Report:
    """What a driver did with a parcel, when, and where the device was."""

    stop: DoorFacts
    occurred_at: datetime
    at: tuple[float, float] | None = None


async def tell_reports(
    tx: Tx, reports: Sequence[Report], status: tracking.Status, code: str, *, reason: str | None = None
) -> None:
    """Add what drivers did to the parcels' stories, each at its own time and place."""
    await tracking.record(
        tx,
        [
            tracking.Scan(
                parcel_id=one.stop.parcel_id,
                status=status,
                occurred_at=one.occurred_at,
                via="fleet",
                reason=reason,
                raw_code=code,
                place=one.stop.city,
                lat=one.at[0] if one.at else None,
                lon=one.at[1] if one.at else None,
                zone=one.stop.zone,
                number=one.stop.tracking_number,
            )
            for one in reports
        ],
    )


async def tell_pins(tx: Tx, stops: Sequence[DoorFacts]) -> None:
    """Owe each customer the message with the PIN for the door; once per order and attempt."""
    first = {stop.order_id: stop for stop in reversed(stops)}
    await tracking.owe(
        tx,
        [
            tracking.Message(
                order_id=stop.order_id,
                topic="door_pin",
                meaning=f"door_pin:{stop.order_id}:{stop.attempt}",
                facts={"pin": stop.pin, "path": "/door"},
            )
            for stop in first.values()
        ],
    )
