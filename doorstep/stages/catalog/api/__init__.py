"""The catalog as JSON: what exists, read and written."""

from doorstep.stages.catalog.api import carriage, goods, pictures, places

ROUTES = [*goods.ROUTES, *pictures.ROUTES, *places.ROUTES, *carriage.ROUTES]
