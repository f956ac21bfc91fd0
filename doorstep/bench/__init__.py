"""Benchmarks: each measures one promise of the house against a yardstick in the same run."""
