"""Goods as JSON: what can be sold, what lies where, and everything people do to it."""

from doorstep.stages.inventory.api import arrivals, availability, counts, goods, inspections, lots, receiving

ROUTES = [
    *availability.ROUTES,
    *goods.ROUTES,
    *counts.ROUTES,
    *lots.ROUTES,
    *arrivals.ROUTES,
    *receiving.ROUTES,
    *inspections.ROUTES,
]
