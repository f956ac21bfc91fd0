"""The simulated outside, tested from outside."""
