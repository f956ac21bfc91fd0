"""Where the outside begins: payment processors."""
