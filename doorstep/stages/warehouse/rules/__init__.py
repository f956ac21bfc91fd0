"""The judgement of the floor. Facts in, decision out."""
