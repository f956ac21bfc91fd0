"""The words of refilling: faces that are picked from, and walks that fill them from bulk."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from doorstep.platform.machine import Machine


class RefillState(StrEnum):
    """How far a walk from bulk to a face is."""

    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"
    CANCELED = "canceled"


class RefillAct(StrEnum):
    """What happens to a walk from bulk to a face."""

    TAKE = "take"
    LEAVE = "leave"
    FINISH = "finish"
    CANCEL = "cancel"
    """Nobody needs it any more, or nothing was there."""


_R = RefillState
REFILL = Machine(
    kind="refill",
    table="inventory.refills",
    start=_R.WAITING,
    moves={
        RefillAct.TAKE: {_R.WAITING: _R.TAKEN},
        RefillAct.LEAVE: {_R.TAKEN: _R.WAITING},
        RefillAct.FINISH: {_R.TAKEN: _R.DONE},
        RefillAct.CANCEL: {_R.WAITING: _R.CANCELED, _R.TAKEN: _R.CANCELED},
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A bin that is picked from: how much of a product it should hold at least, and how much fits."""

    site_id: UUID
    product_id: UUID
    place: str
    min_units: int
    max_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRefill:
    """Units to be brought from bulk to a face, and why."""

    site_id: UUID
    product_id: UUID
    from_place: str
    to_place: str
    quantity: int
    why: str


@dataclass(frozen=True, slots=True)
class Refill:
    """A walk from bulk to a face; `moved` units were brought, `taken_by` is who walks or walked."""

    id: UUID
    state: str
    site_id: UUID
    product_id: UUID
    sku: str
    name: str
    picture: str | None
    serials: str
    from_place: str
    to_place: str
    quantity: int
    why: str
    moved: int | None
    taken_by: str | None
    asked_at: datetime
