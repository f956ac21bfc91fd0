"""The floor's pages: the handheld, the bench, putting back, and the desk that watches them."""

from doorstep.platform.aspects import Aspect
from doorstep.stages.warehouse.acts.standing import (
    find_by_parcel,
    floor_keeps,
    floor_of,
    floor_units,
    orders_on_floor,
)
from doorstep.stages.warehouse.model import FulfillmentState
from doorstep.stages.warehouse.pages import floor, pack, pick, put_back

ROUTES = [*pick.ROUTES, *pack.ROUTES, *put_back.ROUTES, *floor.ROUTES]

ON_FLOOR = (
    FulfillmentState.WAITING,
    FulfillmentState.BATCHED,
    FulfillmentState.PICKING,
    FulfillmentState.PICKED,
    FulfillmentState.SHORT,
)
ASPECTS = [
    Aspect(
        name="floor",
        states=ON_FLOOR,
        stand=floor_of,
        within=orders_on_floor,
        find=find_by_parcel,
        keeps=floor_keeps,
        units=floor_units,
    )
]
