"""The words of lots: what came in together, until when it may be sold, and in which condition it is."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from doorstep.platform.machine import Machine

LOT_MAX = 20
"""Most characters of a lot, as GS1 allows them."""


class Condition(StrEnum):
    """What may be done with a lot; only what is sellable is promised and picked."""

    SELLABLE = "sellable"
    QUALITY_CHECK = "quality_check"
    EXPIRED = "expired"
    RECALLED = "recalled"


class LotAct(StrEnum):
    """What happens to a lot."""

    HOLD = "hold"
    RELEASE = "release"
    EXPIRE = "expire"
    RECALL = "recall"


_C = Condition
LOT = Machine(
    kind="lot",
    table="inventory.lots",
    start=_C.SELLABLE,
    moves={
        LotAct.HOLD: {_C.SELLABLE: _C.QUALITY_CHECK},
        LotAct.RELEASE: {_C.QUALITY_CHECK: _C.SELLABLE},
        LotAct.EXPIRE: {_C.SELLABLE: _C.EXPIRED, _C.QUALITY_CHECK: _C.EXPIRED},
        LotAct.RECALL: {_C.SELLABLE: _C.RECALLED, _C.QUALITY_CHECK: _C.RECALLED, _C.EXPIRED: _C.RECALLED},
    },
)


@dataclass(frozen=True, slots=True)
class Lot:
    """Units that came in together; `expires_on` is the last day on which they may be sold."""

    id: UUID
    product_id: UUID
    lot: str
    expires_on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class LotHere:
    """Units of a lot in a place."""

    site_id: UUID
    product_id: UUID
    place: str
    lot: str
    on_hand: int
    expires_on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class LotBuyer:
    """An order that units of a lot were picked for, and how many of them left the house already."""

    order_id: UUID
    units: int
    left: int
