"""At the door: what a proof needs, how a PIN is judged, and what follows a failed attempt."""

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import datetime

from doorstep.platform.errors import Fault
from doorstep.stages.delivery.model import NO_SECOND_TRY, FailReason, Handing, Place, ProofKind

ATTEMPTS_MAX = 3
PIN_TRIES_MAX = 5
UNDO_S = 600
"""So long a failure can be taken back by the driver alone."""

PHOTO_MAX = 3_000_000
SIGNATURE_MAX = 20_000
SIGNATURE_MIN = 20
"""A dot is no signature."""

FAR_M = 300
"""A delivery farther than this from the address is marked for a person to look at."""

EARTH_M = 6_371_008.8
_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def picture_type(photo: bytes) -> str | None:
    """Return the media type of a picture by its first bytes; None for anything that is not JPEG or PNG."""
    return next((kind for head, kind in _PICTURES.items() if photo.startswith(head)), None)


def proof_faults(handing: Handing) -> list[Fault]:
    """Return what is missing for the proof that the driver chose; a PIN's digits are judged elsewhere."""
    if handing.kind is ProofKind.PHOTO:
        return _photo_faults(handing.photo)
    if handing.kind is ProofKind.SIGNATURE:
        return _signature_faults(handing.signature, handing.received_by)
    return [] if handing.pin.strip() else [Fault("/pin", "missing", "Ask the customer for the PIN.")]


def _photo_faults(photo: bytes) -> list[Fault]:
    if not photo:
        return [Fault("/photo", "missing", "Take a photo of the parcel at the door.")]
    if len(photo) > PHOTO_MAX:
        return [Fault("/photo", "too_large", "The photo is larger than 3 MB. Take a smaller one.")]
    if picture_type(photo) is None:
        return [Fault("/photo", "not_a_picture", "The photo is not a JPEG or PNG. Take it again.")]
    return []


def _signature_faults(signature: str, received_by: str) -> list[Fault]:
    if len(signature) < SIGNATURE_MIN and not received_by.strip():
        return [
            Fault("/signature", "missing", "Let the person sign, or type the name of who takes the parcel.")
        ]
    if len(signature) > SIGNATURE_MAX or any(sign not in "ML 0123456789" for sign in signature):
        return [
            Fault(
                "/signature", "not_a_path", "The signature is not a drawing of moves and lines. Sign again."
            )
        ]
    return []


def same_pin(asked: str, pin: str) -> bool:
    """Compare PINs in a time that tells nothing."""
    return hmac.compare_digest(asked.strip().encode(), pin.encode())


def distance_m(place: Place | None, lat: float, lon: float) -> int | None:
    """Return how far a device was from an address in meters, by the great circle; None when it did not say."""
    if place is None:
        return None
    up = math.sin(math.radians(place.lat - lat) / 2) ** 2
    across = math.sin(math.radians(place.lon - lon) / 2) ** 2
    half = up + math.cos(math.radians(place.lat)) * math.cos(math.radians(lat)) * across
    return round(2 * EARTH_M * math.asin(math.sqrt(min(1.0, half))))


def seal(stop: str, attempt: int, handing: Handing, far_m: int | None, at: datetime) -> bytes:
    """Return the SHA-256 over everything that proves a delivery; a later change of any of it shows."""
    place = handing.place
    parts = (
        stop,
        str(attempt),
        handing.kind,
        handing.received_by,
        handing.signature,
        hashlib.sha256(handing.photo).hexdigest(),
        "" if place is None else f"{place.lat:.6f},{place.lon:.6f},{place.accuracy_m}",
        str(far_m),
        at.isoformat(),
    )
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


@dataclass(frozen=True, slots=True)
class NextStep:
    """What follows a failed attempt, as the driver and the customer are told."""

    again: bool
    message: str


def after_failure(reason: FailReason, attempts: int) -> NextStep:
    """Decide whether somebody comes again: a new attempt of the same stop, never a new order."""
    if reason in NO_SECOND_TRY:
        return NextStep(False, "Bring the parcel back; it returns to the sender.")
    if attempts >= ATTEMPTS_MAX:
        return NextStep(
            False,
            f"That was attempt {attempts} of {ATTEMPTS_MAX}. Bring the parcel back; it returns to the sender.",
        )
    return NextStep(
        True, f"Bring the parcel back to the center; attempt {attempts + 1} follows on the next working day."
    )
