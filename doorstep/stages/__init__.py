"""The business, one folder a stage. Knowledge flows one way: a later stage may know an earlier one, through its front door."""
