"""Sets of X12 in our words, and our words as sets of X12. Pure."""

from doorstep.stages.orders.rules.edi.acknowledging import Judged, answers, functional, purchase
from doorstep.stages.orders.rules.edi.advising import advice, notice
from doorstep.stages.orders.rules.edi.ordering import Read, kept, read_back, read_order

__all__ = [
    "Judged",
    "Read",
    "advice",
    "answers",
    "functional",
    "kept",
    "notice",
    "purchase",
    "read_back",
    "read_order",
]
