"""The verbs of the floor."""
