"""The verbs of inventory: receive, move, adjust, reserve, ship, count."""
