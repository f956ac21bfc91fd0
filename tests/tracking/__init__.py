"""Tracking: one true story per parcel, whatever the order in which it is told."""
