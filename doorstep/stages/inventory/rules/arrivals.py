"""What an announcement has to say, and what is wrong with one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from doorstep.platform.barcodes import gs1_check_digit
from doorstep.platform.errors import Fault
from doorstep.stages.catalog import Product, ProductKind
from doorstep.stages.inventory.model import LOT_MAX, QUANTITY_MAX
from doorstep.stages.inventory.model.arrivals import (
    ELSEWHERE,
    PLATES_MAX,
    REFERENCE_MAX,
    Announced,
    AnnouncedLine,
    Found,
    Intake,
    Packed,
)
from doorstep.stages.inventory.model.plates import DEPTH_MAX

SSCC_DIGITS = 18


def read_sscc(code: str) -> str:
    """Return the 18 digits of a scanned plate, with or without its application identifier 00; '' when it is none."""
    digits = code.strip().removeprefix("]C1").removeprefix("(00)")
    if len(digits) == SSCC_DIGITS + 2 and digits.startswith("00"):
        digits = digits[2:]
    if len(digits) != SSCC_DIGITS or not (digits.isascii() and digits.isdigit()):
        return ""
    return digits if gs1_check_digit(digits[:-1]) == digits[-1] else ""


def plate_faults(plates: Sequence[str], pointer: str = "/plates") -> Iterator[Fault]:
    """Say which plates are none, or named twice."""
    if len(plates) > PLATES_MAX:
        yield Fault(pointer, "too_many", f"Name up to {PLATES_MAX} plates; these are {len(plates)}.")
    for i, plate in enumerate(plates):
        if read_sscc(plate) != plate:
            yield Fault(
                f"{pointer}/{i}",
                "sscc",
                f"{plate[:40]!r} is no SSCC. Write its 18 digits, the check digit last.",
            )
        elif plate in plates[:i]:
            yield Fault(f"{pointer}/{i}", "repeated", f"Plate {plate} is named twice. Leave one out.")


def announcement_faults(
    one: Announced, products: Mapping[UUID, Product], sites: Mapping[UUID, str]
) -> Iterator[Fault]:
    """Say everything that is wrong with an announcement.

    Args:
        one: the announcement.
        products: what its lines name, by id, as far as it is there.
        sites: the kinds of our sites, by id.
    """
    if not one.reference.strip() or len(one.reference) > REFERENCE_MAX:
        yield Fault("/reference", "reference", f"Write the number in 1 to {REFERENCE_MAX} characters.")
    if not one.supplier.strip():
        yield Fault("/supplier", "supplier", "Name the supplier by a code.")
    if sites.get(one.site_id) != "warehouse":
        yield Fault("/site", "site", "There is no such warehouse here. Name one by its code.")
    yield from plate_faults(one.plates)
    yield from packed_faults(one.lines, one.packed)
    if len(one.all_plates) > PLATES_MAX:
        yield Fault(
            "/packed", "too_many", f"Name up to {PLATES_MAX} plates; these are {len(one.all_plates)}."
        )
    if not one.lines:
        yield Fault("/lines", "lines", "Say what is to come: one line for each product.")
    for i, line in enumerate(one.lines):
        yield from _line_faults(f"/lines/{i}", line, one, products.get(line.product_id))


def _line_faults(at: str, line: AnnouncedLine, one: Announced, product: Product | None) -> Iterator[Fault]:
    if product is None or product.merchant_id != one.merchant_id:
        yield Fault(f"{at}/sku", "unknown_product", "The merchant has no such product. Check its SKU.")
    elif product.kind == ProductKind.KIT:
        yield Fault(
            f"{at}/sku", "kit", f"{product.sku} is a kit and comes as its components. Announce those."
        )
    if not 1 <= line.expected <= QUANTITY_MAX:
        yield Fault(
            f"{at}/expected", "range", f"{line.expected} is not between 1 and {QUANTITY_MAX} units. Mend it."
        )
    if len(line.lot) > LOT_MAX or not line.lot.isascii():
        yield Fault(f"{at}/lot", "lot", f"Write the lot in up to {LOT_MAX} letters, digits and signs.")


def packed_faults(
    lines: Sequence[AnnouncedLine], plates: Sequence[Packed], before: Sequence[Packed] = ()
) -> Iterator[Fault]:
    """Say what is wrong with what is said to stand on plates: it is a part of the lines, and plates stand on few others.

    Args:
        lines: what the arrival brings.
        plates: what is said now.
        before: what was said before of plates that nothing is said of now.
    """
    left: dict[UUID, int] = {}
    for line in lines:
        left[line.product_id] = left.get(line.product_id, 0) + line.expected
    for line in (line for packed in before for line in packed.lines):
        left[line.product_id] = left.get(line.product_id, 0) - line.expected
    onto = {packed.plate: packed.onto for packed in (*before, *plates)}
    for packed in before:
        yield from _onto_faults("/packed", packed, onto)
    for i, packed in enumerate(plates):
        at = f"/packed/{i}"
        if read_sscc(packed.plate) != packed.plate:
            said = f"{packed.plate[:40]!r} is no SSCC. Write its 18 digits, the check digit last."
            yield Fault(f"{at}/plate", "sscc", said)
        elif [other.plate for other in plates[:i]].count(packed.plate):
            yield Fault(f"{at}/plate", "repeated", f"Plate {packed.plate} is named twice. Leave one out.")
        yield from _onto_faults(at, packed, onto)
        if not packed.lines and packed.plate not in onto.values():
            yield Fault(f"{at}/lines", "lines", "Say what stands on the plate, or leave it out.")
        for k, line in enumerate(packed.lines):
            yield from _packed_line_faults(f"{at}/lines/{k}", line, left)


def _onto_faults(at: str, packed: Packed, onto: Mapping[str, str]) -> Iterator[Fault]:
    if packed.onto and packed.onto not in onto:
        said = f"Nothing is said of plate {packed.onto[:40]}. Name it with what stands on it."
        yield Fault(f"{at}/onto", "unknown_plate", said)
    below, deep = packed.onto, 1
    while below in onto and deep <= DEPTH_MAX:
        below, deep = onto[below], deep + 1
    if deep > DEPTH_MAX:
        said = f"Up to {DEPTH_MAX} plates stand on each other, and none on itself. Say it otherwise."
        yield Fault(f"{at}/onto", "depth", said)


def _packed_line_faults(at: str, line: AnnouncedLine, left: dict[UUID, int]) -> Iterator[Fault]:
    if line.product_id not in left:
        said = "The arrival brings no such product. Add a line that says how much of it comes in all."
        yield Fault(f"{at}/sku", "unknown_product", said)
        return
    if not 1 <= line.expected <= QUANTITY_MAX:
        said = f"{line.expected} is not between 1 and {QUANTITY_MAX} units. Mend it."
        yield Fault(f"{at}/expected", "range", said)
    if len(line.lot) > LOT_MAX or not line.lot.isascii():
        yield Fault(f"{at}/lot", "lot", f"Write the lot in up to {LOT_MAX} letters, digits and signs.")
    left[line.product_id] -= line.expected
    if left[line.product_id] < 0:
        said = (
            f"{-left[line.product_id]} more stand on plates than the arrival brings. Mend its line, or this."
        )
        yield Fault(f"{at}/expected", "over", said)


def by_lot(lines: Sequence[AnnouncedLine]) -> list[AnnouncedLine]:
    """Add up lines of one product and lot; of two last days the first one counts."""
    found: dict[tuple[UUID, str], AnnouncedLine] = {}
    for line in lines:
        before = found.get((line.product_id, line.lot))
        more = replace(before, expected=before.expected + line.expected) if before else line
        found[line.product_id, line.lot] = more
    return list(found.values())


class Over(StrEnum):
    """What it takes to take in more than was expected."""

    FINE = "fine"
    CONFIRM = "confirm"
    """Somebody looks twice."""
    LEAD = "lead"
    """Somebody from the desk does it."""


def over(expected: int, got: int, percent: int) -> Over:
    """Judge what came against what was expected: within the tolerance, beyond it or not expected at all, or more than twice as much."""
    if got * 100 <= expected * (100 + percent):
        return Over.FINE
    return Over.CONFIRM if expected == 0 or got <= 2 * expected else Over.LEAD


def intake_faults(i: int, one: Intake) -> Iterator[Fault]:
    """Say what is wrong with a scan by itself, whatever is expected."""
    at = f"/receipts/{i}"
    if not 1 <= one.quantity <= QUANTITY_MAX:
        yield Fault(
            f"{at}/quantity", "range", f"{one.quantity} is not between 1 and {QUANTITY_MAX} units. Mend it."
        )
    if one.found != Found.ACCEPTED and not one.why.strip():
        said = (
            f"Say why they are {one.found.replace('_', ' ')}."
            if one.found != Found.QUALITY_CHECK
            else "Say what is to be checked."
        )
        yield Fault(f"{at}/why", "why", said)
    if one.found == Found.ACCEPTED and not one.place:
        yield Fault(f"{at}/place", "place", "Scan the bin that they were put to.")
    if one.found == Found.ACCEPTED and one.offered and one.place not in one.offered and not one.placed_why:
        said = f"{one.offered[0].removeprefix('bin:')} was offered. Say why it is put elsewhere: {', '.join(ELSEWHERE).replace('_', ' ')}."
        yield Fault(f"{at}/placed_why", "elsewhere", said)
    if one.placed_why and one.placed_why not in ELSEWHERE:
        yield Fault(f"{at}/placed_why", "elsewhere", f"Choose one of these: {', '.join(ELSEWHERE)}.")
    if one.plate and read_sscc(one.plate) != one.plate:
        yield Fault(
            f"{at}/plate",
            "sscc",
            f"{one.plate[:40]!r} is no SSCC. Scan the plate's label again, or leave it out.",
        )


def summed(lines: Sequence[AnnouncedLine]) -> list[AnnouncedLine]:
    """Add up lines of one product; of several lots none is kept, since the scan will say which came."""
    found: dict[UUID, AnnouncedLine] = {}
    for line in lines:
        before = found.get(line.product_id)
        if before is None:
            found[line.product_id] = line
            continue
        same = (before.lot, before.expires_on) == (line.lot, line.expires_on)
        found[line.product_id] = replace(
            before,
            expected=before.expected + line.expected,
            lot=before.lot if same else "",
            expires_on=before.expires_on if same else None,
        )
    return list(found.values())
