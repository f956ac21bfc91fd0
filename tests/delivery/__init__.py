"""The last mile, driven through Northside."""
