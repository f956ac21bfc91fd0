"""Orders: an order walks in, is checked, and is accepted or held."""
