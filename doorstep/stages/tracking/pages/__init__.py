"""Tracking for people: the customer's page, and the desk that looks after what got stuck."""

from doorstep.stages.tracking.pages import customer, desk

ROUTES = [*customer.ROUTES, *desk.ROUTES]
