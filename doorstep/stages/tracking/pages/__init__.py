"""Tracking for people: the customer's page, and the desk that looks after what got stuck."""

from doorstep.platform.aspects import Aspect
from doorstep.stages.tracking.acts.standing import carried_of, orders_by_tracker
from doorstep.stages.tracking.model import FINAL, Status
from doorstep.stages.tracking.pages import customer, desk

ROUTES = [*customer.ROUTES, *desk.ROUTES]

ON_THE_WAY = tuple(status for status in Status if status not in FINAL)
ASPECTS = [Aspect(name="carrier", states=ON_THE_WAY, stand=carried_of, within=orders_by_tracker)]
