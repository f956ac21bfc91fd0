"""The pages of the last mile: dispatch, the driver's phone, the customer's door."""

from typing import Any

from doorstep.stages.delivery.pages import board, dispatch, door, driver, driving

ROUTES: list[Any] = [*board.ROUTES, *dispatch.ROUTES, *driver.ROUTES, *driving.ROUTES, *door.ROUTES]
