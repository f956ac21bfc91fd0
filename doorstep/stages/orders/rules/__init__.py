"""The judgement of orders: pure functions from what was sent and what is known to what is wrong, doubtful or right."""

from doorstep.stages.orders.rules.checking import Checked, check
from doorstep.stages.orders.rules.refunding import shares
from doorstep.stages.orders.rules.sameness import differences
from doorstep.stages.orders.rules.sourcing import demanded, needed

__all__ = ["Checked", "check", "demanded", "differences", "needed", "shares"]
