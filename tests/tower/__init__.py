"""Tests of the tower."""
