"""Payments, and the accounts at processors that carry them out."""
