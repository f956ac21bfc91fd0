"""Where the outside begins: the road network."""
