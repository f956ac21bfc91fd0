"""Settling plates with what was moved: the one writer of what stands on them, under the locks of the balances.

Rows are locked after the balances: plates by id. Whoever handles a plate reads it first and is stopped here if its history went on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.model import Movement
from doorstep.stages.inventory.model.plates import DEPTH_MAX, PLATE, Content, Handling, PlateAct, PlateState
from doorstep.stages.inventory.rules import plates as rules
from doorstep.stages.inventory.rules.plates import Kind

Q = Statements("doorstep.stages.inventory")
Spot = tuple[UUID, UUID, str]
"""(site, product, place), as balances are keyed."""

TRIES = 5


@dataclass(frozen=True, slots=True)
class _Standing:
    """Units on a plate, and how many of the same lot lie in its place in all."""

    plate_id: UUID
    site_id: UUID
    place: str
    product_id: UUID
    lot: str
    quantity: int
    lying: int

    @property
    def kind(self) -> Kind:
        """What the units are alike with."""
        return self.site_id, self.product_id, self.place, self.lot


@dataclass(frozen=True, slots=True)
class _Locked:
    id: UUID
    parent_id: UUID | None
    state: str
    seq: int


async def hold_places(tx: Tx, spots: Sequence[Spot]) -> None:
    """Lock what lies in places, in the order of all: nobody changes it, on plates or beside them, until the transaction ends."""
    ordered = sorted(set(spots))
    if ordered:
        await tx.values(Q.hold_places, **_columns(ordered))


async def settle_plates(tx: Tx, movements: Sequence[Movement], handling: Handling | None) -> None:
    """Let what stands on plates follow goods that were moved: by themselves loose units go first, then plates are opened.

    Args:
        tx: the open transaction, which has locked and changed the balances and the lots.
        movements: what was moved, by lot.
        handling: what is done to plates in the same act.

    Raises:
        Refused: somebody else handled one of the plates meanwhile, or less is on it, or loose beside it, than was to be taken.
    """
    if handling is None:
        await _open(tx, movements)
        return
    await _lock(tx, handling.seen)
    await _change(tx, handling.changes)
    if handling.spots:
        await _check_room(tx, handling.spots)
    if handling.moved:
        await tx.run(Q.stand_in, ids=list(handling.moved), place=handling.place)
    if handling.parents:
        await tx.run(Q.stand_on, ids=list(handling.parents), parent_ids=list(handling.parents.values()))
    for name, facts in handling.notes:
        await journal.note(tx, PLATE, name, sorted(facts), facts)
    await _end_empty(tx, list(handling.seen))


async def _lock(tx: Tx, seen: Mapping[UUID, int]) -> None:
    locked = await tx.rows(Q.lock_plates, _Locked, ids=sorted(seen))
    now = {one.id: one.seq for one in locked if one.state == PlateState.STANDING}
    if now != seen:
        raise Refused(Reason.CONFLICT, "Somebody else handles the plate right now. Scan it again.")


async def _change(tx: Tx, changes: Mapping[Content, int]) -> None:
    keys = sorted(key for key, units in changes.items() if units)
    if not keys:
        return
    short = await tx.tuples(
        Q.change_contents,
        plate_ids=[key[0] for key in keys],
        product_ids=[key[1] for key in keys],
        lots=[key[2] for key in keys],
        deltas=[changes[key] for key in keys],
    )
    if short:
        said = f"{short[0][3]} units of it are on the plate. Take less, or look at the plate again."
        raise Refused(Reason.CONFLICT, said, [Fault("/lines", "not_there", said)])


async def _check_room(tx: Tx, spots: Sequence[Spot]) -> None:
    """Refuse when fewer loose units lay in places than were put on plates there."""
    on_plates, lying = _sums(await _standing_in(tx, spots))
    for kind, plates in on_plates.items():
        if (more := sum(plates.values()) - lying[kind]) > 0:
            said = f"{more} units too few lie loose in {kind[2]}. Take less, or look what stands on other plates there."
            raise Refused(Reason.CONFLICT, said, [Fault("/lines", "not_loose", said)])


async def _open(tx: Tx, movements: Sequence[Movement]) -> None:
    """Take off plates what was taken beyond the loose units of a place; where no plate stands it costs one look."""
    spots = sorted(
        {
            (one.site_id, one.product_id, one.from_place)
            for one in movements
            if rules.can_stand(one.from_place)
        }
    )
    if not spots:
        return
    standing = await _standing_in(tx, spots)
    taken = rules.open_plates(*_sums(standing)) if standing else {}
    if not taken:
        return
    locked = await _lock_chains(tx, sorted({plate_id for plate_id, _, _ in taken}))
    await _change(tx, {key: -units for key, units in taken.items()})
    places = {one.plate_id: one.place for one in standing}
    facts: dict[UUID, dict[str, Any]] = {}
    for (plate_id, product_id, lot), units in taken.items():
        told = facts.setdefault(
            plate_id, {"to": _whither(movements, product_id, places[plate_id]), "lines": []}
        )
        told["lines"].append({"product_id": product_id, "lot": lot, "quantity": units})
    await journal.note(tx, PLATE, "opened", sorted(facts), facts)
    await _end_empty(tx, locked)


def _whither(movements: Sequence[Movement], product_id: UUID, place: str) -> str:
    """Return where units of a place went."""
    return next(one.to_place for one in movements if (one.product_id, one.from_place) == (product_id, place))


async def _lock_chains(tx: Tx, plate_ids: Sequence[UUID]) -> list[UUID]:
    """Lock plates with all that they stand on; who puts one of them elsewhere meanwhile makes us look again."""
    for _ in range(TRIES):
        ids: list[UUID] = await tx.values(Q.plates_under, ids=list(plate_ids))
        async with tx.connection.transaction() as attempt:
            locked = await tx.rows(Q.lock_plates, _Locked, ids=ids)
            if {one.parent_id for one in locked if one.parent_id} <= {one.id for one in locked}:
                return ids
            attempt.force_rollback = True
    raise Refused(Reason.CONFLICT, "Somebody else handles the plates there right now. Scan it again.")


async def _end_empty(tx: Tx, plate_ids: Sequence[UUID]) -> None:
    """End those of some locked plates that nothing is on any more, and then those that only they stood on."""
    for _ in range(DEPTH_MAX):
        empty = await tx.values(Q.empty_plates, ids=list(plate_ids))
        if not empty:
            return
        await journal.move(tx, PLATE, PlateAct.END, empty)


async def _standing_in(tx: Tx, spots: Sequence[Spot]) -> list[_Standing]:
    return await tx.rows(Q.standing_in, _Standing, **_columns(sorted(set(spots))))


def _sums(standing: Sequence[_Standing]) -> tuple[dict[Kind, dict[UUID, int]], dict[Kind, int]]:
    on_plates: dict[Kind, dict[UUID, int]] = {}
    for one in standing:
        on_plates.setdefault(one.kind, {})[one.plate_id] = one.quantity
    return on_plates, {one.kind: one.lying for one in standing}


def _columns(spots: Sequence[Spot]) -> dict[str, list[Any]]:
    return {
        "site_ids": [spot[0] for spot in spots],
        "product_ids": [spot[1] for spot in spots],
        "places": [spot[2] for spot in spots],
    }
