"""Where orders leave from: what they take from stock, what each way costs, the cheapest one, the best for all together."""

from doorstep.stages.orders.rules.sourcing.choosing import choose, sites_by_cost
from doorstep.stages.orders.rules.sourcing.costs import Day, leaves_on
from doorstep.stages.orders.rules.sourcing.demand import demanded, needed
from doorstep.stages.orders.rules.sourcing.joint import Plan, Standing, source_together
from doorstep.stages.orders.rules.sourcing.sharing import Chosen, Lack, source_all, split_lines

__all__ = [
    "Chosen",
    "Day",
    "Lack",
    "Plan",
    "Standing",
    "choose",
    "demanded",
    "leaves_on",
    "needed",
    "sites_by_cost",
    "source_all",
    "source_together",
    "split_lines",
]
