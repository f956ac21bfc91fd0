"""The pages of shipping: the desk, a label, a manifest, and the hand-over at the dock."""

from doorstep.stages.shipping.pages import desk, dock

ROUTES = [*desk.ROUTES, *dock.ROUTES]
