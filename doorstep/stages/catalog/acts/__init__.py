"""The verbs of the catalog: add, change, look up, import."""
