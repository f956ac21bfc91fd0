"""Shipping over JSON: labels, manifests, the hand-over, and what left as EPCIS."""

from doorstep.stages.shipping.api import epcis, labels, leaving

ROUTES = [*labels.ROUTES, *leaving.ROUTES, *epcis.ROUTES]
