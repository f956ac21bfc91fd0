"""Shipping: rate, label, manifest, hand over."""
