"""Which units a movement carries, of products whose units are all known by number: those it names, or all that it can mean."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from doorstep.platform.errors import Fault
from doorstep.stages.inventory.model import OUTSIDE, Movement, Serial, SerialAct, SerialState
from doorstep.stages.inventory.model.serials import NUMBER, SERIAL_MAX

ARRIVES: Mapping[str, Mapping[SerialState, SerialAct | None]] = {
    "supplier": {},
    "found": {
        SerialState.KNOWN: None,
        SerialState.RETURNED: None,
        SerialState.LOST: SerialAct.FIND,
        SerialState.SCRAPPED: SerialAct.FIND,
    },
    "customer": {SerialState.SHIPPED: SerialAct.RETURN, SerialState.RETURNED: None},
}
"""From beyond our walls: which units that lie nowhere may come in, and what that does to them."""

LEAVES: Mapping[str, SerialAct] = {"lost": SerialAct.LOSE, "scrap": SerialAct.SCRAP}

_S = SerialState
WHERE = {
    _S.KNOWN: "is here already",
    _S.PACKED: "is packed for an order",
    _S.SHIPPED: "has left, and comes back as a return",
    _S.RETURNED: "came back before",
    _S.LOST: "counts as lost: whoever counts its place finds it",
    _S.SCRAPPED: "was scrapped",
}


def whereabouts(one: Serial) -> str:
    """Say where a unit is, as the second half of a sentence."""
    return WHERE[SerialState(one.state)] + (f", in {one.place.replace(':', ' ')}" if one.place else "")


@dataclass(slots=True)
class Load:
    """What a movement carries: units that are known, and numbers that nobody knew before."""

    units: list[Serial] = field(default_factory=list)
    new: list[str] = field(default_factory=list)

    def act(self, movement: Movement, one: Serial) -> SerialAct | None:
        """Return what the movement does to a unit besides placing it."""
        if movement.from_place in ARRIVES:
            return ARRIVES[movement.from_place][SerialState(one.state)]
        return LEAVES.get(movement.to_place)


def load(movements: Mapping[int, Movement], there: Sequence[Serial]) -> tuple[dict[int, Load], list[Fault]]:
    """Return what movements carry, and what is wrong with the numbers they name.

    Args:
        movements: of products whose units are known by number, by their place in what was asked.
        there: the units they name, and those that they may mean.
    """
    known = {(one.product_id, one.serial): one for one in there}
    loads: dict[int, Load] = {}
    faults: list[Fault] = []
    named: set[tuple[UUID, str]] = set()
    for i, one in movements.items():
        if one.serials:
            loads[i] = Load()
            faults += _named(i, one, known, named, loads[i])
    for source, alike in _unnamed(movements):
        left = [
            unit for unit in there if (unit.product_id, unit.serial) not in named and _meant(unit, source)
        ]
        units = sum(movements[i].quantity for i in alike)
        if len(left) != units:
            faults += [_which(i, movements[i], len(left)) for i in alike]
            continue
        for i in alike:
            loads[i] = Load([left.pop() for _ in range(movements[i].quantity)])
    return loads, faults


def _named(
    i: int,
    one: Movement,
    known: Mapping[tuple[UUID, str], Serial],
    named: set[tuple[UUID, str]],
    load: Load,
) -> Iterator[Fault]:
    """Put the units that a movement names on its load; yield what is wrong with them."""
    if len(one.serials) != one.quantity:
        said = f"{one.quantity} units, but {len(one.serials)} numbers. Name each unit once."
        yield Fault(f"/{i}/serials", "count", said)
    for k, serial in enumerate(one.serials):
        at, unit = f"/{i}/serials/{k}", (one.product_id, serial)
        if not NUMBER.fullmatch(serial):
            said = f"Write the number in 1 to {SERIAL_MAX} letters, digits and signs, without blanks."
            yield Fault(at, "serial", said)
        elif unit in named:
            yield Fault(at, "repeated", f"Unit {serial} is named twice. Look again.")
        elif unit in known and _fits(known[unit], one):
            load.units.append(known[unit])
        elif unit in known:
            yield Fault(at, *_elsewhere(known[unit], one))
        elif one.from_place in ("supplier", "found"):
            load.new.append(serial)
        else:
            yield Fault(at, "unknown", f"Nobody knows a unit {serial}. Look at the number again.")
        named.add(unit)


def _elsewhere(unit: Serial, one: Movement) -> tuple[str, str]:
    said = f"Unit {unit.serial} {whereabouts(unit)}. Look at the number again."
    return ("known" if one.from_place in OUTSIDE else "not_there"), said


def _fits(unit: Serial, one: Movement) -> bool:
    """Whether a unit can go as a movement says."""
    if one.from_place in ARRIVES:
        return unit.place is None and SerialState(unit.state) in ARRIVES[one.from_place]
    return (unit.site_id, unit.place) == (one.site_id, one.from_place) and _free(unit, one)


def _free(unit: Serial, one: Movement) -> bool:
    """Whether a unit is not kept by a parcel that the movement is not about."""
    if "parcel" in (one.from_place, one.to_place) and one.reference is not None:
        return unit.parcel_id == one.reference
    return unit.state != SerialState.PACKED


def _meant(unit: Serial, one: Movement) -> bool:
    """Whether a movement that names nobody may mean a unit."""
    if one.product_id != unit.product_id or not _fits(unit, one):
        return False
    return one.from_place not in OUTSIDE or (one.from_place == "customer" and unit.order_id == one.order_id)


def _unnamed(movements: Mapping[int, Movement]) -> list[tuple[Movement, list[int]]]:
    """Return movements that name nobody, those that take the same units from the same place together."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for i, one in movements.items():
        if not one.serials:
            key = (one.site_id, one.product_id, one.from_place, one.to_place, one.reference, one.order_id)
            alike.setdefault(key, []).append(i)
    return [(movements[of[0]], of) for of in alike.values()]


def _which(i: int, one: Movement, there: int) -> Fault:
    said = f"Each of the {one.quantity} units has a serial number. Name them."
    if one.from_place not in OUTSIDE:
        said = f"{there} units could be meant, {one.quantity} move. Name the serial number of each that does."
    return Fault(f"/{i}/serials", "which", said)


def numbers_without(movements: Sequence[Movement], numbered: Collection[UUID]) -> list[Fault]:
    """Say which movements name units of products that are not known by number."""
    return [
        Fault(
            f"/{i}/serials",
            "no_serials",
            "The units of this product are not known by number. Leave them out.",
        )
        for i, one in enumerate(movements)
        if one.serials and one.product_id not in numbered
    ]
