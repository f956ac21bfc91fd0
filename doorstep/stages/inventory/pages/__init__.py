"""The pages of inventory: the stock, what is to come, and the handheld pages that receive, refill and count."""

from doorstep.stages.inventory.pages import (
    arrivals,
    backorders,
    building,
    closing,
    count,
    counting,
    dock,
    inspections,
    learning,
    plates,
    receive,
    refill,
    serials,
    stock,
    suppliers,
)

ROUTES = [
    *stock.ROUTES,
    *serials.ROUTES,
    *backorders.ROUTES,
    *arrivals.ROUTES,
    *suppliers.ROUTES,
    *dock.ROUTES,
    *closing.ROUTES,
    *learning.ROUTES,
    *inspections.ROUTES,
    *receive.ROUTES,
    *refill.ROUTES,
    *plates.ROUTES,
    *building.ROUTES,
    *count.ROUTES,
    *counting.ROUTES,
]
