"""Feedback: confirmation, ratings, cases, returns, and what the house learns."""

from doorstep.stages.feedback.acts.cases import answer_case, case_of, cases, close_case, open_case
from doorstep.stages.feedback.acts.learning import learn, scores
from doorstep.stages.feedback.acts.returns import (
    Came,
    ask_return,
    close_returns,
    find_return,
    grade_return,
    receive_return,
    returns,
)
from doorstep.stages.feedback.acts.voices import confirm, rate, ratings
from doorstep.stages.feedback.model import Cause, Grade, ReturnAsk

__all__ = [
    "Came",
    "Cause",
    "Grade",
    "ReturnAsk",
    "answer_case",
    "ask_return",
    "case_of",
    "cases",
    "close_case",
    "close_returns",
    "confirm",
    "find_return",
    "grade_return",
    "learn",
    "open_case",
    "rate",
    "ratings",
    "receive_return",
    "returns",
    "scores",
]
