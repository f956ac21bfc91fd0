"""A small world of sourcing: three warehouses in Portugal, Germany and Brazil, and orders that want things of them."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from doorstep.stages.orders.model.sourcing import Basket, Depot, House, Key, Lanes, Routing, Want
from doorstep.stages.orders.rules.sourcing import Day
from tests.worlds.catalog import fixed

LISBON, BERLIN, RECIFE = fixed(3, 11), fixed(3, 12), fixed(3, 13)
MUG, BOOK, LAMP = fixed(2, 1), fixed(2, 2), fixed(2, 3)
WEIGHTS = {MUG: 350, BOOK: 500, LAMP: 1800}
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DEPOTS = (
    Depot(LISBON, "lisbon", "Lisbon", "PT", "", 38.7, -9.1, "Europe/Lisbon", time(16)),
    Depot(BERLIN, "berlin", "Berlin", "DE", "", 52.5, 13.4, "Europe/Berlin", time(16)),
    Depot(RECIFE, "recife", "Recife", "BR", "PE", -8.05, -34.9, "America/Recife", time(16)),
)
PLAIN = House(parcel_minor=500, kg_minor=100, km100_minor=20, split_minor=300, late_minor=0, scarcity_minor=0)
"""Freight and splits only, so that a test can be reckoned by hand."""


def routing(**changed: Any) -> Routing:
    """Three sites under plain terms, with some things changed."""
    lanes = {site_id: Lanes(some) for site_id, some in changed.pop("lanes", {}).items()}
    return Routing(**{"depots": DEPOTS, "house": PLAIN, "lanes": lanes, **changed})


def basket(wants: Mapping[UUID, int], number: int = 1, **changed: Any) -> Basket:
    """An order of Juniper to Munich."""
    values: dict[str, Any] = {
        "order_id": fixed(9, number),
        "merchant_id": fixed(1, 1),
        "country": "DE",
        "postal_code": "80331",
        "lat": 48.1,
        "lon": 11.6,
        "value_minor": 5000,
        "delivery": None,
        "wants": tuple(Want(product, n, WEIGHTS[product]) for product, n in wants.items()),
    }
    return Basket(**{**values, **changed})


def shelves(**by_site: Mapping[UUID, int]) -> dict[Key, int]:
    """Free units: `shelves(lisbon={MUG: 3})`."""
    ids = {depot.code: depot.id for depot in DEPOTS}
    return {(product, ids[code]): n for code, goods in by_site.items() for product, n in goods.items()}


def monday(**load: int) -> Day:
    """Monday morning, with orders that sites have to do."""
    ids = {depot.code: depot.id for depot in DEPOTS}
    return Day(MONDAY, {ids[code]: n for code, n in load.items()})
