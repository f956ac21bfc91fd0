"""Recording what was seen: scans in, stories folded, states moved, windows moved, customers told, orders closed. One way for all."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx, columns
from doorstep.platform.statements import Statements
from doorstep.stages import orders, shipping
from doorstep.stages.catalog import CarrierKind
from doorstep.stages.tracking.acts.arriving import note_arrivals
from doorstep.stages.tracking.acts.telling import owe
from doorstep.stages.tracking.model import ACT, TRACKER, Heard, Message, Scan, Status, Window
from doorstep.stages.tracking.rules.fold import Story, fold, follows
from doorstep.stages.tracking.rules.polling import next_poll
from doorstep.stages.tracking.rules.telling import topic_of
from doorstep.stages.tracking.rules.window import Seen, after_scan, later_day, worth_saying

Q = Statements("doorstep.stages.tracking")
AT_HOME = frozenset({Status.CREATED, Status.INFO_RECEIVED, Status.HELD, Status.CANCELED})
"""What a carrier may say of a parcel that still lies at our dock."""
STATUS = {str(status): status for status in Status}


@dataclass(slots=True)
class Held:
    """A tracker under lock, as it stands."""

    id: UUID
    parcel_id: UUID
    order_id: UUID
    carrier_id: UUID
    number: str
    zone: str
    state: str
    reason: str | None
    status_at: datetime | None
    last_scan_at: datetime | None
    place: str
    lat: float | None
    lon: float | None
    window_from: datetime | None
    window_until: datetime | None
    window_why: str
    days_min: int
    days_max: int
    started_at: datetime
    carrier_kind: str

    @property
    def story(self) -> Story:
        """The fold of what was heard so far."""
        return Story(
            STATUS[self.state], self.status_at, self.reason, self.last_scan_at, self.place, self.lat, self.lon
        )

    @property
    def window(self) -> Window | None:
        """What the customer is told now."""
        if self.window_from is None or self.window_until is None:
            return None
        return Window(self.window_from, self.window_until, self.window_why)


@dataclass(frozen=True, slots=True)
class Row:
    """A scan as it is written."""

    tracker_id: UUID
    key: str
    detail: str
    status: str | None
    reason: str | None
    raw_code: str
    raw_text: str
    place: str
    lat: float | None
    lon: float | None
    zone: str
    occurred_at: datetime
    via: str

    @property
    def heard(self) -> Heard:
        """The scan as the fold takes it."""
        return Heard(
            self.key,
            None if self.status is None else STATUS[self.status],
            self.occurred_at,
            self.reason,
            self.raw_code,
            self.raw_text,
            self.place,
            self.lat,
            self.lon,
            self.zone,
            self.via,
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """What new scans made of one tracker."""

    held: Held
    told: Story
    window: Window | None
    estimate: datetime | None

    @property
    def turned(self) -> bool:
        """Whether the status is another one."""
        return self.told.status is not STATUS[self.held.state]

    @property
    def bears_on_arrival(self) -> bool:
        """Whether it may change when, or whether, all of its order is there."""
        ends = {self.told.status, STATUS[self.held.state]} & {Status.DELIVERED, Status.CANCELED}
        return bool(ends) and (self.turned or self.told.status_at != self.held.status_at)

    @property
    def late(self) -> bool:
        """Whether the last day moved to a later one."""
        return later_day(self.held.window, self.window, self.held.zone)


async def record(tx: Tx, scans: Sequence[Scan]) -> int:
    """Record what was seen of parcels and let everything follow from it; repeats and any order are harmless.

    Args:
        tx: the open transaction.
        scans: of any parcels; those of parcels without a tracker are passed over.

    Returns:
        How many scans were new.
    """
    parcel_ids = list({scan.parcel_id for scan in scans})
    held = await tx.rows(Q.hold_trackers, Held, parcel_ids=parcel_ids) if scans else []
    rows, estimates = _rows(scans, held)
    if not rows:
        return 0
    new_keys = {(t, k, d) for t, k, d in await tx.tuples(Q.add_scans, **columns(rows, *Row.__slots__))}
    fresh: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        if (row.tracker_id, row.key, row.detail) in new_keys:
            fresh[row.tracker_id].append(row)
    touched = [one for one in held if one.id in fresh]
    if touched:
        turns = [_turn(one, told, estimates) for one, told in (await _fold(tx, touched, fresh)).values()]
        await _settle(tx, turns)
    return len(new_keys)


def _rows(scans: Sequence[Scan], held: Sequence[Held]) -> tuple[list[Row], dict[UUID, datetime]]:
    """Spell scans as rows of the trackers they belong to; with what the carrier states about delivery, the latest said."""
    by_parcel: dict[UUID, list[Held]] = defaultdict(list)
    for one in held:
        by_parcel[one.parcel_id].append(one)
    rows: dict[tuple[UUID, str, str], Row] = {}
    estimates: dict[UUID, tuple[datetime, datetime]] = {}
    for scan in scans:
        tracker = _whose(scan, by_parcel.get(scan.parcel_id, []))
        if tracker is None:
            continue
        row = _row(scan, tracker)
        rows[row.tracker_id, row.key, row.detail] = row
        if scan.estimate is not None:
            said = (scan.occurred_at, scan.estimate)
            estimates[tracker.id] = max(said, estimates.get(tracker.id, said))
    return list(rows.values()), {tracker_id: stated for tracker_id, (_, stated) in estimates.items()}


def _whose(scan: Scan, trackers: Sequence[Held]) -> Held | None:
    """Return the story a scan belongs to: the one with its number, else the newest that was not canceled."""
    named = [one for one in trackers if scan.number and one.number == scan.number]
    living = named or [one for one in trackers if one.state != Status.CANCELED] or list(trackers)
    return max(living, key=lambda one: (one.started_at, one.id), default=None)


def _row(scan: Scan, tracker: Held) -> Row:
    code = scan.raw_code or str(scan.status)
    meaning = f"{tracker.carrier_id}\x1f{tracker.number}\x1f{scan.occurred_at.timestamp()!r}\x1f{code}"
    more = f"{scan.place}\x1f{scan.lat}\x1f{scan.lon}\x1f{scan.raw_text}\x1f{scan.reason}\x1f{scan.status}"
    return Row(
        tracker.id,
        hashlib.blake2b(meaning.encode(), digest_size=12).hexdigest(),
        hashlib.blake2b(more.encode(), digest_size=6).hexdigest(),
        scan.status,
        scan.reason,
        scan.raw_code[:60],
        scan.raw_text[:300],
        scan.place[:120],
        scan.lat,
        scan.lon,
        scan.zone[:60],
        scan.occurred_at,
        scan.via,
    )


async def _fold(
    tx: Tx, touched: Sequence[Held], fresh: Mapping[UUID, list[Row]]
) -> dict[UUID, tuple[Held, Story]]:
    """Fold what is new: on from where the story stood if all of it came later, else from the whole set."""
    stories = {}
    whole = []
    for one in touched:
        heard = [row.heard for row in fresh[one.id]]
        if follows(one.story, heard):
            stories[one.id] = (one, fold(heard, one.story))
        else:
            whole.append(one)
    if whole:
        heard_of = await heard_so_far(tx, [one.id for one in whole])
        stories |= {one.id: (one, fold(heard_of[one.id])) for one in whole}
    return stories


async def heard_so_far(tx: Tx, tracker_ids: Sequence[UUID]) -> dict[UUID, list[Heard]]:
    """Return everything heard of some trackers."""
    found: dict[UUID, list[Heard]] = {tracker_id: [] for tracker_id in tracker_ids}
    for tracker_id, key, status, *rest in await tx.tuples(Q.scans_of_trackers, tracker_ids=list(tracker_ids)):
        found[tracker_id].append(Heard(key, None if status is None else STATUS[status], *rest))
    return found


def _turn(held: Held, told: Story, estimates: Mapping[UUID, datetime]) -> Turn:
    window, estimate = held.window, estimates.get(held.id)
    if told.status is not STATUS[held.state] or estimate is not None:
        at = told.status_at if told.status is not STATUS[held.state] else told.last_scan_at
        seen = Seen(told.status, at or held.started_at, held.zone, held.days_min, held.days_max, estimate)
        window = after_scan(window, seen)
        if not worth_saying(held.window, window):
            window = held.window
    return Turn(held, told, window, estimate)


async def _settle(tx: Tx, turns: Sequence[Turn]) -> None:
    """Write what the fold says: rows, states, notes; then owe messages and close orders."""
    await tx.run(Q.settle_trackers, **_settled(turns, tx.now))
    by_status: dict[Status, dict[UUID, dict[str, Any]]] = defaultdict(dict)
    for turn in turns:
        if turn.turned:
            by_status[turn.told.status][turn.held.id] = {
                "at": turn.told.status_at,
                "reason": turn.told.reason,
                "place": turn.told.place,
                **_window_facts(turn.held.window, turn.window),
            }
    for status, facts in sorted(by_status.items()):
        if status is not Status.CREATED:
            await journal.move(tx, TRACKER, ACT[status], list(facts), facts)
    revived = [
        turn.held.id for turn in turns if turn.told.moved_after_cancel and turn.held.state == Status.CANCELED
    ]
    await journal.note(tx, TRACKER, "moved_after_cancel", revived)
    still = {turn.held.id: (turn.held.window, turn.window) for turn in turns if not turn.turned}
    await note_windows(tx, still)
    await owe(tx, [message for turn in turns for message in _news(turn)])
    await _let_leave(tx, turns)
    await note_arrivals(tx, {turn.held.order_id for turn in turns if turn.bears_on_arrival})
    await _close_orders(tx, turns)


def _settled(turns: Sequence[Turn], now: datetime) -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = defaultdict(list)
    for turn in turns:
        told, held, window = turn.told, turn.held, turn.window
        asked = next_poll(held.id, told.status, told.status_at, window, now, held.zone)
        asked = asked if held.carrier_kind == CarrierKind.RATE_TABLE else None
        for name, value in (
            ("ids", held.id),
            ("reasons", told.reason),
            ("status_ats", told.status_at),
            ("last_scan_ats", told.last_scan_at),
            ("places", told.place),
            ("lats", told.lat),
            ("lons", told.lon),
            ("window_froms", window.from_ if window else None),
            ("window_untils", window.until if window else None),
            ("window_whys", window.why if window else str(told.status)),
            ("changess", int(turn.late)),
            ("poll_ats", asked),
        ):
            rows[name].append(value)
    return rows


async def note_windows(tx: Tx, windows: Mapping[UUID, tuple[Window | None, Window | None]]) -> None:
    """Note every window that moved while the status stayed; where both move, one event tells both."""
    facts = {tracker_id: _window_facts(was, now) for tracker_id, (was, now) in windows.items() if was != now}
    if facts:
        await journal.note(tx, TRACKER, "window_changed", list(facts), facts)


def _window_facts(was: Window | None, now: Window | None) -> dict[str, Any]:
    """Return how a window moved, and why; nothing when it did not."""
    if was == now:
        return {}
    return {
        "from": now.from_ if now else None,
        "until": now.until if now else None,
        "why": now.why if now else None,
        "was_until": was.until if was else None,
    }


def _news(turn: Turn) -> list[Message]:
    """Return what a customer is told of a turn: the change of status, or else that it comes on a later day."""
    held, told = turn.held, turn.told
    if turn.turned:
        topic = topic_of(STATUS[held.state], told.status, told.status_at or held.started_at, held.zone)
        if topic:
            return [_message(held, *topic, turn.window, told)]
    return [late_message(held, turn.window, told)] if turn.late and turn.window else []


def late_message(held: Held, window: Window, told: Story) -> Message:
    """Return the message that a parcel comes on a later day; once for each day it is put off to."""
    return _message(held, "delayed", f"delayed:{window.until.date().isoformat()}", window, told)


def _message(held: Held, topic: str, meaning: str, window: Window | None, told: Story) -> Message:
    facts = {
        "status": told.status,
        "reason": told.reason,
        "place": told.place,
        "at": told.status_at,
        "from": window.from_ if window else None,
        "until": window.until if window else None,
        "why": window.why if window else None,
    }
    return Message(held.order_id, topic, meaning, held.id, facts)


async def _let_leave(tx: Tx, turns: Sequence[Turn]) -> None:
    """Hand over what was seen on its way though nobody scanned it at the dock: it has left, whatever our books say."""
    seen = [turn.held.parcel_id for turn in turns if turn.turned and turn.told.status not in AT_HOME]
    labels = await tx.values(Q.labels_still_here, parcel_ids=seen) if seen else []
    if labels:
        await shipping.hand_over(tx, [str(label_id) for label_id in labels])


async def _close_orders(tx: Tx, turns: Sequence[Turn]) -> None:
    arrived = {turn.held.order_id for turn in turns if turn.turned and turn.told.status is Status.DELIVERED}
    if arrived:
        whole = await tx.values(Q.orders_all_delivered, order_ids=list(arrived))
        await orders.close(tx, whole)
    taken_back = {turn.held.order_id for turn in turns if turn.turned and turn.held.state == Status.DELIVERED}
    if taken_back:
        await orders.reopen(tx, sorted(taken_back), "a delivered parcel comes back")
