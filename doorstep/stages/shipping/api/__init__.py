"""Shipping over JSON: labels, manifests, the hand-over, and what left, as EPCIS and as a table."""

from doorstep.stages.shipping.api import departures, epcis, labels, leaving

ROUTES = [*labels.ROUTES, *leaving.ROUTES, *epcis.ROUTES, *departures.ROUTES]
