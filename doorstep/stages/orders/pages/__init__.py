"""Orders for people: the list and the page of one order at the desk, and the merchants' shop windows."""

from doorstep.stages.orders.pages import desk, shop

ROUTES = [*desk.ROUTES, *shop.ROUTES]
