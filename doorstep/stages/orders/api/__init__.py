"""Orders over JSON: place one or many, read, cancel, hold, release, pay again."""

from doorstep.stages.orders.api import acting, hooks, importing, placing, reading, shops, streaming

ROUTES = [
    *placing.ROUTES,
    *streaming.ROUTES,
    *reading.ROUTES,
    *acting.ROUTES,
    *importing.ROUTES,
    *hooks.ROUTES,
    *shops.ROUTES,
]
