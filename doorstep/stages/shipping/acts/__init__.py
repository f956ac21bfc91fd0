"""The verbs of shipping: want, buy, void, print, manifest, hand over, learn."""
