"""Where the outside begins: the carriers' servers."""
