"""The law of tracking: a parcel's state is a pure function of the set of its scans, whatever the order they came in.

Scans of one meaning (same number, time and code) are one; the richest counts. They are walked by their own time; the rank
of the status breaks ties of the same moment, the key the rest. Arrival never matters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from doorstep.stages.tracking.model import RANK, Heard, Status

PRE = frozenset({Status.CREATED, Status.INFO_RECEIVED})
MOVING = frozenset({Status.PICKED_UP, Status.IN_TRANSIT, Status.CUSTOMS})
CLEARED = frozenset({Status.DELAYED, Status.HELD, Status.ATTEMPT_FAILED})
"""Problems that a scan of movement ends."""

UNKNOWN_RANK = 25
"""A code without a status stands between pickup and transit: it says only that somebody saw the parcel."""


@dataclass(frozen=True, slots=True)
class Story:
    """What the scans add up to.

    Attributes:
        status: where the parcel stands.
        status_at: since when.
        reason: why, as `party.cause`, if the scan that brought it here said so.
        last_scan_at: when anybody last saw the parcel.
        place: where that was; with coordinates if they were given.
        moved_after_cancel: the label was voided and used all the same: the carrier will bill it.
    """

    status: Status = Status.CREATED
    status_at: datetime | None = None
    reason: str | None = None
    last_scan_at: datetime | None = None
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    moved_after_cancel: bool = False


BEGINNING = Story()


def fold(heard: Iterable[Heard], begun: Story = BEGINNING) -> Story:
    """Return what a set of scans adds up to.

    Args:
        heard: the scans in any order, repeats allowed.
        begun: the fold of earlier scans; every scan in `heard` must have happened after its `last_scan_at`.
    """
    status, since, reason = begun.status, begun.status_at, begun.reason
    place, lat, lon = begun.place, begun.lat, begun.lon
    last_at, alarm = begun.last_scan_at, begun.moved_after_cancel
    for scan in in_order(heard):
        last_at = scan.occurred_at
        if scan.place or scan.lat is not None:
            place, lat, lon = scan.place, scan.lat, scan.lon
        now = STEPS[status, scan.status]
        alarm = alarm or (status is Status.CANCELED and now is not status)
        if now is not status:
            status, since, reason = now, scan.occurred_at, scan.reason
    return Story(status, since, reason, last_at, place, lat, lon, alarm)


def in_order(heard: Iterable[Heard]) -> list[Heard]:
    """Return each meaning once, richest, in the order in which things happened."""
    richest: dict[str, Heard] = {}
    for scan in heard:
        known = richest.get(scan.key)
        if known is None or (known is not scan and _richness(scan) > _richness(known)):
            richest[scan.key] = scan
    return sorted(richest.values(), key=_when)


def _when(scan: Heard) -> tuple[datetime, int, str]:
    return scan.occurred_at, UNKNOWN_RANK if scan.status is None else RANK[scan.status], scan.key


def _richness(scan: Heard) -> tuple[bool, bool, bool, bool, int, str, str, str, float, float, str, str]:
    """Orders what may be said of one meaning, whole, so that the choice does not depend on who came first."""
    return (
        scan.status is not None,
        scan.lat is not None and scan.lon is not None,
        bool(scan.place),
        scan.reason is not None,
        len(scan.raw_text),
        scan.place,
        scan.raw_text,
        scan.reason or "",
        scan.lat or 0.0,
        scan.lon or 0.0,
        scan.status or "",
        scan.zone,
    )


def step(was: Status, said: Status | None) -> Status:  # noqa: PLR0911 - one return per sentence of the law
    """Return where a parcel stands after a scan that says `said` (None: a code nobody explained)."""
    if said is None:
        return Status.IN_TRANSIT if was in {Status.LOST, Status.CANCELED} else was
    match was:
        case Status.DELIVERED:
            return said if said in {Status.RETURNING, Status.RETURNED} else was
        case Status.RETURNED:
            return was
        case Status.RETURNING:
            if said in {Status.DELIVERED, Status.RETURNED}:
                return Status.RETURNED
            return said if said in {Status.LOST, Status.CANCELED} else was
        case Status.LOST | Status.CANCELED:
            return was if said in PRE else said
        case Status.DAMAGED if said in MOVING:
            return was
    if said in PRE:
        return said if was in PRE and RANK[said] > RANK[was] else was
    if said is Status.PICKED_UP and was not in PRE:
        return Status.IN_TRANSIT if was in CLEARED else was
    return said


STEPS = {(was, said): step(was, said) for was in Status for said in (*Status, None)}
"""The law as a table: it is asked for every scan there is."""


def follows(begun: Story, heard: Sequence[Heard]) -> bool:
    """Return whether all scans happened after what is folded, so that the fold may go on from there."""
    return begun.last_scan_at is None or all(scan.occurred_at > begun.last_scan_at for scan in heard)
