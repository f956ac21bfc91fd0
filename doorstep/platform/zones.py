"""Which clock hangs at an address: the IANA zone nearest to it in its country.

The table is tzdata's own `zone.tab` (country, coordinates of the zone's city, name). Near a border between two zones of
one country the nearest city may be on the other side: an hour off there, right everywhere else.
"""

import re
from functools import cache
from importlib.resources import files
from math import cos, radians

COORDINATES = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")
WHERE_MOST_LIVE = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City",
    "MN": "Asia/Ulaanbaatar",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
}
"""For addresses without coordinates, where the country has several zones."""


def zone_of(country: str, lat: float | None = None, lon: float | None = None) -> str:
    """Return the IANA zone of an address: by its country, and its coordinates where the country has several.

    Args:
        country: ISO 3166, two letters; an unknown one gives `UTC`.
        lat: degrees north, or None.
        lon: degrees east, or None.
    """
    zones = _zones().get(country.upper(), ())
    if not zones:
        return "UTC"
    if len(zones) == 1:
        return zones[0][0]
    if lat is None or lon is None:
        return WHERE_MOST_LIVE.get(country.upper(), zones[0][0])
    narrow = cos(radians(lat))
    return min(zones, key=lambda zone: (zone[1] - lat) ** 2 + (_around(zone[2] - lon) * narrow) ** 2)[0]


def _around(degrees: float) -> float:
    return (degrees + 180) % 360 - 180


@cache
def _zones() -> dict[str, tuple[tuple[str, float, float], ...]]:
    """Country -> (zone, degrees north, degrees east) of each of its zones."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    found: dict[str, list[tuple[str, float, float]]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, coordinates, name = line.split("\t")[:3]
            parts = COORDINATES.findall(coordinates)[0]
            found.setdefault(country, []).append((name, _degrees(*parts[:4]), _degrees(*parts[4:])))
    return {country: tuple(zones) for country, zones in found.items()}


def _degrees(sign: str, whole: str, minutes: str, seconds: str) -> float:
    size = int(whole) + int(minutes) / 60 + int(seconds or 0) / 3600
    return -size if sign == "-" else size
