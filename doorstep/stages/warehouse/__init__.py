"""Warehouse: pick and pack: goods become parcels."""

from doorstep.stages.warehouse.acts import Parcel, ParcelItem, hand_over, parcels_of, release

__all__ = ["Parcel", "ParcelItem", "hand_over", "parcels_of", "release"]
