"""Tracking over JSON: carriers' hooks, trackers, scans, messages."""

from doorstep.stages.tracking.api import hooks, messages, trackers

ROUTES = [*hooks.ROUTES, *trackers.ROUTES, *messages.ROUTES]
