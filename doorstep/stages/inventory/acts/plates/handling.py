"""Handling plates: a whole plate moves with all that is on it, is put on another one, or taken off it, by one scan."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.stages.inventory.acts import moving
from doorstep.stages.inventory.acts.plates.looking import standing
from doorstep.stages.inventory.acts.plates.settling import TRIES
from doorstep.stages.inventory.acts.posting import check_places, post
from doorstep.stages.inventory.acts.putaway import lot_faults
from doorstep.stages.inventory.model import Movement, Receipt
from doorstep.stages.inventory.model.plates import Handling, OnPlate, Tree
from doorstep.stages.inventory.rules import plates as rules

T = TypeVar("T")
Note = tuple[str, dict[UUID, dict[str, Any]]]


async def steadily(tx: Tx, codes: Sequence[str], work: Callable[[Sequence[Tree]], Awaitable[T]]) -> T:
    """Read plates and work on them; when somebody else handled one of them meanwhile, read them anew and try again.

    Args:
        tx: the open transaction.
        codes: the plates, as they were scanned.
        work: what is done with them; it is taken back when it is refused.

    Raises:
        Refused: one of them is not there, or the work was refused of plates as they are now.
    """
    trees = [await standing(tx, code) for code in codes]
    for left in range(TRIES, 0, -1):
        try:
            async with tx.connection.transaction():
                return await work(trees)
        except Refused:
            now = [await standing(tx, code) for code in codes]
            if left == 1 or [one.seen for one in now] == [one.seen for one in trees]:
                raise
            trees = now
    raise AssertionError("the last try returns or raises")


async def move_plate(tx: Tx, code: str, place: str, *, seen_in: str = "") -> Tree:
    """Move a plate with all that is on it to a place; one that stood on another plate is taken off it.

    Args:
        tx: the open transaction.
        code: the plate, as it was scanned.
        place: where it is put; where it stands already, nothing changes.
        seen_in: where it stood when somebody decided that; '': wherever it stands.

    Returns:
        The plate as it is afterwards.

    Raises:
        Refused: there is no such plate or place, lots would mix where they are kept apart, or it stands elsewhere by now.
    """

    async def work(trees: Sequence[Tree]) -> None:
        [tree] = trees
        root = tree.root
        if seen_in and seen_in != root.place != place:
            said = f"Plate {root.code} was moved to {root.place.removeprefix('bin:')} meanwhile. Look at it again."
            raise Refused(Reason.CONFLICT, said, [Fault("/seen_in", "moved", said)])
        if place != root.place or root.parent_id:
            await carry(tx, tree, place, [*lifted(tree)], parent=None)

    await steadily(tx, [code], work)
    return await standing(tx, code)


async def nest_plate(tx: Tx, code: str, onto: str) -> Tree:
    """Put a plate on another one; it goes to where that one stands. Done before, nothing changes.

    Returns:
        The plate that it was put on, as it is afterwards.

    Raises:
        Refused: one of them is not there, it would stand on itself, or too many would stand on each other.
    """

    async def work(trees: Sequence[Tree]) -> None:
        child, below = trees
        if child.root.parent_id == below.root.id:
            return
        if faults := list(rules.nest_faults(child, below)):
            raise invalid(faults)
        notes = [*lifted(child, nested=True), *loaded(child, below)]
        await carry(tx, child, below.root.place, notes, parent=below)

    await steadily(tx, [code, onto], work)
    return await standing(tx, onto)


def lifted(tree: Tree, *, nested: bool = False) -> list[Note]:
    """Return what is noted when a plate leaves the one that it stands on."""
    if not tree.below:
        return []
    told: list[Note] = [("unloaded", {tree.below[0].id: {"plate": tree.root.code}})]
    return told if nested else [("lifted", {tree.root.id: {"from": tree.below[0].code}}), *told]


def loaded(tree: Tree, below: Tree) -> list[Note]:
    """Return what is noted when a plate is put on another one."""
    return [
        ("nested", {tree.root.id: {"onto": below.root.code}}),
        ("loaded", {below.root.id: {"plate": tree.root.code}}),
    ]


async def carry(tx: Tx, tree: Tree, place: str, notes: Sequence[Note], *, parent: Tree | None) -> None:
    """Bring a plate with all that is on it to a place, to stand there on another plate or on none."""
    root, ids = tree.root, [one.id for one in tree.plates]
    seen = {**tree.seen, **(parent.seen if parent else {})}
    parents = {root.id: parent.root.id if parent else None}
    if place == root.place:
        await post(tx, [], handling=Handling(seen=seen, parents=parents, notes=notes))
        return
    await _check(tx, tree, place)
    moved: Note = (
        "moved",
        {
            one: {"from": root.place, "to": place, **({} if one == root.id else {"with": root.code})}
            for one in ids
        },
    )
    handling = Handling(seen=seen, moved=ids, place=place, parents=parents, notes=[moved, *notes])
    await moving.move(tx, movements(tree, tree.contents, place), handling)


async def _check(tx: Tx, tree: Tree, place: str) -> None:
    root = tree.root
    if not rules.can_stand(place):
        said = f"A plate cannot stand in {place[:45]!r}. Scan a bin."
        raise invalid([Fault("/place", "place", said)])
    await check_places(tx, [(root.site_id, place)])
    arriving = [
        Receipt(
            site_id=root.site_id, product_id=one.product_id, place=place, quantity=one.quantity, lot=one.lot
        )
        for one in tree.contents
    ]
    if faults := await lot_faults(tx, arriving):
        raise invalid([Fault("/place", fault.code, fault.message) for fault in faults[:1]])


def movements(tree: Tree, contents: Sequence[OnPlate], place: str) -> list[Movement]:
    """Return the movements of what is on a plate to a place: exactly those lots, the units of each added up."""
    units: dict[tuple[UUID, str], int] = {}
    for one in contents:
        units[one.product_id, one.lot] = units.get((one.product_id, one.lot), 0) + one.quantity
    return [
        Movement(
            site_id=tree.root.site_id,
            product_id=product_id,
            from_place=tree.root.place,
            to_place=place,
            quantity=quantity,
            reason="plate",
            reference=tree.root.id,
            lot=lot,
            nameless=not lot,
        )
        for (product_id, lot), quantity in sorted(units.items())
    ]
