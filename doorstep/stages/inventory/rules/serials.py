"""What is wrong with the numbers of units that come in."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from doorstep.platform.errors import Fault
from doorstep.stages.catalog import Product, Serials
from doorstep.stages.inventory.model import NUMBERED_MAX, SERIAL_MAX, Serial
from doorstep.stages.inventory.model.arrivals import Found, Intake
from doorstep.stages.inventory.model.serials import NUMBER
from doorstep.stages.inventory.rules.carrying import whereabouts


def numbered(i: int, one: Intake) -> Iterator[tuple[tuple[UUID, str], str]]:
    """Yield the units that a scan names, each with the pointer to its number."""
    for k, serial in enumerate(one.serials):
        yield (one.product_id, serial), f"/receipts/{i}/serials/{k}"


def number_faults(intakes: Mapping[int, Intake], products: Mapping[UUID, Product]) -> Iterator[Fault]:
    """Say what is wrong with the numbers in scans, whatever is known already.

    Args:
        intakes: the scans, by their place in what was sent.
        products: theirs, by id, as far as they are there.
    """
    named: set[tuple[UUID, str]] = set()
    for i, one in intakes.items():
        at = f"/receipts/{i}/serials"
        product = products.get(one.product_id)
        asks = product.serials if product else Serials.NONE
        if not one.serials and (asks != Serials.ALL or one.found == Found.REFUSED):
            continue
        if product is not None and asks == Serials.NONE:
            yield Fault(at, "no_serials", f"{product.sku} has no serial numbers. Leave them out.")
        if one.found == Found.REFUSED:
            yield Fault(at, "refused", "What is refused does not come in. Leave its numbers out.")
        if len(one.serials) > NUMBERED_MAX:
            yield Fault(
                at, "too_many", f"Name up to {NUMBERED_MAX} units in one scan, the others in another."
            )
        elif len(one.serials) != one.quantity:
            said = f"{one.quantity} units, but {len(one.serials)} numbers. Name each unit once."
            yield Fault(at, "count", said)
        for unit, pointer in numbered(i, one):
            if not NUMBER.fullmatch(unit[1]):
                said = f"Write the number in 1 to {SERIAL_MAX} letters, digits and signs, without blanks."
                yield Fault(pointer, "serial", said)
            elif unit in named:
                yield Fault(pointer, "repeated", f"Unit {unit[1]} is named twice. Look again.")
            named.add(unit)


def known_faults(intakes: Mapping[int, Intake], known: Sequence[Serial]) -> Iterator[Fault]:
    """Say which units cannot come in because the house knows them."""
    there = {(one.product_id, one.serial): one for one in known}
    for i, one in intakes.items():
        for unit, pointer in numbered(i, one):
            if unit in there:
                said = f"Unit {unit[1]} {whereabouts(there[unit])}. Look at the number again."
                yield Fault(pointer, "known", said)
