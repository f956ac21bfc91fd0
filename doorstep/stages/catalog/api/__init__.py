"""The catalog as JSON: what exists, read and written."""

from doorstep.stages.catalog.api import carriage, goods, places

ROUTES = [*goods.ROUTES, *places.ROUTES, *carriage.ROUTES]
