"""The edge, seen by strangers: nothing leaks, nothing breaks."""
