"""Feedback: confirmation, ratings, cases, returns, and what the house learns."""

from doorstep.stages.feedback.acts.cases import answer_case, case_of, cases, close_case, open_case
from doorstep.stages.feedback.acts.learning import learn, scores
from doorstep.stages.feedback.acts.returns import (
    Came,
    ask_return,
    close_returns,
    find_return,
    grade_return,
    items_of,
    receive_return,
    returns,
)
from doorstep.stages.feedback.acts.voices import (
    Rated,
    Voice,
    Word,
    confirm,
    confirm_each,
    heard,
    rate,
    rate_each,
    ratings,
)
from doorstep.stages.feedback.model import Cause, Grade, ReturnAsk

__all__ = [
    "Came",
    "Cause",
    "Grade",
    "Rated",
    "ReturnAsk",
    "Voice",
    "Word",
    "answer_case",
    "ask_return",
    "case_of",
    "cases",
    "close_case",
    "close_returns",
    "confirm",
    "confirm_each",
    "find_return",
    "grade_return",
    "heard",
    "items_of",
    "learn",
    "open_case",
    "rate",
    "rate_each",
    "ratings",
    "receive_return",
    "returns",
    "scores",
]
