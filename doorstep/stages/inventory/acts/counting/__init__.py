"""Counting: places are asked for, counted blind, judged, decided by a lead where people do not agree, and scored."""
