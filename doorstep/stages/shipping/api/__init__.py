"""Shipping over JSON: labels, manifests, and the hand-over."""

from doorstep.stages.shipping.api import labels, leaving

ROUTES = [*labels.ROUTES, *leaving.ROUTES]
