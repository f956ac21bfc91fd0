"""Which orders to pick together in one walk: `solve(Batching(...), budget, seed)` answers with batches and tours."""

from doorstep.solvers.batches.orders import Answer, Batch, Batching, BatchRefused, Cart, Order, Unserved
from doorstep.solvers.batches.solving import solve

__all__ = ["Answer", "Batch", "BatchRefused", "Batching", "Cart", "Order", "Unserved", "solve"]
