"""Delivery: the last mile: routes, drivers, stops, proof at the doorstep."""
