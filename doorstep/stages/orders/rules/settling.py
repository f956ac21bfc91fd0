"""How a difference in money is settled over the payments of an order that was changed."""

from collections.abc import Sequence

from doorstep.platform.errors import Fault
from doorstep.platform.measures import money
from doorstep.stages.orders.model.changing import Settlement
from doorstep.stages.orders.model.found import Payment
from doorstep.stages.orders.model.lifecycles import PaymentState

NOT_TAKEN = frozenset(
    {
        PaymentState.OWED,
        PaymentState.ASKED,
        PaymentState.UNKNOWN,
        PaymentState.DECLINED,
        PaymentState.LAPSED,
        PaymentState.AUTHORIZED,
    }
)


def settle(payments: Sequence[Payment], difference_minor: int) -> tuple[Settlement, list[Fault]]:
    """Return how a difference is settled: more is asked for; less is not taken, else given back, the last payment first.

    Args:
        payments: of the order.
        difference_minor: what it comes to now, less what it came to before.
    """
    if difference_minor >= 0:
        return Settlement(further_minor=difference_minor), []
    left = -difference_minor
    releases, refunded = [], []
    last_first = sorted(payments, key=lambda one: one.id, reverse=True)
    for one in last_first:
        part = min(left, one.needed_minor - one.due_minor) if one.state in NOT_TAKEN else 0
        if part:
            releases.append((one.id, part))
            left -= part
    for one in last_first:
        kept = min(one.captured_minor - one.refunded_minor, one.needed_minor)
        part = min(left, kept) if one.state == PaymentState.CAPTURED else 0
        if part:
            refunded.append((one.id, part))
            left -= part
    if not left:
        return Settlement(tuple(releases), tuple(refunded)), []
    currency = payments[0].currency if payments else ""
    taking = any(one.state == PaymentState.CAPTURING for one in payments)
    parted = any(one.due_minor and one.state in NOT_TAKEN for one in payments)
    if taking:
        said = "A payment is being taken right now. Try again in a minute."
    elif parted:
        said = f"{money(left, currency)} of it was taken for parcels that have left. Change less, and refund the rest."
    else:
        said = f"{money(left, currency)} of it was given back before. Change less."
    return Settlement(), [Fault("", "not_payable_back", said)]
