"""Filling plates: loose goods are put on them, taken off them, and a plate is built up or broken down as a whole."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.inventory.acts import moving
from doorstep.stages.inventory.acts.lots import lots_of
from doorstep.stages.inventory.acts.plates import looking
from doorstep.stages.inventory.acts.plates.handling import Note, lifted, loaded, movements, steadily
from doorstep.stages.inventory.acts.plates.settling import hold_places
from doorstep.stages.inventory.acts.posting import check_places, post
from doorstep.stages.inventory.model.plates import PLATE, Handling, OnPlate, PlateLine, Tree
from doorstep.stages.inventory.rules import plates as rules

Q = Statements("doorstep.stages.inventory")


async def build_plate(
    tx: Tx,
    code: str,
    site_id: UUID,
    place: str,
    lines: Sequence[PlateLine] = (),
    nested: Sequence[str] = (),
) -> Tree:
    """Build a plate up of loose goods that lie in a place, and of plates that stand there.

    Args:
        tx: the open transaction.
        code: an SSCC, or what the house calls it.
        site_id: the warehouse.
        place: where it stands.
        lines: which goods of that place stand on it.
        nested: which plates stand on it.

    Raises:
        Refused: the code is none, or a plate of that code is in use; nothing is to be on it; too few loose units lie there, or a
            plate stands elsewhere.
    """
    named = rules.read_code(code)
    faults = list(rules.line_faults(lines))
    if not named:
        said = f"{code.strip()[:30]!r} is no plate. Scan an SSCC, or name it like P-1041: a letter, then letters, digits, dashes."
        faults.append(Fault("/code", "code", said))
    if not rules.can_stand(place):
        faults.append(Fault("/place", "place", f"A plate cannot stand in {place[:45]!r}. Scan a bin."))
    if not lines and not nested:
        faults.append(Fault("/lines", "lines", "Say what is on it: goods that lie there, or plates."))
    if faults:
        raise invalid(faults)
    await hold_places(tx, [(site_id, line.product_id, place) for line in lines])
    tree = await begin_plate(tx, named, site_id, place)
    await steadily(tx, nested, lambda trees: _build(tx, tree, lines, trees))
    return await looking.standing(tx, named)


async def _build(tx: Tx, tree: Tree, lines: Sequence[PlateLine], nested: Sequence[Tree]) -> None:
    """Put goods and plates on a new plate, all in one step, so that plates are locked in the order of all."""
    root = tree.root
    if faults := _build_faults(tree, nested):
        raise invalid(faults)
    units = await _choose(tx, tree, lines) if lines else {}
    seen, notes = dict(tree.seen), _filled(root.id, units)
    for one in nested:
        seen |= one.seen
        notes += [*lifted(one, nested=True), *loaded(one, tree)]
    handling = Handling(
        seen=seen,
        parents={one.root.id: root.id for one in nested},
        changes={(root.id, product_id, lot): quantity for (product_id, lot), quantity in units.items()},
        spots=[(root.site_id, product_id, root.place) for product_id, _ in units],
        notes=notes,
    )
    await post(tx, [], handling=handling)


def _build_faults(tree: Tree, nested: Sequence[Tree]) -> list[Fault]:
    faults = []
    for i, one in enumerate(nested):
        if (one.root.site_id, one.root.place) != (tree.root.site_id, tree.root.place):
            stands = one.root.place.removeprefix("bin:")
            said = f"Plate {one.root.code} stands in {stands}. Bring it here before, or put it on the plate later."
            faults.append(Fault(f"/plates/{i}", "elsewhere", said))
        elif one.root.id in {other.root.id for other in nested[:i]}:
            faults.append(Fault(f"/plates/{i}", "repeated", f"Plate {one.root.code} is named twice."))
        else:
            found = rules.nest_faults(one, tree)
            faults += [Fault(f"/plates/{i}", fault.code, fault.message) for fault in found]
    return faults


async def begin_plate(tx: Tx, code: str, site_id: UUID, place: str) -> Tree:
    """Begin a plate that something is put on in the same transaction; `code` is as it was read.

    Raises:
        Refused: a plate of that code is in use, it is a bin's code, or there is no such place.
    """
    await check_places(tx, [(site_id, place)])
    if code in await catalog.bins_there(tx, site_id, [code]):
        said = f"{code} is a bin. Scan the label of the plate."
        raise invalid([Fault("/code", "code", said)])
    plate_id = new_id()
    if not await tx.values(Q.add_plate, id=plate_id, code=code, site_id=site_id, place=place):
        said = f"Plate {code} is in use already. Scan it to see where, or take another one."
        raise Refused(Reason.CONFLICT, said, [Fault("/code", "plate_taken", said)])
    await journal.born(tx, PLATE, [plate_id], {"place": place})
    return await looking.tree_of(tx, plate_id)


async def fill_plate(tx: Tx, code: str, lines: Sequence[PlateLine]) -> Tree:
    """Put loose goods that lie where a plate stands on it.

    Raises:
        Refused: there is no such plate, or too few loose units lie there.
    """
    if faults := list(rules.line_faults(lines)):
        raise invalid(faults)
    await steadily(tx, [code], lambda trees: _put(tx, trees[0], lines))
    return await looking.standing(tx, code)


async def _put(tx: Tx, tree: Tree, lines: Sequence[PlateLine]) -> None:
    await put_on(tx, tree, await _choose(tx, tree, lines))


async def _choose(tx: Tx, tree: Tree, lines: Sequence[PlateLine]) -> dict[tuple[UUID, str], int]:
    """Choose of which lots loose units are put on a plate.

    Raises:
        Refused: too few lie loose where it stands.
    """
    products = sorted({line.product_id for line in lines})
    loose, days = await looking.loose_units(tx, tree.root.site_id, tree.root.place, products)
    taken, faults = rules.choose(lines, loose, days)
    if faults:
        raise Refused(Reason.CONFLICT, "Too few loose units lie there. Nothing was put on the plate.", faults)
    return taken


async def put_on(tx: Tx, tree: Tree, units: Mapping[tuple[UUID, str], int]) -> None:
    """Put units that lie loose where a plate stands on it, by (product, lot).

    Raises:
        Refused: fewer lie loose there, or somebody else handled the plate meanwhile.
    """
    root = tree.root
    handling = Handling(
        seen=tree.seen,
        changes={(root.id, product_id, lot): quantity for (product_id, lot), quantity in units.items()},
        spots=[(root.site_id, product_id, root.place) for product_id, _ in units],
        notes=_filled(root.id, units),
    )
    await post(tx, [], handling=handling)


def _filled(plate_id: UUID, units: Mapping[tuple[UUID, str], int]) -> list[Note]:
    return [("filled", {plate_id: {"lines": _told(units)}})] if units else []


async def take_off(tx: Tx, code: str, lines: Sequence[PlateLine], *, place: str = "") -> Tree:
    """Take goods off a plate: they lie loose in another place, or where it stands. A plate that nothing is on any more ends.

    Returns:
        The plate as it is afterwards, also if it ended.

    Raises:
        Refused: there is no such plate or place, or less is on it.
    """
    if faults := list(rules.line_faults(lines)):
        raise invalid(faults)

    async def work(trees: Sequence[Tree]) -> None:
        [tree] = trees
        here = [one for one in tree.contents if one.plate_id == tree.root.id]
        products = list({one.product_id for one in here})
        days = {(one.product_id, one.lot): one.expires_on for one in await lots_of(tx, products)}
        there = {(one.product_id, one.lot): one.quantity for one in here}
        taken, faults = rules.choose(lines, there, days)
        if faults:
            raise Refused(Reason.CONFLICT, "Less than that is on the plate. Nothing was taken off.", faults)
        off = [OnPlate(tree.root.id, product_id, lot, units) for (product_id, lot), units in taken.items()]
        await _take(tx, tree, off, place or tree.root.place)

    await steadily(tx, [code], work)
    return await looking.plate_called(tx, code)


async def _take(tx: Tx, tree: Tree, off: Sequence[OnPlate], place: str) -> None:
    root = tree.root
    taken = {(one.product_id, one.lot): one.quantity for one in off}
    handling = Handling(
        seen=tree.seen,
        changes={(root.id, product_id, lot): -units for (product_id, lot), units in taken.items()},
        spots=[(root.site_id, product_id, root.place) for product_id, _ in taken],
        notes=[("opened", {root.id: {"to": place, "lines": _told(taken)}})],
    )
    if place == root.place:
        await post(tx, [], handling=handling)
    else:
        await moving.move(tx, movements(tree, off, place), handling)


async def break_down(tx: Tx, code: str) -> Tree:
    """Take everything off a plate: its goods lie loose where it stood, plates that stood on it stand there by themselves.

    Returns:
        The plate, which has ended.

    Raises:
        Refused: there is no such plate in use.
    """

    async def work(trees: Sequence[Tree]) -> None:
        [tree] = trees
        root = tree.root
        nested = [one for one in tree.plates if one.parent_id == root.id]
        here = {(one.product_id, one.lot): one.quantity for one in tree.contents if one.plate_id == root.id}
        handling = Handling(
            seen=tree.seen,
            parents={one.id: None for one in nested},
            changes={(root.id, *line): -units for line, units in here.items()},
            spots=[(root.site_id, product_id, root.place) for product_id, _ in here],
            notes=[
                ("opened", {root.id: {"to": root.place, "lines": _told(here)}}),
                ("lifted", {one.id: {"from": root.code} for one in nested}),
            ],
        )
        await post(tx, [], handling=handling)

    await steadily(tx, [code], work)
    return await looking.plate_called(tx, code)


def _told(units: Mapping[tuple[UUID, str], int]) -> list[dict[str, object]]:
    """Return what the journal says of goods on a plate."""
    return [
        {"product_id": product_id, "lot": lot, "quantity": quantity}
        for (product_id, lot), quantity in sorted(units.items())
    ]
