"""Whether an order that came again is the same order: a shop that repeats itself is answered, one that contradicts itself is told."""

from collections.abc import Sequence

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.asked import Contact, NewOrder
from doorstep.stages.orders.model.found import Line, Order

SUMS = ("currency", "total_minor", "shipping_minor", "discount_minor", "tax_minor")
WHERE = ("name", "street", "city", "postal_code", "country")


def differences(order: NewOrder, contact: Contact, first: Order, lines: Sequence[Line]) -> list[Fault]:
    """Return where an order differs from the first one under its external reference; empty when it is the same.

    Of one that was split or merged since, only the address is compared.

    Args:
        order: as it came again.
        contact: its address in the usual spelling.
        first: the order that is there.
        lines: the lines of that order, by position.
    """
    pairs = [] if first.regrouped else _contents(order, first, lines)
    if first.street:
        pairs += [(f"/ship_to/{name}", getattr(contact, name), getattr(first, name)) for name in WHERE]
    return [
        Fault(
            pointer,
            "differs",
            f"Order {first.number} under this external_ref says {there!r}, this one says {here!r}."
            " Use a new reference, or change that order.",
        )
        for pointer, here, there in pairs
        if here != there
    ]


def _contents(order: NewOrder, first: Order, lines: Sequence[Line]) -> list[tuple[str, object, object]]:
    pairs = [(f"/{name}", getattr(order, name), getattr(first, name)) for name in SUMS]
    if len(order.lines) != len(lines):
        return [*pairs, ("/lines", f"{len(order.lines)} lines", f"{len(lines)} lines")]
    return pairs + [
        (f"/lines/{i}/{name}", getattr(new, name), getattr(old, name))
        for i, (new, old) in enumerate(zip(order.lines, lines, strict=True))
        for name in ("sku", "quantity", "unit_minor")
    ]
