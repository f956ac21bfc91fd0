"""Builders that walk things to a state through the real acts."""
