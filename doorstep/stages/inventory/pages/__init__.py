"""The pages of inventory: the stock, what is to come, and the two handheld pages that receive and count."""

from doorstep.stages.inventory.pages import arrivals, count, receive, stock

ROUTES = [*stock.ROUTES, *arrivals.ROUTES, *receive.ROUTES, *count.ROUTES]
