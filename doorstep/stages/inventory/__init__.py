"""Inventory: the ledger of goods: receive, reserve, move, count."""
