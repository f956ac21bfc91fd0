"""Whether an order that came again is the same order: a shop that repeats itself is answered, one that contradicts itself is told."""

from collections.abc import Sequence

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.asked import Contact, NewOrder
from doorstep.stages.orders.model.found import Line, Order

WHERE = ("name", "street", "city", "postal_code", "country")


def differences(order: NewOrder, contact: Contact, first: Order, lines: Sequence[Line]) -> list[Fault]:
    """Return where an order differs from the first one under its external reference; empty when it is the same.

    Args:
        order: as it came again.
        contact: its address in the usual spelling.
        first: the order that is there.
        lines: the lines of that order, by position.
    """
    pairs: list[tuple[str, object, object]] = [
        ("/currency", order.currency, first.currency),
        ("/total_minor", order.total_minor, first.total_minor),
        ("/shipping_minor", order.shipping_minor, first.shipping_minor),
        ("/discount_minor", order.discount_minor, first.discount_minor),
        ("/tax_minor", order.tax_minor, first.tax_minor),
    ]
    if first.street:
        pairs += [(f"/ship_to/{name}", getattr(contact, name), getattr(first, name)) for name in WHERE]
    if len(order.lines) != len(lines):
        pairs.append(("/lines", f"{len(order.lines)} lines", f"{len(lines)} lines"))
    else:
        for i, (new, old) in enumerate(zip(order.lines, lines, strict=True)):
            pairs += [
                (f"/lines/{i}/sku", new.sku, old.sku),
                (f"/lines/{i}/quantity", new.quantity, old.quantity),
                (f"/lines/{i}/unit_minor", new.unit_minor, old.unit_minor),
            ]
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
