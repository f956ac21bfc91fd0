"""Feedback: confirmation, ratings, cases, returns, and what the house learns."""
