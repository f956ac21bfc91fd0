"""When to ask a carrier about a parcel, and whom to ask first when the account allows only so many questions."""

from datetime import datetime, timedelta
from uuid import UUID

from doorstep.stages.catalog import day_there
from doorstep.stages.tracking.model import Status, Window

_S = Status
INTERVAL_S = {
    _S.CREATED: 8 * 3600,
    _S.INFO_RECEIVED: 8 * 3600,
    _S.PICKED_UP: 4 * 3600,
    _S.IN_TRANSIT: 4 * 3600,
    _S.CUSTOMS: 6 * 3600,
    _S.DELAYED: 90 * 60,
    _S.HELD: 90 * 60,
    _S.DAMAGED: 2 * 3600,
    _S.OUT_FOR_DELIVERY: 15 * 60,
    _S.ATTEMPT_FAILED: 90 * 60,
    _S.AVAILABLE_FOR_PICKUP: 6 * 3600,
    _S.RETURNING: 12 * 3600,
    _S.LOST: 24 * 3600,
}
ARRIVAL_DAY_S = 45 * 60
LAST_LOOK_S = 20 * 3600
"""A delivered parcel is looked at once more, within a day; then no more."""

GIVE_UP_AFTER = timedelta(days=60)
WORTH = {
    _S.OUT_FOR_DELIVERY: 5,
    _S.ATTEMPT_FAILED: 4,
    _S.DELAYED: 3,
    _S.HELD: 3,
    _S.DAMAGED: 3,
    _S.CUSTOMS: 2,
}
"""Which answers matter most, for the order of asking; what is not here is worth 1."""


def next_poll(
    tracker_id: UUID,
    status: Status,
    status_at: datetime | None,
    window: Window | None,
    now: datetime,
    zone: str,
) -> datetime | None:
    """Return when to ask next; None for never again."""
    if status is Status.DELIVERED:
        look = (status_at or now) + timedelta(seconds=LAST_LOOK_S)
        return look if look > now else None
    if status in {Status.RETURNED, Status.CANCELED}:
        return None
    if status_at is not None and now - status_at > GIVE_UP_AFTER:
        return None
    wait_s = INTERVAL_S[status]
    if window is not None and status in {_S.PICKED_UP, _S.IN_TRANSIT, _S.CUSTOMS}:
        first, last, today = (day_there(at, zone) for at in (window.from_, window.until, now))
        if first <= today <= last:
            wait_s = ARRIVAL_DAY_S
    return now + timedelta(seconds=wait_s * (0.9 + 0.2 * (tracker_id.int % 1000) / 1000))


def worth(status: Status) -> int:
    """Return how much an answer about a parcel of this status is worth, 1 to 5."""
    return WORTH.get(status, 1)


def fill(tokens: float, per_hour: int, passed_s: float) -> float:
    """Return the tokens of a bucket after some time: never more than a twelfth of an hour's worth at once, at least one."""
    return min(max(per_hour / 12, 1.0), tokens + max(passed_s, 0.0) * per_hour / 3600)
