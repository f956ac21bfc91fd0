"""How short all walks together can be at best."""

from collections.abc import Sequence

from doorstep.solvers.batches.orders import MEASURES, Batching, Order
from doorstep.solvers.batches.pricing import Block, Priced
from doorstep.solvers.walk import Warehouse


def lower_bound(problem: Batching, served: Sequence[Order], alone_mm: Sequence[int], prices: Priced) -> int:
    """Return a total length in mm that no batching of `served` can beat; 0 where walks are not priced exactly.

    Every walk is at least as long as the solo walk of each of its orders, hence as their mean weighted by load, and
    the loads of a walk add up to at most the limit: the sum of solo walk times load over limit is a bound for each
    measure. Where walks return to their start, one walk through everything is another.

    Args:
        problem: floor and cart.
        served: the orders to bound.
        alone_mm: length of each order's solo walk.
        prices: of `served`.
    """
    floor = problem.floor
    if not served or not isinstance(floor, Warehouse) or floor.one_way:
        return 0
    bounds = [max(alone_mm)]
    for measure in MEASURES:
        limit = problem.cart.limit(measure)
        if limit:
            weighted = sum(order.load(measure) * alone for order, alone in zip(served, alone_mm, strict=True))
            bounds.append(-(-weighted // limit))
    if Block.fits(floor):
        bounds.append(prices.length(list(range(len(served)))))
    return max(bounds)
