"""Every way in which a request can be refused, and the shape of a refusal.

A refusal is expected and has a name; it is raised as `Refused` and turned into an answer at the edge (`web.py`), which alone
knows HTTP. A bug is an assertion and crashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a request was refused. The edge maps each to one HTTP status."""

    INVALID = "invalid"
    """The request contradicts itself or the shape; every fault is listed."""
    UNKNOWN = "unknown"
    """What it names does not exist, or not for this caller."""
    UNAVAILABLE = "unavailable"
    """Not enough goods to promise what is asked."""
    CONFLICT = "conflict"
    """The thing is not in a state that allows this act, or somebody else was first."""
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    KEY_REUSED = "key_reused"
    """The idempotency key was used with another body."""
    IN_FLIGHT = "in_flight"
    """The first request with this idempotency key is not finished."""
    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"
    EXPIRED = "expired"
    """A signed link or a hold has run out."""
    OUTSIDE = "outside"
    """A partner (carrier, payment) did not answer or answered nonsense."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        pointer: JSON pointer into the request (`/lines/0/quantity`), or the empty string for the whole.
        code: stable name for programs (`unknown_sku`).
        message: what happened and what to do next, for people.
    """

    pointer: str
    code: str
    message: str


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The request cannot be done; nothing was changed.

    Args:
        reason: names the kind of refusal.
        message: one sentence: what happened and what to do next.
        faults: every single thing that is wrong, all at once.
        retry_after_s: when trying again may help, in seconds.
    """

    def __init__(
        self, reason: Reason, message: str, faults: Sequence[Fault] = (), *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.faults = tuple(faults)
        self.retry_after_s = retry_after_s


def invalid(faults: Sequence[Fault]) -> Refused:
    """Return the refusal of a request with these faults."""
    count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
    return Refused(Reason.INVALID, f"The request has {count}. Mend what is listed and send it again.", faults)


def unknown(kind: str, name: object) -> Refused:
    """Return the refusal of a request that names something which is not there (or not for this caller)."""
    return Refused(Reason.UNKNOWN, f"There is no {kind} {name} here. Check the id, or list what there is.")
