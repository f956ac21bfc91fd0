"""The pages of inventory: the stock, and the two handheld pages that receive and count."""

from doorstep.stages.inventory.pages import count, receive, stock

ROUTES = [*stock.ROUTES, *receive.ROUTES, *count.ROUTES]
