"""Where money that goes back is taken from."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.stages.orders.model.found import Payment


def shares(amount_minor: int, payments: Sequence[Payment]) -> list[tuple[UUID, int]] | None:
    """Spread a refund over an order's payments, the last one taken first.

    Returns:
        (payment id, amount) pairs, or None when less was taken (and not yet given back) than is asked.
    """
    left = amount_minor
    found = []
    for payment in sorted(payments, key=lambda one: one.id, reverse=True):
        part = min(left, payment.captured_minor - payment.refunded_minor)
        if part > 0:
            found.append((payment.id, part))
            left -= part
    return None if left else found
