"""Orders over JSON: place one or many, read, cancel, hold, release, pay again."""

from doorstep.stages.orders.api import acting, hooks, importing, placing, reading, shops

ROUTES = [*placing.ROUTES, *reading.ROUTES, *acting.ROUTES, *importing.ROUTES, *hooks.ROUTES, *shops.ROUTES]
