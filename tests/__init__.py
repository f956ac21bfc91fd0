"""The proofs, one folder per stage, the same file names."""
