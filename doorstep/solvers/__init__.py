"""Solvers: pure functions from a problem, a budget and a seed to an answer. They know no database and no stage."""
