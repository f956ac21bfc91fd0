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
    """Came back; it can be packed again."""
    LOST = "lost"
    SCRAPPED = "scrapped"


class SerialAct(StrEnum):
    """What happens to a unit."""

    PACK = "pack"
    UNPACK = "unpack"
    SHIP = "ship"
    RETURN = "return"
    LOSE = "lose"
    SCRAP = "scrap"
    FIND = "find"


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
        SerialAct.LOSE: {_S.KNOWN: _S.LOST, _S.RETURNED: _S.LOST},
        SerialAct.SCRAP: {_S.KNOWN: _S.SCRAPPED, _S.RETURNED: _S.SCRAPPED},
        SerialAct.FIND: {_S.LOST: _S.KNOWN, _S.SCRAPPED: _S.KNOWN},
    },
    notes=("moved",),
)


@dataclass(frozen=True, slots=True)
class Serial:
    """A unit with a number of its own; the order, line and parcel are those that it was last packed for.

    Attributes:
        site_id, place: where it lies, of a product whose units are all known by number; None: nowhere within our walls.
    """

    id: UUID
    product_id: UUID
    serial: str
    state: str
    order_id: UUID | None
    line_id: UUID | None
    parcel_id: UUID | None
    site_id: UUID | None
    place: str | None


@dataclass(frozen=True, slots=True)
class SerialClaim:
    """A unit that goes into a parcel for a line of an order."""

    product_id: UUID
    serial: str
    order_id: UUID
    line_id: UUID
    parcel_id: UUID
