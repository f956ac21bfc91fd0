"""Tracking: scans, promises, and messages to the customer."""
