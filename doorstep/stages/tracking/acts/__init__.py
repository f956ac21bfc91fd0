"""The verbs of tracking: start, record, promise, move the window, owe a message, take a carrier's call."""
