"""The road network: OSRM, real and small, and what driving teaches."""
