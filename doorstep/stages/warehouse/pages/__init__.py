"""The floor's pages: the handheld, the bench, putting back, and the desk that watches them."""

from doorstep.stages.warehouse.pages import floor, pack, pick, put_back

ROUTES = [*pick.ROUTES, *pack.ROUTES, *put_back.ROUTES, *floor.ROUTES]
