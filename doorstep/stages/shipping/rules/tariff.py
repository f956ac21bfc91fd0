"""What a service charges: by our own table of it, or by what its carrier quotes where we have no table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Quote:
    """What a carrier asks for a parcel, in minor units of `currency`."""

    price_minor: int
    currency: str


Answer = Mapping[str, Quote] | str
"""What a carrier that was asked said: a quote for each of its services by code, or in words why there is none."""


def zone_of(zones: Rows, country: str, postal_code: str) -> str | None:
    """Return the zone of an address: its own country before `*`, then the longest postal prefix; none if no row fits."""
    code = postal_code.replace(" ", "").upper()
    fits = [
        (row["country"] == country, len(row["postal_prefix"]), str(row["zone"]))
        for row in zones
        if row["country"] in (country, "*")
        and code.startswith(str(row["postal_prefix"]).replace(" ", "").upper())
    ]
    return max(fits, key=lambda fit: fit[:2])[2] if fits else None


def names_area(zones: Rows, country: str, postal_code: str) -> bool:
    """Return whether a row names the address's country and the beginning of its postal code."""
    return zone_of([row for row in zones if row["postal_prefix"]], country, postal_code) is not None


def price(rates: Rows, zone: str, billed_g: int) -> int | None:
    """Return the price in minor units of the lightest step that holds the mass; none above the heaviest."""
    steps = [
        (int(row["up_to_g"]), int(row["price_minor"]))
        for row in rates
        if str(row["zone"]) == zone and int(row["up_to_g"]) >= billed_g
    ]
    return min(steps)[1] if steps else None


def quoted(answer: Answer | None, code: str) -> Quote | str:
    """Return what a carrier quoted for its service, or why there is no quote."""
    if answer is None:
        return "was not asked for its price"
    if isinstance(answer, str):
        return answer
    return answer.get(code) or "its carrier has no price for this parcel"
