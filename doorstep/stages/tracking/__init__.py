"""Tracking: scans, promises and what the customer is told."""

from doorstep.stages.tracking.acts.calls import start
from doorstep.stages.tracking.acts.looking import StoryOf, stories_of
from doorstep.stages.tracking.acts.recording import record
from doorstep.stages.tracking.acts.telling import owe
from doorstep.stages.tracking.acts.windows import move_window, promise
from doorstep.stages.tracking.model import Message, NewWindow, Scan, Status, Window
from doorstep.stages.tracking.rules.saying import moment as moment_in_words
from doorstep.stages.tracking.rules.saying import window as window_in_words

__all__ = [
    "Message",
    "NewWindow",
    "Scan",
    "Status",
    "StoryOf",
    "Window",
    "moment_in_words",
    "move_window",
    "owe",
    "promise",
    "record",
    "start",
    "stories_of",
    "window_in_words",
]
