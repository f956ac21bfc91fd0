"""Shops: connected, heard, and told of what can be sold and what left."""
