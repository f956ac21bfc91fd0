"""The pages of inventory: the stock, what is to come, and the handheld pages that receive and count."""

from doorstep.stages.inventory.pages import arrivals, closing, count, dock, learning, receive, stock

ROUTES = [
    *stock.ROUTES,
    *arrivals.ROUTES,
    *dock.ROUTES,
    *closing.ROUTES,
    *learning.ROUTES,
    *receive.ROUTES,
    *count.ROUTES,
]
