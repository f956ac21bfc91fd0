"""Sets of X12 in our words, and our words as sets of X12. Pure."""

from doorstep.stages.orders.rules.edi.acknowledging import (
    Judged,
    answers,
    envelope,
    functional,
    purchase,
    turned_away,
)
from doorstep.stages.orders.rules.edi.advising import advice, notice
from doorstep.stages.orders.rules.edi.ordering import Read, kept, read_back, read_order

__all__ = [
    "Judged",
    "Read",
    "advice",
    "answers",
    "envelope",
    "functional",
    "kept",
    "notice",
    "purchase",
    "read_back",
    "read_order",
    "turned_away",
]
