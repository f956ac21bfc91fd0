"""The pages of feedback: what customers say by their signed link, and the desk that answers."""

from doorstep.platform.aspects import Aspect
from doorstep.stages.feedback.acts.standing import returned_units
from doorstep.stages.feedback.pages import customers, desk

ROUTES = [*customers.ROUTES, *desk.ROUTES]

ASPECTS = [Aspect(name="returns", units=returned_units)]
