"""Orders walk in, are checked, accepted or held."""
