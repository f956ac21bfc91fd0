"""The judgement of shipping: which service, what a label shows, and the numbers on it. Facts in, decision out."""
