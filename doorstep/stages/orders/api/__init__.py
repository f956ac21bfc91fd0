"""Orders over JSON: place one or many, read, cancel, hold, release, pay again."""

from doorstep.stages.orders.api import acting, placing, reading

ROUTES = [*placing.ROUTES, *reading.ROUTES, *acting.ROUTES]
