"""The pages of shipping: the desk, a label, a manifest, and the hand-over at the dock."""

from doorstep.platform.aspects import Aspect
from doorstep.stages.shipping.acts.standing import (
    find_by_label,
    label_keeps,
    label_states_of,
    orders_by_label,
)
from doorstep.stages.shipping.model import LabelState
from doorstep.stages.shipping.pages import desk, dock

ROUTES = [*desk.ROUTES, *dock.ROUTES]

UNFINISHED = (
    LabelState.OWED,
    LabelState.SENT,
    LabelState.REFUSED,
    LabelState.UNKNOWN,
    LabelState.VOIDING,
)
ASPECTS = [
    Aspect(
        name="label",
        states=UNFINISHED,
        stand=label_states_of,
        within=orders_by_label,
        find=find_by_label,
        keeps=label_keeps,
    )
]
