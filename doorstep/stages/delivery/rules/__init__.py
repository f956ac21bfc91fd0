"""The judgement of the last mile: plans from facts, windows from arrivals, proofs and attempts."""
