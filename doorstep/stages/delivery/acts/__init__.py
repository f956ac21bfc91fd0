"""The verbs of the last mile: expect, scan in, plan, load, drive, hand over, fail, follow."""
