"""Which changes a customer is told, what makes two messages the same one, and which message a newer one replaces."""

import hashlib
from datetime import datetime

from doorstep.stages.catalog import day_there
from doorstep.stages.tracking.model import Status

PROBLEMS = frozenset({Status.HELD, Status.DAMAGED, Status.LOST, Status.RETURNING, Status.RETURNED})
BEFORE_PICKUP = frozenset({Status.CREATED, Status.INFO_RECEIVED})
JOURNEY = (
    "shipped",
    "out_for_delivery",
    "delayed",
    "attempt_failed",
    "available_for_pickup",
    "problem",
    "delivered",
)
"""Topics that tell where one parcel is: the newest is the only one worth reading."""

NOT_SHIPPING_MAIL = frozenset({"rate"})
"""Topics a customer may stop by one click (RFC 8058): they ask for something, they do not tell about the parcel."""

ATTEMPTS_MAX = 12
LONGEST_WAIT_S = 3600


def topic_of(was: Status, now: Status, at: datetime, zone: str) -> tuple[str, str] | None:
    """Return the topic a change of status is told under and its meaning, or None when it is not worth a message."""
    day = day_there(at, zone).isoformat()
    if now in {Status.PICKED_UP, Status.IN_TRANSIT, Status.CUSTOMS}:
        return ("shipped", "shipped") if was in BEFORE_PICKUP else None
    if now in PROBLEMS:
        return "problem", f"problem:{now}"
    return {
        Status.OUT_FOR_DELIVERY: ("out_for_delivery", f"out:{day}"),
        Status.ATTEMPT_FAILED: ("attempt_failed", f"attempt:{day}"),
        Status.AVAILABLE_FOR_PICKUP: ("available_for_pickup", "pickup"),
        Status.DELIVERED: ("delivered", "delivered"),
    }.get(now)


def same_message(recipient: str, channel: str, topic: str, subject: str, meaning: str) -> str:
    """Return the key under which a message is told once: a hash, so that it holds no address."""
    said = f"{recipient.casefold()}\x1f{channel}\x1f{topic}\x1f{subject}\x1f{meaning}"
    return hashlib.sha256(said.encode()).hexdigest()


def replaced(topic: str, newer_topics: list[str]) -> bool:
    """Return whether a message that waits is out of date, given the topics owed or sent after it about the same thing."""
    if topic in JOURNEY:
        return any(newer in JOURNEY for newer in newer_topics)
    return topic == "order_confirmed" and not {"order_canceled", "order_merged"}.isdisjoint(newer_topics)


def wait_s(attempts: int, luck: float) -> float:
    """Return how long a message waits after its n-th failed attempt: doubling to an hour, with jitter (`luck` 0 to 1)."""
    return float(min(2**attempts, LONGEST_WAIT_S)) * (0.5 + luck)
