"""Long trials, for `make soak`."""
