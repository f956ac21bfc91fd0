"""Whether the sums of an order add up, to the minor unit."""

from dataclasses import dataclass, field

from doorstep.platform.errors import Fault
from doorstep.platform.measures import money
from doorstep.stages.orders.model.asked import AMOUNT_MAX, NewLine, NewOrder

QUANTITY_MAX = 1_000_000


@dataclass(slots=True)
class Sums:
    """What an order comes to.

    Attributes:
        line_totals: one per line.
        subtotal_minor: their sum.
        rounding_minor: by how much the payments differ from what the lines come to, within the merchant's tolerance.
        rounded: where it differs, for the order's history; empty when every sum is exact.
    """

    line_totals: list[int]
    subtotal_minor: int
    rounding_minor: int = 0
    rounded: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def line_total(line: NewLine) -> int:
    """Return what a line comes to: quantity × unit − discount + tax."""  # noqa: RUF002
    return line.quantity * line.unit_minor - line.discount_minor + line.tax_minor


def add_up(order: NewOrder, tolerance_minor: int) -> Sums:
    """Add an order up.

    Args:
        order: as it was sent.
        tolerance_minor: how far the grand total and the payments may be off; what is off is reported, never silent.
    """
    totals = [line_total(line) for line in order.lines]
    sums = Sums(totals, sum(totals))
    _check_lines(order, sums)
    due = sums.subtotal_minor - order.discount_minor + order.shipping_minor + order.tax_minor
    for name in ("discount_minor", "shipping_minor", "tax_minor", "total_minor"):
        if getattr(order, name) < 0:
            sums.faults.append(_negative(f"/{name}", name))
    if order.discount_minor > sums.subtotal_minor >= 0:
        sums.faults.append(
            Fault("/discount_minor", "above_subtotal", "The discount is larger than the lines. Lower it.")
        )
    paid = sum(payment.amount_minor for payment in order.payments)
    if due == order.total_minor == paid and due <= AMOUNT_MAX:
        return sums
    _compare(order, sums, due, paid, tolerance_minor)
    return sums


def _check_lines(order: NewOrder, sums: Sums) -> None:
    for i, line in enumerate(order.lines):
        total = sums.line_totals[i]
        if (
            1 <= line.quantity <= QUANTITY_MAX
            and line.unit_minor >= 0 <= total
            and line.discount_minor >= 0 <= line.tax_minor
            and line.total_minor in (None, total)
        ):
            continue
        sums.faults += _line_faults(f"/lines/{i}", line, total, order.currency)


def _line_faults(at: str, line: NewLine, total: int, currency: str) -> list[Fault]:
    found = []
    if not 1 <= line.quantity <= QUANTITY_MAX:
        found.append(
            Fault(
                f"{at}/quantity",
                "quantity",
                f"A line has 1 to {QUANTITY_MAX:,} units, not {line.quantity}. Send returns to /api/returns.",
            )
        )
    found += [
        _negative(f"{at}/{name}", name)
        for name in ("unit_minor", "discount_minor", "tax_minor")
        if getattr(line, name) < 0
    ]
    if not found and total < 0:
        found.append(
            Fault(f"{at}/discount_minor", "above_price", "The discount is larger than the line. Lower it.")
        )
    if not found and line.total_minor not in (None, total):
        found.append(
            Fault(
                f"{at}/total_minor",
                "line_total",
                f"{line.quantity} × {line.unit_minor} - {line.discount_minor} + {line.tax_minor} is {total}"  # noqa: RUF001
                f" ({money(total, currency)}), not {line.total_minor}. Send the right total or leave it out.",
            )
        )
    return found


def _compare(order: NewOrder, sums: Sums, due: int, paid: int, tolerance_minor: int) -> None:
    off_total, off_paid = order.total_minor - due, paid - order.total_minor
    if max(abs(due), abs(order.total_minor), abs(paid)) > AMOUNT_MAX:
        sums.faults.append(Fault("/total_minor", "too_large", "The order is too large. Split it."))
        return
    if abs(off_total) > tolerance_minor:
        sums.faults.append(
            Fault(
                "/total_minor",
                "total",
                f"Lines {sums.subtotal_minor} - discount {order.discount_minor} + shipping {order.shipping_minor}"
                f" + tax {order.tax_minor} is {due} ({money(due, order.currency)}), not {order.total_minor}."
                " Send sums that add up.",
            )
        )
    if abs(off_paid) > tolerance_minor:
        sums.faults.append(
            Fault(
                "/payments",
                "payments_sum",
                f"The payments add up to {paid} ({money(paid, order.currency)}), the total is {order.total_minor}."
                " Send payments that add up to the total.",
            )
        )
    sums.rounding_minor = paid - due
    sums.rounded = {
        name: off for name, off in (("total_minor", off_total), ("payments_minor", off_paid)) if off
    }


def _negative(pointer: str, name: str) -> Fault:
    return Fault(pointer, "negative", f"{name} cannot be negative. Send 0 or more.")
