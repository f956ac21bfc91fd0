"""Counts by number: what is wrong with the numbers that somebody found, who is missing, and who is unexpected. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.errors import Fault
from doorstep.stages.inventory.model import Counted, Serial, SerialState
from doorstep.stages.inventory.model.serials import NUMBER, NUMBERED_MAX, SERIAL_MAX
from doorstep.stages.inventory.rules.carrying import whereabouts

ELSEWHERE = (SerialState.PACKED, SerialState.SHIPPED)
"""What is in a parcel or with a customer by the books cannot be found in a place by counting: it is another unit, or a lead's case."""


@dataclass(frozen=True, slots=True)
class Units:
    """What a count by number comes to.

    Attributes:
        missing: by the books in the place, and not found.
        unexpected: found, and not there by the books.
        moved: those of them that lie elsewhere at the site by the books, and where.
    """

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    moved: Mapping[str, str]

    @property
    def off(self) -> int:
        """Units that differ."""
        return len(self.missing) + len(self.unexpected)


def compare(books: Sequence[str], found: Sequence[str], known: Mapping[str, Serial]) -> Units:
    """Compare the numbers that lie in a place by the books with those that were found.

    Args:
        books: by the books.
        found: found.
        known: units of the product that have these numbers, by number.
    """
    unexpected = tuple(one for one in sorted(found) if one not in set(books))
    places = {one: known[one].place for one in unexpected if one in known}
    return Units(
        tuple(one for one in sorted(books) if one not in set(found)),
        unexpected,
        {one: place for one, place in places.items() if place is not None},
    )


def found_faults(
    at: str, one: Counted, books: Sequence[str] | None, site_id: UUID, known: Mapping[str, Serial]
) -> Iterator[Fault]:
    """Say what is wrong with the numbers that somebody found.

    Args:
        at: pointer to what was found.
        one: what was found.
        books: what lies there by the books; None: the product's units are not known by number.
        site_id: where it was counted.
        known: units of the product that have these numbers, by number.
    """
    if books is None:
        if one.serials is not None:
            yield Fault(
                f"{at}/serials", "no_serials", "Units of this product have no numbers here. Say how many."
            )
        return
    if one.serials is None or len(one.serials) != one.quantity:
        yield Fault(
            f"{at}/serials", "count", "Each unit has a serial number. Name each that lies there, once."
        )
    if len(one.serials or ()) > NUMBERED_MAX:
        yield Fault(
            f"{at}/serials",
            "too_many",
            f"A count names up to {NUMBERED_MAX} units. Move some to another place first.",
        )
    named: set[str] = set()
    for k, serial in enumerate(one.serials or ()):
        pointer = f"{at}/serials/{k}"
        if not NUMBER.fullmatch(serial):
            said = f"Write the number in 1 to {SERIAL_MAX} letters, digits and signs, without blanks."
            yield Fault(pointer, "serial", said)
        elif serial in named:
            yield Fault(pointer, "repeated", f"Unit {serial} is named twice. Look again.")
        elif serial in known and serial not in books and (said := _cannot(known[serial], site_id)):
            yield Fault(pointer, "elsewhere", said)
        named.add(serial)


def _cannot(one: Serial, site_id: UUID) -> str:
    """Say why a unit cannot be found in a place of a site; '' if it can."""
    if SerialState(one.state) in ELSEWHERE:
        return f"Unit {one.serial} {whereabouts(one)}. Lay it aside for a lead."
    if one.site_id not in (None, site_id):
        return (
            f"Unit {one.serial} lies at another site by the books. Lay it aside until that place is counted."
        )
    return ""
