"""Windows: the first promise at acceptance, a driver who knows better, and the hours in which nothing is heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.platform.zones import zone_of
from doorstep.stages import orders
from doorstep.stages.tracking.acts.recording import Held, late_message, note_windows
from doorstep.stages.tracking.acts.telling import owe
from doorstep.stages.tracking.model import Message, NewWindow, Status, Window
from doorstep.stages.tracking.rules.promise import Outlook, first_promise
from doorstep.stages.tracking.rules.window import after_silence, later_day, worth_saying

Q = Statements("doorstep.stages.tracking")
SILENT_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an order when it is accepted."""

    order_id: UUID
    country: str
    lat: float | None
    lon: float | None
    site_zone: str
    cutoff: time
    days_min: int
    days_max: int
    site_id: UUID


@dataclass(frozen=True, slots=True)
class Load:
    """How much work lies at a site."""

    site_id: UUID
    waiting: int
    per_day: int


async def promise(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Make the first promise of accepted orders that have none, and owe their confirmations."""
    known = await tx.rows(Q.outlooks, Known, order_ids=list(order_ids))
    site_ids = list({one.site_id for one in known})
    loads = (
        {one.site_id: one for one in await tx.rows(Q.site_loads, Load, site_ids=site_ids)} if known else {}
    )
    windows = {one.order_id: _promised(one, loads[one.site_id], tx.now) for one in known}
    if windows:
        await orders.promise(
            tx,
            {order_id: orders.Promise(w.from_, w.until, {"why": w.why}) for order_id, w in windows.items()},
        )
    await owe(tx, [_confirmation(order_id, windows.get(order_id)) for order_id in order_ids])


def _promised(one: Known, load: Load, now: datetime) -> Window:
    zone = zone_of(one.country, one.lat, one.lon)
    return first_promise(
        Outlook(now, one.site_zone, one.cutoff, load.waiting, load.per_day, one.days_min, one.days_max, zone)
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
