"""Webhooks: who is told what, in which order, how often, and who is never called."""
