"""EasyPost's webhooks: signed over the raw body (`x-hmac-signature`), one tracker per call with all its details.

The signature is HMAC-SHA256 in hexadecimal, with the secret in Unicode form NFKD (EasyPost's documentation of webhooks). It covers no
time, so a repeated call is known by its id; the details have times of their own, and the fold bears any repetition.
"""

import hashlib
import hmac
import unicodedata
from datetime import datetime
from typing import Annotated

import msgspec

from doorstep.stages.tracking.model import CarrierEvent
from doorstep.stages.tracking.rules.mapping import meaning

SIGNATURE = "x-hmac-signature"
PREFIX = "hmac-sha256-hex="
DETAILS_MAX = 500


class Location(msgspec.Struct):
    """Where a detail happened, as far as EasyPost knows."""

    city: str | None = None
    state: str | None = None
    country: str | None = None


class Detail(msgspec.Struct):
    """One scan."""

    status: str
    when: Annotated[datetime, msgspec.Meta(tz=True)] = msgspec.field(name="datetime")
    message: str | None = None
    status_detail: str | None = None
    tracking_location: Location | None = None


class Tracker(msgspec.Struct):
    """The tracker a call is about."""

    tracking_code: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    est_delivery_date: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    tracking_details: Annotated[list[Detail], msgspec.Meta(max_length=DETAILS_MAX)] = []


class Body(msgspec.Struct):
    """The body of a `tracker.*` event."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    result: Tracker


def genuine(secret: str, header: str, body: bytes) -> bool:
    """Return whether the header signs the raw body with the secret."""
    key = unicodedata.normalize("NFKD", secret).encode()
    wanted = PREFIX + hmac.new(key, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), header.encode("utf-8", "replace"))


def call_id(body: bytes) -> str:
    """Return the call's own name.

    Raises:
        ValueError: the body is not a tracker event.
    """
    return msgspec.json.decode(body, type=Body).id


def read_call(body: str) -> list[CarrierEvent]:
    """Return the scans of a tracker event's body.

    Raises:
        ValueError: the body is not a tracker event.
    """
    tracker = msgspec.json.decode(body, type=Body).result
    return [_event(tracker, detail) for detail in tracker.tracking_details]


def _event(tracker: Tracker, detail: Detail) -> CarrierEvent:
    said = meaning("easypost", detail.status, detail.status_detail or "")
    where = detail.tracking_location or Location()
    offset = detail.when.strftime("%z")
    return CarrierEvent(
        number=tracker.tracking_code,
        status=said.status,
        reason=said.reason,
        raw_code=":".join(part for part in (detail.status, detail.status_detail) if part),
        raw_text=(detail.message or "").replace("\x00", "").strip(),
        place=", ".join(part for part in (where.city, where.state, where.country) if part).replace(
            "\x00", ""
        ),
        zone=f"{offset[:3]}:{offset[3:]}",
        occurred_at=detail.when,
        estimate=tracker.est_delivery_date,
    )
