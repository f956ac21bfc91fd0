"""The pages of the catalog: products, merchants, sites, boxes, carriers, vans, and the import of a table."""

from doorstep.stages.catalog.pages import goods, importing, places

ROUTES = [*goods.ROUTES, *places.ROUTES, *importing.ROUTES]
