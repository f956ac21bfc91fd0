"""An order that stands is changed: its goods and its money by the difference."""
