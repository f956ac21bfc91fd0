"""The judgement of feedback: whether goods may come back, what is paid back, and how sure a score is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from doorstep.platform.errors import Fault
from doorstep.stages.feedback.model import OrderFacts, OrderLine, ReturnAsk, Tally

RATINGS_FEW = 5
"""Below so many answers a score is shown as too few to judge."""

UNHAPPY_MAX = 2
"""A score of 1 or 2 opens a case."""

Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a return is taken, and the rule that says so."""

    approved: bool
    rule: str


def judge_return(order: OrderFacts, now: datetime) -> Decision:
    """Decide on a return by the merchant's policy; the window counts from delivery, not from the order."""
    if order.delivered_at is None:
        return Decision(False, "Nothing of this order was delivered yet.")
    last = order.delivered_at + timedelta(days=order.return_days)
    if now > last:
        return Decision(False, f"The {order.return_days} days for returns ended on {last:%d %b %Y}.")
    return Decision(True, f"Within {order.return_days} days of delivery.")


def return_faults(lines: Sequence[OrderLine], asked: Sequence[ReturnAsk]) -> list[Fault]:
    """Return everything wrong with what shall come back: unknown lines, or more than was delivered and is not back."""
    known = {line.id: line for line in lines}
    found = [] if asked else [Fault("/lines", "empty", "Choose at least one thing to send back.")]
    if len({ask.line_id for ask in asked}) < len(asked):
        found.append(Fault("/lines", "twice", "Name each line once, with the whole quantity."))
    for i, ask in enumerate(asked):
        line = known.get(ask.line_id)
        if line is None:
            found.append(Fault(f"/lines/{i}/line_id", "unknown_line", "This order has no such line."))
        elif not 1 <= ask.quantity <= line.quantity - line.returned:
            left = line.quantity - line.returned
            message = f"{left} of {line.name} can come back, not {ask.quantity}."
            found.append(Fault(f"/lines/{i}/quantity", "too_many", message))
    return found


def refund_minor(line: OrderLine, quantity: int) -> int:
    """Return what is owed for `quantity` more units of a line.

    The share is taken of the running sum, so that all parts of a line add up to its total whatever the order of returns.
    """
    before = line.total_minor * line.returned // line.quantity
    after = line.total_minor * (line.returned + quantity) // line.quantity
    return after - before


@dataclass(frozen=True, slots=True)
class Score:
    """A share of happy customers with its 95 % interval.

    Attributes:
        share: of ratings 4 and 5; None while there are too few to judge.
        low: lower end of the interval, 0 to 1.
        high: upper end.
        mean: average of all ratings, 1 to 5.
    """

    axis: str
    name: str
    n: int
    share: float | None
    low: float
    high: float
    mean: float


def score(tally: Tally) -> Score:
    """Return the score of a tally (Wilson 1927, "Probable inference"; the interval stays honest for small n)."""
    n, happy = tally.ratings, tally.happy
    low, high = wilson(happy, n)
    share = happy / n if n >= RATINGS_FEW else None
    return Score(tally.axis, tally.name, n, share, low, high, tally.score_sum / n if n else 0.0)


def wilson(happy: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of `happy` out of `n`, the share itself inside; everything is possible when n is 0."""
    if n == 0:
        return 0.0, 1.0
    share = happy / n
    spread = Z_95 * sqrt(share * (1 - share) / n + Z_95**2 / (4 * n**2))
    middle = share + Z_95**2 / (2 * n)
    scale = 1 + Z_95**2 / n
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return max(0.0, min(low, share)), min(
        1.0, max(high, share)
    )  # at none or all a float may miss by its last digit
