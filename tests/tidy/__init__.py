"""The laws of the house, as functions from the tree of files to what breaks them."""
