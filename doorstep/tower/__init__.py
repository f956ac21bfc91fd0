"""The control tower: read-only pages and figures across all stages."""
