"""Goods as JSON: what can be sold, what lies where, and everything people do to it."""

from doorstep.stages.inventory.api import (
    arrivals,
    availability,
    backorders,
    counting,
    counts,
    goods,
    inspections,
    lots,
    plates,
    receiving,
    refills,
    serials,
)

ROUTES = [
    *availability.ROUTES,
    *goods.ROUTES,
    *counts.ROUTES,
    *counting.ROUTES,
    *lots.ROUTES,
    *serials.ROUTES,
    *plates.ROUTES,
    *backorders.ROUTES,
    *arrivals.ROUTES,
    *receiving.ROUTES,
    *refills.ROUTES,
    *inspections.ROUTES,
]
