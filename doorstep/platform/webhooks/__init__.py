"""Outgoing webhooks: the house tells programs elsewhere what happened, in order, signed, and again until they have heard it."""
