"""Warehouse: pick and pack: goods become parcels."""
