"""Times and places of Brazil: naive local times with daylight saving, and addresses of which only five digits are known. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from doorstep.stages.orders import Contact
from doorstep.world.replay.olist import Address, Centroid, RawCustomer
from doorstep.world.replay.parts import Oddity

ZONE = ZoneInfo("America/Sao_Paulo")
"""The export's clock: Brasília time, whatever the customer's state."""

SOUTH, NORTH, WEST, EAST = -34.0, 6.0, -74.5, -28.5
"""Brazil with its islands, in degrees."""

UNKNOWN_CITY = "(cidade não informada)"


def moment(naive: datetime) -> datetime:
    """Return a time of the export in UTC.

    A time that came twice, when summer time ended, is the first of the two. One that never was, when it began, is as long after
    the last that was.
    """
    return naive.replace(tzinfo=ZONE, fold=0).astimezone(UTC)


def never_was(naive: datetime) -> bool:
    """Whether no clock of Brazil ever showed this time: it lies in the hour that summer time left out."""
    return moment(naive).astimezone(ZONE).replace(tzinfo=None) != naive


def day_end(at: datetime, step: timedelta, start: datetime) -> datetime:
    """Return the end of the step that a time lies in, counted from `start`."""
    return start + step * ((at - start) // step + 1)


def in_brazil(spot: Centroid) -> bool:
    """Whether coordinates lie in Brazil."""
    return SOUTH <= spot.lat <= NORTH and WEST <= spot.lon <= EAST


def contact(customer: RawCustomer, centroids: Mapping[str, Centroid]) -> tuple[Contact, list[Oddity]]:
    """Return where an order goes, and what is odd about it.

    The export has neither names nor streets: the customer is called by the first digits of their code, the street says that it
    is withheld.
    """
    oddities: list[Oddity] = []
    spot = located(customer.address, centroids, oddities)
    city = town(customer.address, centroids, oddities)
    prefix = customer.address.prefix
    return (
        Contact(
            name=f"Cliente {customer.person[:8]}",
            street=f"Logradouro não informado (CEP {prefix})",
            city=city,
            region=customer.address.state,
            postal_code=f"{prefix}-000",
            country="BR",
            lat=spot.lat if spot else None,
            lon=spot.lon if spot else None,
        ),
        oddities,
    )


def located(address: Address, centroids: Mapping[str, Centroid], oddities: list[Oddity]) -> Centroid | None:
    """Return the middle of an address's postal prefix, or None and why."""
    spot = centroids.get(address.prefix)
    if spot is None:
        oddities.append({"what": "prefix_without_centroid", "prefix": address.prefix})
    elif not in_brazil(spot):
        facts = {
            "what": "centroid_outside_brazil",
            "prefix": address.prefix,
            "lat": spot.lat,
            "lon": spot.lon,
        }
        oddities.append(facts)
        spot = None
    return spot


def town(address: Address, centroids: Mapping[str, Centroid], oddities: list[Oddity]) -> str:
    """Return the city of an address; where it is blank, that of its postal prefix."""
    if address.city:
        return address.city
    spot = centroids.get(address.prefix)
    city = spot.city if spot and spot.city else UNKNOWN_CITY
    oddities.append({"what": "blank_city", "taken": city})
    return city
