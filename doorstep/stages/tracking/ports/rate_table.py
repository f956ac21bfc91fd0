"""The rate-table carrier: what its webhooks and its tracking answers say, read with distrust.

Its contract: `GET /v1/tracking/{number}` with a Bearer key answers events so far; webhooks carry one event, signed by Standard
Webhooks. "Not found" is 200 without events and moves nothing.
"""

from datetime import UTC, date, datetime, time
from typing import Annotated

import httpx
import msgspec

from doorstep.platform.errors import Reason, Refused
from doorstep.stages.tracking.model import CarrierEvent
from doorstep.stages.tracking.rules.mapping import meaning

ASK_TIMEOUT_S = 8.0
EVENTS_MAX = 500
BODY_MAX = 1_000_000

Degrees = Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Place(msgspec.Struct):
    """Where it was."""

    name: str = ""
    city: str = ""
    country: str = ""
    lat: Degrees | None = None
    lon: Degrees | None = None


class Event(msgspec.Struct):
    """One event in the carrier's words."""

    tracking_number: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    local_time: Annotated[datetime, msgspec.Meta(tz=True)]
    text: str = ""
    reason: str = ""
    place: Place = msgspec.field(default_factory=Place)
    estimated_delivery: date | None = None


class Told(msgspec.Struct):
    """The body of a webhook."""

    event: Event


class Answered(msgspec.Struct):
    """The answer about one parcel."""

    events: Annotated[list[Event], msgspec.Meta(max_length=EVENTS_MAX)] = []


def read_call(body: str) -> list[CarrierEvent]:
    """Return the events of a webhook's body.

    Raises:
        ValueError: the body is not what the contract says.
    """
    return [_event(msgspec.json.decode(body, type=Told).event)]


async def ask(http: httpx.AsyncClient, base_url: str, api_key: str, number: str) -> list[CarrierEvent]:
    """Ask what has happened to a parcel so far; nothing when the carrier does not know it.

    Raises:
        Refused: no answer in time, an error, or nonsense; `retry_after_s` when the carrier says so.
    """
    try:
        response = await http.get(
            f"{base_url.rstrip('/')}/v1/tracking/{number}",
            headers={"authorization": f"Bearer {api_key}"},
            timeout=ASK_TIMEOUT_S,
        )
    except httpx.HTTPError as error:
        raise Refused(Reason.OUTSIDE, f"The carrier did not answer: {type(error).__name__}.") from error
    if response.status_code == 404:
        return []
    if not response.is_success:
        after = response.headers.get("retry-after", "")
        raise Refused(
            Reason.OUTSIDE,
            f"The carrier answered {response.status_code}.",
            retry_after_s=int(after) if after.isdigit() else None,
        )
    try:
        answered = msgspec.json.decode(response.content[:BODY_MAX], type=Answered)
        return [_event(event) for event in answered.events if event.tracking_number == number]
    except ValueError as error:
        raise Refused(Reason.OUTSIDE, "The carrier answered nonsense.") from error


def _event(event: Event) -> CarrierEvent:
    said = meaning("parcel", event.code, event.reason)
    place = event.place
    where = place.name if place.name == place.city or not place.city else f"{place.name}, {place.city}"
    offset = event.local_time.strftime("%z")
    return CarrierEvent(
        number=event.tracking_number,
        status=said.status,
        reason=said.reason,
        raw_code=event.code,
        raw_text=_clean(event.text),
        place=_clean(where),
        lat=place.lat if place.lon is not None else None,
        lon=place.lon if place.lat is not None else None,
        zone=f"{offset[:3]}:{offset[3:]}",
        occurred_at=event.local_time.astimezone(UTC),
        estimate=_end_of(event.estimated_delivery, event.local_time),
    )


def _end_of(day: date | None, there: datetime) -> datetime | None:
    """Return the end of a bare date where the event was: a date stays a date, never midnight in UTC."""
    if day is None:
        return None
    return datetime.combine(day, time(20), there.tzinfo)


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()
