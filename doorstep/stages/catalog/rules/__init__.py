"""The judgement of the catalog."""
