"""Tracking: scans, promises and what the customer is told."""

from doorstep.stages.tracking.acts.calls import start
from doorstep.stages.tracking.acts.looking import StoryOf, stories_of
from doorstep.stages.tracking.acts.recording import record
from doorstep.stages.tracking.acts.telling import owe
from doorstep.stages.tracking.acts.windows import move_window, promise
from doorstep.stages.tracking.model import Message, NewWindow, Scan, Status, Window

__all__ = [
    "Message",
    "NewWindow",
    "Scan",
    "Status",
    "StoryOf",
    "Window",
    "move_window",
    "owe",
    "promise",
    "record",
    "start",
    "stories_of",
]
