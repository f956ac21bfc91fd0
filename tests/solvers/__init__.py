"""The solvers answer to nobody but the problem."""
