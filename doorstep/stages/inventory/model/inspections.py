"""The words of quality checks: goods that somebody looks at before they are sold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from doorstep.platform.machine import Machine


class InspectionState(StrEnum):
    """What became of goods that somebody had to look at."""

    WAITING = "waiting"
    RELEASED = "released"
    REJECTED = "rejected"
    SORTED = "sorted"


class InspectionAct(StrEnum):
    """How somebody who looked at goods decides."""

    RELEASE = "release"
    """All are good."""
    REJECT = "reject"
    """None is."""
    SORT = "sort"
    """Some are."""


_W = InspectionState.WAITING
INSPECTION = Machine(
    kind="inspection",
    table="inventory.inspections",
    start=_W,
    moves={
        InspectionAct.RELEASE: {_W: InspectionState.RELEASED},
        InspectionAct.REJECT: {_W: InspectionState.REJECTED},
        InspectionAct.SORT: {_W: InspectionState.SORTED},
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Units that somebody should look at before they are sold, and why."""

    site_id: UUID
    product_id: UUID
    quantity: int
    why: str
    lot: str = ""
    arrival_id: UUID | None = None
    serials: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """Units that wait for a look, or got one; `good` of them passed."""

    id: UUID
    state: str
    arrival_id: UUID | None
    site_id: UUID
    product_id: UUID
    sku: str
    name: str
    serials: str
    lot: str
    quantity: int
    good: int | None
    why: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How somebody decides who looked: `good` units go to `place`, the others to `rest`.

    Attributes:
        rest: `quarantine` or `damaged`.
        why: wanted where not all are good.
        serials, rest_serials: numbers of the good ones and of the others, of a product whose units are all known by number;
            wanted unless nothing else lies in the area.
    """

    good: int
    place: str = ""
    rest: str = "quarantine"
    why: str = ""
    serials: Sequence[str] = ()
    rest_serials: Sequence[str] = ()
