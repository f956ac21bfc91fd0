"""The pages of feedback: what customers say by their signed link, and the desk that answers."""

from doorstep.stages.feedback.pages import customers, desk

ROUTES = [*customers.ROUTES, *desk.ROUTES]
