"""Benches measure what they say."""
