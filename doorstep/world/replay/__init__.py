"""Replay: real orders of an Olist export, driven through the acts of all stages on the clock of the data."""
