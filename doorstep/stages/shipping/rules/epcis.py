"""What left, as EPCIS 2.0 tells it: a parcel was packed of goods, and it left. GS1 EPCIS 2.0 and CBV 2.0, in JSON-LD with GS1 Digital Link URIs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
LINK = "https://id.gs1.org"


@dataclass(frozen=True, slots=True)
class Left:
    """A parcel that left, by its label's id."""

    id: UUID
    sscc: str
    tracking_number: str | None
    handed_over_at: datetime
    packed_at: datetime | None
    order_number: int
    external_ref: str | None
    site: str
    lat: float
    lon: float
    timezone: str


@dataclass(frozen=True, slots=True)
class Inside:
    """Units of an article in a parcel; `gtin` as it is printed, None where the article carries none."""

    id: UUID
    merchant: str
    sku: str
    units: int
    gtin: str | None


def document(
    left: Sequence[Left], inside: Mapping[UUID, Sequence[Inside]], now: datetime, base_url: str
) -> dict[str, Any]:
    """Return the EPCIS document of parcels: for each that it was packed, and that it left.

    Args:
        left: the parcels.
        inside: what lies in each, by its label's id.
        now: when the document is made.
        base_url: of this house; names orders, and articles that carry no GTIN.
    """
    events = [
        event
        for one in left
        for event in (_packed(one, inside.get(one.id, ()), base_url), _shipped(one, base_url))
        if event is not None
    ]
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _time(now),
        "epcisBody": {"eventList": events},
    }


def _packed(one: Left, inside: Sequence[Inside], base_url: str) -> dict[str, Any] | None:
    if one.packed_at is None or not inside:
        return None
    return {
        **_event("AggregationEvent", one, one.packed_at, uuid5(NAMESPACE_URL, f"{one.id}/packed")),
        "action": "ADD",
        "parentID": f"{LINK}/00/{one.sscc}",
        "childQuantityList": [
            {"epcClass": _article(part, base_url), "quantity": part.units} for part in inside
        ],
        "bizStep": "packing",
        "disposition": "in_progress",
    }


def _shipped(one: Left, base_url: str) -> dict[str, Any]:
    return {
        **_event("ObjectEvent", one, one.handed_over_at, one.id),
        "action": "OBSERVE",
        "epcList": [f"{LINK}/00/{one.sscc}"],
        "bizStep": "shipping",
        "disposition": "in_transit",
        "bizTransactionList": [
            {"type": "po", "bizTransaction": f"{base_url}/orders/number/{one.order_number}"}
        ],
    }


def _event(kind: str, one: Left, at: datetime, event_id: UUID) -> dict[str, Any]:
    return {
        "type": kind,
        "eventID": f"urn:uuid:{event_id}",
        "eventTime": _time(at),
        "eventTimeZoneOffset": _offset(at, one.timezone),
        "readPoint": {"id": f"geo:{one.lat:g},{one.lon:g}"},
    }


def _article(part: Inside, base_url: str) -> str:
    if part.gtin is not None:
        return f"{LINK}/01/{part.gtin.zfill(14)}"
    return f"{base_url}/products/{_escaped(part.merchant)}/{_escaped(part.sku)}"


def _escaped(text: str) -> str:
    """Return a text as a part of an address (RFC 3986, section 2.1)."""
    return "".join(
        one
        if (one.isascii() and one.isalnum()) or one in "-._~"
        else "".join(f"%{byte:02X}" for byte in one.encode())
        for one in text
    )


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _offset(moment: datetime, zone: str) -> str:
    text = moment.astimezone(ZoneInfo(zone)).strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
