"""The last mile over JSON: stops, routes, positions."""

from typing import Any

from doorstep.stages.delivery.api import doors, positions, routes, stops

ROUTES: list[Any] = [*stops.ROUTES, *doors.ROUTES, *routes.ROUTES, *positions.ROUTES]
