"""The shared ground of all stages. It knows no stage."""
