"""The verbs of feedback: confirm and rate, open and answer cases, take goods back, learn."""
