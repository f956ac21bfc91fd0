"""Fields of submitted forms, read so that nonsense is a refusal with a sentence and never a crash."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from doorstep.platform.errors import Fault, Reason, Refused, unknown
from doorstep.stages.delivery.model import Place


def text(data: Mapping[str, Any], name: str, most: int = 200) -> str:
    """Return a field's text without NUL and blanks around it, cut to a length."""
    found = data.get(name, "")
    return found.replace("\0", "").strip()[:most] if isinstance(found, str) else ""


def an_id(data: Mapping[str, Any], name: str) -> UUID:
    """Return a field that is an id.

    Raises:
        Refused: it is none.
    """
    try:
        return UUID(text(data, name, 40))
    except ValueError:
        raise unknown(name.removesuffix("_id"), text(data, name, 40) or "(none)") from None


def place(data: Mapping[str, Any]) -> Place | None:
    """Return where the device was, if the form says so in a way that can be."""
    try:
        lat, lon = float(text(data, "lat", 20)), float(text(data, "lon", 20))
        accuracy_m = int(text(data, "accuracy_m", 8) or 0) or None
    except ValueError:
        return None
    return Place(lat=lat, lon=lon, accuracy_m=accuracy_m) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def moment(data: Mapping[str, Any], name: str, zone: str) -> datetime | None:
    """Return a local date and time of a form as a moment; an empty field is None.

    Raises:
        Refused: it is no date and time.
    """
    said = text(data, name, 40)
    if not said:
        return None
    try:
        return datetime.fromisoformat(said).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        fault = Fault(f"/{name}", "time", "Give a date and a time.")
        raise Refused(Reason.INVALID, "The time cannot be read. Give a date and a time.", [fault]) from None
