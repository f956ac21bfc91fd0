"""Units that are known by number change place with their goods: what moves is named, or all that lies there moves."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, invalid
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.acts.serials import begin_serials
from doorstep.stages.inventory.model import OUTSIDE, SERIAL, Movement, Serial, SerialAct
from doorstep.stages.inventory.rules import carrying as rules
from doorstep.stages.inventory.rules.carrying import Load

Q = Statements("doorstep.stages.inventory")


async def carry(tx: Tx, movements: Sequence[Movement]) -> None:
    """Place the units that movements carry, of products whose units are all known by number, and write it into their stories.

    Raises:
        Refused: units have to be named and are not, or a named one cannot go as is said; every fault is named.
    """
    if not movements:
        return
    numbered = set(
        await tx.values(Q.numbered_products, product_ids=sorted({one.product_id for one in movements}))
    )
    faults = rules.numbers_without(movements, numbered)
    ours = {i: one for i, one in enumerate(movements) if one.product_id in numbered}
    if ours:
        loads, wrong = rules.load(ours, await _lock(tx, list(ours.values())))
        faults += wrong
    if faults:
        raise invalid(faults)
    if ours:
        await _begin(tx, ours, loads)
        await _place(tx, ours, loads)


async def _lock(tx: Tx, movements: Sequence[Movement]) -> list[Serial]:
    """Return the units that movements name or may mean; none of them changes until the transaction ends."""
    named = [(one.product_id, serial) for one in movements for serial in one.serials]
    unnamed = [one for one in movements if not one.serials]
    sources = [one for one in unnamed if one.from_place not in OUTSIDE]
    back = [one for one in unnamed if one.from_place == "customer" and one.order_id is not None]
    return await tx.rows(
        Q.lock_serials,
        Serial,
        product_ids=[product_id for product_id, _ in named],
        serials=[serial.replace("\x00", "") for _, serial in named],
        from_products=[one.product_id for one in sources],
        from_sites=[one.site_id for one in sources],
        from_places=[one.from_place for one in sources],
        out_products=[one.product_id for one in back],
        out_orders=[one.order_id for one in back],
    )


async def _begin(tx: Tx, movements: Mapping[int, Movement], loads: Mapping[int, Load]) -> None:
    """Make units known that come in for the first time.

    Raises:
        Refused: somebody else brought one of them in at this moment.
    """
    new = {
        (movements[i].product_id, serial): (i, movements[i]) for i, one in loads.items() for serial in one.new
    }
    if not new:
        return
    known = await begin_serials(
        tx,
        {unit: _facts(one) for unit, (_, one) in new.items()},
        {unit: (one.site_id, one.to_place) for unit, (_, one) in new.items()},
    )
    if known:
        raise invalid(
            [
                Fault(
                    f"/{i}/serials/{list(movements[i].serials).index(one.serial)}",
                    "known",
                    f"Unit {one.serial} {rules.whereabouts(one)}. Look at the number again.",
                )
                for one in known
                for i, _ in [new[one.product_id, one.serial]]
            ]
        )


async def _place(tx: Tx, movements: Mapping[int, Movement], loads: Mapping[int, Load]) -> None:
    carried = [
        (unit, movements[i], one.act(movements[i], unit)) for i, one in loads.items() for unit in one.units
    ]
    if not carried:
        return
    inside = [one.to_place not in OUTSIDE for _, one, _ in carried]
    await tx.run(
        Q.place_serials,
        ids=[unit.id for unit, _, _ in carried],
        site_ids=[one.site_id if stays else None for (_, one, _), stays in zip(carried, inside, strict=True)],
        places=[one.to_place if stays else None for (_, one, _), stays in zip(carried, inside, strict=True)],
    )
    facts = {unit.id: _facts(one) for unit, one, _ in carried}
    for act in (SerialAct.RETURN, SerialAct.FIND, SerialAct.LOSE, SerialAct.SCRAP):
        await journal.move_all(
            tx, SERIAL, act, sorted(unit.id for unit, _, of in carried if of == act), facts
        )
    within = sorted(unit.id for unit, one, of in carried if of is None and one.to_place not in OUTSIDE)
    await journal.note(tx, SERIAL, "moved", within, facts)


def _facts(one: Movement) -> dict[str, Any]:
    """Return what a unit's story says of a movement."""
    facts: dict[str, Any] = {
        "site_id": one.site_id,
        "from": one.from_place,
        "place": one.to_place,
        "why": one.reason,
    }
    refers: dict[str, UUID | None] = {"order_id": one.order_id}
    if one.from_place == "supplier":
        refers["arrival_id"] = one.reference
    return (
        facts
        | {name: of for name, of in refers.items() if of is not None}
        | ({"lot": one.lot} if one.lot else {})
    )
