"""Plates: what stands on them follows the ledger; they are moved, nested, filled and opened."""
