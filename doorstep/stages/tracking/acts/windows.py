"""Windows: the first promise at acceptance, a driver who knows better, and the hours in which nothing is heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.platform.zones import zone_of
from doorstep.stages import orders
from doorstep.stages.catalog import Calendar
from doorstep.stages.tracking.acts.recording import Held, late_message, note_windows
from doorstep.stages.tracking.acts.telling import owe
from doorstep.stages.tracking.model import Message, NewWindow, Status, Window
from doorstep.stages.tracking.rules.promise import Outlook, first_promise, leave_by, together
from doorstep.stages.tracking.rules.window import after_silence, later_day, worth_saying

Q = Statements("doorstep.stages.tracking")
SILENT_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an order when it is promised, and of one of the sites that it leaves from."""

    order_id: UUID
    country: str
    region: str
    lat: float | None
    lon: float | None
    site_zone: str
    site_country: str
    site_region: str
    cutoff: time
    weekdays: list[int]
    closed: list[date]
    holidays: bool
    days_min: int
    days_max: int
    chosen: bool
    lane_days: int | None
    site_id: UUID
    ships_on: date | None


@dataclass(frozen=True, slots=True)
class Load:
    """How much work lies at a site."""

    site_id: UUID
    waiting: int
    per_day: int


async def promise(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Make the first promise of orders that have none, and owe their confirmations: accepted ones, or those that wait for a day."""
    known = await tx.rows(Q.outlooks, Known, order_ids=list(order_ids))
    site_ids = list({one.site_id for one in known})
    loads = (
        {one.site_id: one for one in await tx.rows(Q.site_loads, Load, site_ids=site_ids)} if known else {}
    )
    parts: dict[UUID, list[Outlook]] = {}
    for one in known:
        parts.setdefault(one.order_id, []).append(_outlook(one, loads[one.site_id], tx.now))
    windows = {order_id: together([first_promise(one) for one in some]) for order_id, some in parts.items()}
    if windows:
        leaves = {order_id: max(leave_by(one) for one in some) for order_id, some in parts.items()}
        await orders.promise(
            tx,
            {
                order_id: orders.Promise(
                    w.from_, w.until, {"why": w.why, "leave_by": leaves[order_id]}, leaves[order_id]
                )
                for order_id, w in windows.items()
            },
        )
    await owe(tx, [_confirmation(order_id, windows.get(order_id)) for order_id in order_ids])


async def promise_awaited(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Promise the held orders that only wait for a day that is known; a payment may be promised after the order was held."""
    awaited = await tx.values(Q.awaited, order_ids=list(order_ids))
    if awaited:
        await promise(tx, awaited)


def _outlook(one: Known, load: Load, now: datetime) -> Outlook:
    """Return what is known of one site's part of an order; a lane's transit counts where the customer chose no service."""
    days_max = one.days_max if one.lane_days is None or one.chosen else one.lane_days
    return Outlook(
        accepted_at=now,
        site_zone=one.site_zone,
        cutoff=one.cutoff,
        waiting=load.waiting,
        per_day=load.per_day,
        days_min=min(one.days_min, days_max),
        days_max=days_max,
        door_zone=zone_of(one.country, one.lat, one.lon),
        site=Calendar(
            one.site_country if one.holidays else "", one.site_region, tuple(one.weekdays), tuple(one.closed)
        ),
        door=Calendar(one.country, one.region),
        not_before=one.ships_on,
    )


def _confirmation(order_id: UUID, window: Window | None) -> Message:
    facts = {"from": window.from_, "until": window.until, "why": window.why} if window else {}
    return Message(order_id, "order_confirmed", "confirmed", None, facts)


async def move_window(tx: Tx, windows: Sequence[NewWindow]) -> list[UUID]:
    """Move the windows of parcels because somebody knows better; return the trackers that moved enough to be said."""
    wanted = {one.parcel_id: Window(one.from_, one.until, one.why) for one in windows}
    held = await tx.rows(Q.hold_trackers, Held, parcel_ids=list(wanted))
    living = {one.parcel_id: one for one in held if one.state != Status.CANCELED}
    return await _move(tx, {one.id: (one, wanted[one.parcel_id]) for one in living.values()})


async def hear_silence(tx: Tx) -> list[UUID]:
    """Move the windows that cannot be kept any more because nothing was heard; return the trackers that moved."""
    parcel_ids = await tx.values(Q.silent_trackers, most=SILENT_AT_ONCE)
    held = await tx.rows(Q.hold_trackers, Held, parcel_ids=parcel_ids) if parcel_ids else []
    later = {
        one.id: (one, after_silence(one.window, Status(one.state), one.last_scan_at, tx.now, one.zone))
        for one in held
        if one.window is not None
    }
    return await _move(tx, later)


async def _move(tx: Tx, wanted: Mapping[UUID, tuple[Held, Window]]) -> list[UUID]:
    moved = {i: (held, window) for i, (held, window) in wanted.items() if worth_saying(held.window, window)}
    if not moved:
        return []
    late = {i for i, (held, window) in moved.items() if later_day(held.window, window, held.zone)}
    await tx.run(
        Q.set_windows,
        ids=list(moved),
        window_froms=[window.from_ for _, window in moved.values()],
        window_untils=[window.until for _, window in moved.values()],
        window_whys=[window.why for _, window in moved.values()],
        changess=[int(i in late) for i in moved],
    )
    await note_windows(tx, {i: (held.window, window) for i, (held, window) in moved.items()})
    await owe(
        tx, [late_message(held, window, held.story) for i, (held, window) in moved.items() if i in late]
    )
    return list(moved)
