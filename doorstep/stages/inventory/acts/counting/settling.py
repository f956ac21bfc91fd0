"""What a count came to is posted: units that are missing or turned up, by number where each is known by it; then the count is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused, invalid
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import rules
from doorstep.stages.inventory.acts.breaking import make_room
from doorstep.stages.inventory.acts.posting import post
from doorstep.stages.inventory.acts.serials import serials_known
from doorstep.stages.inventory.model import Counted, Movement
from doorstep.stages.inventory.model.counting import Found
from doorstep.stages.inventory.model.serials import NUMBER
from doorstep.stages.inventory.rules.units_counted import Units, compare, found_faults

Q = Statements("doorstep.stages.inventory")


@dataclass(frozen=True, slots=True)
class Begun:
    """A count under way, and what the books say of the place right now; `numbers` only where each unit is known by its number."""

    id: UUID
    site_id: UUID
    place: str
    product_id: UUID
    tries: int
    stage: str
    closed: bool
    on_hand: int
    version: int
    price_minor: int
    numbers: Sequence[str] | None

    @property
    def books(self) -> Found:
        """What lies there by the books."""
        return self.on_hand if self.numbers is None else frozenset(self.numbers)


async def units_of(tx: Tx, counted: Sequence[tuple[str, Begun, Counted]]) -> list[Units | None]:
    """Compare what was found by number with the books, count by count; None where units have no numbers.

    Args:
        tx: the open transaction.
        counted: pointer to each, its count, and what was found.

    Raises:
        Refused: something is wrong with the numbers; every fault is named.
    """
    named = sorted(
        {
            (begun.product_id, serial)
            for _, begun, one in counted
            for serial in one.serials or ()
            if NUMBER.fullmatch(serial)
        }
    )
    known = {(one.product_id, one.serial): one for one in await serials_known(tx, named)}
    faults, found = [], []
    for at, begun, one in counted:
        mine = {
            serial: unit for (product_id, serial), unit in known.items() if product_id == begun.product_id
        }
        faults += [] if begun.closed else list(found_faults(at, one, begun.numbers, begun.site_id, mine))
        found.append(None if begun.numbers is None else compare(begun.numbers, one.serials or (), mine))
    if faults:
        raise invalid(faults)
    return found


async def post_difference(
    tx: Tx, begun: Begun, difference: int, units: Units | None, why: str = "count"
) -> bool:
    """Post what differs unless the place changes at this very moment; a shortage breaks the youngest promises.

    Args:
        tx: the open transaction.
        begun: the count.
        difference: units that lie there beyond the books.
        units: who is missing and who is unexpected, where each is known by number.
        why: the reason that the ledger gives.
    """
    steps = _by_number(begun, units, why) if units else _by_units(begun, difference, why)
    if not steps:
        return True
    spot, version = (begun.site_id, begun.product_id, begun.place), begun.version
    try:
        async with tx.connection.transaction():
            for movements in steps:
                lost = sum(one.quantity for one in movements if one.to_place == "lost")
                if lost and rules.is_sellable(begun.place):
                    await make_room(tx, {(begun.product_id, begun.site_id): lost}, "count")
                await post(tx, movements, versions={spot: version})
                version += 1
    except Refused:
        return False
    return True


def _by_units(begun: Begun, difference: int, why: str) -> list[list[Movement]]:
    if not difference:
        return []
    there, away = ("found", begun.place) if difference > 0 else (begun.place, "lost")
    return [[_movement(begun, there, away, abs(difference), why)]]


def _by_number(begun: Begun, units: Units, why: str) -> list[list[Movement]]:
    """Return what turns up first, from where it lay by the books, then what is lost."""
    sources: dict[str, list[str]] = {}
    for serial in units.unexpected:
        sources.setdefault(units.moved.get(serial, "found"), []).append(serial)
    come = [_movement(begun, place, begun.place, len(of), why, of) for place, of in sorted(sources.items())]
    gone = [_movement(begun, begun.place, "lost", len(units.missing), why, units.missing)]
    return [*([come] if come else []), *([gone] if units.missing else [])]


def _movement(
    begun: Begun, source: str, goal: str, quantity: int, why: str, serials: Sequence[str] = ()
) -> Movement:
    return Movement(
        site_id=begun.site_id,
        product_id=begun.product_id,
        from_place=source,
        to_place=goal,
        quantity=quantity,
        reason=why,
        reference=begun.id,
        serials=serials,
    )


async def close_count(
    tx: Tx,
    begun: Begun,
    counted: int,
    difference: int,
    units: Units | None,
    *,
    why: str | None = None,
    note: str = "",
) -> None:
    """End a count whose difference is posted, and tell it."""
    posted = bool(units.missing) + bool(units.unexpected) if units else bool(difference)
    await tx.run(
        Q.close_count,
        id=begun.id,
        counted=counted,
        difference=difference,
        version=begun.version + posted,
        why=why,
        note=note,
        actor=tx.actor,
    )
    facts: dict[str, Any] = {
        "product_id": begun.product_id,
        "place": begun.place,
        "counted": counted,
        "difference": difference,
    }
    if units and units.off:
        facts |= {"missing": list(units.missing), "unexpected": list(units.unexpected)}
    await journal.tell(tx, "count", "posted", [begun.id], facts if why is None else {**facts, "why": why})
