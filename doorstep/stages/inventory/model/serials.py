"""The words of serial numbers: single units, and where each is."""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from doorstep.platform.machine import Machine

SERIAL_MAX = 40
"""Most characters of a serial number; GS1 allows 20."""
NUMBER = re.compile(rf"[!-~]{{1,{SERIAL_MAX}}}")
"""What a serial number looks like: printable, without blanks."""
NUMBERED_MAX = 500
"""Most units that are named by one scan."""


class SerialState(StrEnum):
    """Where a unit is."""

    KNOWN = "known"
    """Here, in no parcel."""
    PACKED = "packed"
    SHIPPED = "shipped"
    RETURNED = "returned"


class SerialAct(StrEnum):
    """What happens to a unit."""

    PACK = "pack"
    UNPACK = "unpack"
    SHIP = "ship"
    RETURN = "return"


_S = SerialState
SERIAL = Machine(
    kind="serial",
    table="inventory.serials",
    start=_S.KNOWN,
    moves={
        SerialAct.PACK: {_S.KNOWN: _S.PACKED, _S.RETURNED: _S.PACKED},
        SerialAct.UNPACK: {_S.PACKED: _S.KNOWN},
        SerialAct.SHIP: {_S.PACKED: _S.SHIPPED},
        SerialAct.RETURN: {_S.SHIPPED: _S.RETURNED},
    },
)


@dataclass(frozen=True, slots=True)
class Serial:
    """A unit with a number of its own; the order, line and parcel are those that it was last packed for."""

    id: UUID
    product_id: UUID
    serial: str
    state: str
    order_id: UUID | None
    line_id: UUID | None
    parcel_id: UUID | None


@dataclass(frozen=True, slots=True)
class SerialClaim:
    """A unit that goes into a parcel for a line of an order."""

    product_id: UUID
    serial: str
    order_id: UUID
    line_id: UUID
    parcel_id: UUID
