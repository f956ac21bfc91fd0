"""What drivers report: scans, deliveries with their proof, failures, positions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class FailReason(StrEnum):
    """Why a parcel could not be handed over, as the driver says it."""

    ABSENT = "absent"
    REFUSED = "refused"
    WRONG_ADDRESS = "wrong_address"
    NO_ACCESS = "no_access"
    UNSAFE = "unsafe"
    DAMAGED = "damaged"
    OUT_OF_TIME = "out_of_time"


TOLD_AS = {
    FailReason.ABSENT: "consignee.absent",
    FailReason.REFUSED: "consignee.refused",
    FailReason.WRONG_ADDRESS: "shipper.address",
    FailReason.NO_ACCESS: "consignee.no_access",
    FailReason.UNSAFE: "carrier.failure",
    FailReason.DAMAGED: "carrier.damage",
    FailReason.OUT_OF_TIME: "carrier.delay",
}
"""How tracking names the reason: who is at fault, then what."""

NO_SECOND_TRY = frozenset({FailReason.REFUSED, FailReason.DAMAGED})
"""After these there is no point in coming again."""


class ProofKind(StrEnum):
    """What proves a delivery."""

    SIGNATURE = "signature"
    PHOTO = "photo"
    PIN = "pin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a device says that it was, degrees and meters."""

    lat: float
    lon: float
    accuracy_m: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """A delivery at the door, as the driver reports it.

    Attributes:
        stop_id: which parcel.
        kind: what proves it.
        received_by: who took it.
        signature: SVG path in a box of 600 by 200.
        photo: JPEG or PNG.
        pin: what the customer said; judged here, never on the phone.
        place: where the device was.
        occurred_at: when it happened, as the device says; None: now.
    """

    stop_id: UUID
    kind: ProofKind
    received_by: str = ""
    signature: str = ""
    photo: bytes = b""
    pin: str = ""
    place: Place | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A delivery that did not succeed, as the driver reports it."""

    stop_id: UUID
    reason: FailReason
    note: str = ""
    place: Place | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScanVerdict:
    """What became of one scanned code: `ok` or not, and a sentence that says what to do."""

    code: str
    ok: bool
    message: str
    stop_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a van says it is. `device_seq` counts on the device; an older one never overwrites a newer one."""

    van_id: UUID
    device: str
    device_seq: int
    lat: float
    lon: float
    occurred_at: datetime
    accuracy_m: int | None = None
