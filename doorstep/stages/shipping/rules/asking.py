"""From the facts of a parcel to what rating weighs, what a carrier is asked, and what its label shows."""

from datetime import datetime
from typing import Any

import msgspec

from doorstep.platform.measures import mass
from doorstep.stages.shipping.model import Facts
from doorstep.stages.shipping.rules.label import Label, Party
from doorstep.stages.shipping.rules.rating import Load, Refusal

SIDE_MM = 10
"""A side nobody measured counts as one centimeter: an envelope has to go as well."""


def load(facts: Facts, now: datetime) -> Load:
    """Return the parcel as rating sees it."""
    return Load(
        max(facts.weight_g, 1),
        sides(facts),
        facts.country,
        facts.postal_code,
        facts.lat,
        facts.lon,
        facts.order_currency,
        now,
        facts.promised_until,
        tuple(msgspec.convert(facts.refusals, list[Refusal])),
    )


def sides(facts: Facts) -> tuple[int, int, int]:
    """Return length, width and height in millimeters."""
    return (facts.length_mm or SIDE_MM, facts.width_mm or SIDE_MM, facts.height_mm or SIDE_MM)


def request(facts: Facts, service: str) -> dict[str, Any]:
    """Return the body of a purchase."""
    return {"reference": facts.reference, "service": service, **question(facts)}


def question(facts: Facts) -> dict[str, Any]:
    """Return what a carrier must know of a parcel to say its prices; texts are cut to what its fields hold."""
    return {
        "from": {
            "name": facts.merchant[:300],
            "company": facts.site_name[:300],
            "street": facts.site_street[:300],
            "city": facts.site_city[:300],
            "region": facts.site_region[:300],
            "postal_code": facts.site_postal_code[:300],
            "country": facts.site_country,
            "lat": facts.site_lat,
            "lon": facts.site_lon,
            "timezone": facts.site_timezone,
        },
        "to": {
            "name": facts.name[:300],
            "company": facts.company[:300],
            "street": facts.street[:300],
            "street2": facts.street2[:300],
            "city": facts.city[:300],
            "region": facts.region[:300],
            "postal_code": facts.postal_code[:300],
            "country": facts.country,
            "phone": facts.phone[:300],
            "lat": facts.lat,
            "lon": facts.lon,
        },
        "weight_g": max(facts.weight_g, 1),
        "sides_mm": list(sides(facts)),
    }


def idempotency_key(facts: Facts) -> str:
    """Return the key of a purchase: the same for every repetition of one wish, another after a refusal."""
    return f"{facts.reference}-{facts.attempt}"


def label(facts: Facts, carrier: str, service: str, tracking: str, sscc: str) -> Label:
    """Return what the label of a parcel shows."""
    return Label(
        Party(
            facts.merchant,
            facts.site_street,
            facts.site_city,
            facts.site_country,
            postal_code=facts.site_postal_code,
            region=facts.site_region,
        ),
        Party(
            facts.name,
            facts.street,
            facts.city,
            facts.country,
            postal_code=facts.postal_code,
            region=facts.region,
            company=facts.company,
            street2=facts.street2,
        ),
        carrier,
        service,
        facts.route or facts.country,
        tracking,
        sscc,
        f"Order {facts.order_number} · Parcel {facts.parcel_number} · {mass(facts.weight_g)}",
    )
