"""Goods on their way in: announced, taken in scan by scan, put away, and judged afterwards."""
