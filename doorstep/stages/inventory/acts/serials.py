"""Units with a number of their own come in, are packed, leave, and come back; each is in one parcel at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.ids import new_id, new_ids
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.inventory.acts.looking import lying
from doorstep.stages.inventory.model import SERIAL, Serial, SerialAct, SerialClaim

Q = Statements("doorstep.stages.inventory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which units are looked for; '' asks for all. They come in the order of their numbers, after one."""

    begins: str = ""
    place: str = ""
    state: str = ""
    after: str = ""


Unit = tuple[UUID, str]
"""A product, and the number of one of its units."""


async def begin_serials(
    tx: Tx, units: Mapping[Unit, journal.Facts], places: Mapping[Unit, tuple[UUID, str]] | None = None
) -> list[Serial]:
    """Make units known that come in with their numbers; return those that were known before, for which nothing was written.

    Two who name the same unit at once wait for each other: one of them brings it in.

    Args:
        tx: the open transaction.
        units: what the journal says of each one's beginning.
        places: site and place of each, if the house knows by number where they lie.
    """
    lying = places or {}
    ids = dict(zip(units, new_ids(len(units)), strict=True))
    made = set(
        await tx.values(
            Q.begin_serials,
            ids=list(ids.values()),
            product_ids=[product_id for product_id, _ in ids],
            serials=[serial for _, serial in ids],
            site_ids=[lying[unit][0] if unit in lying else None for unit in ids],
            places=[lying[unit][1] if unit in lying else None for unit in ids],
        )
    )
    told = {ids[unit]: facts for unit, facts in units.items() if ids[unit] in made}
    await journal.born(tx, SERIAL, list(told), told)
    return await serials_known(tx, [unit for unit in units if ids[unit] not in made])


async def serials_known(tx: Tx, units: Sequence[Unit]) -> list[Serial]:
    """Return those of some units that are known, here or not."""
    if not units:
        return []
    return await tx.rows(
        Q.serials_known,
        Serial,
        product_ids=[product_id for product_id, _ in units],
        serials=[serial for _, serial in units],
    )


async def pack_serial(tx: Tx, claim: SerialClaim) -> Serial | None:
    """Pack a unit by its number; return where it is already, if it is not free.

    Two who scan the same number at once wait for each other: one of them has it.
    """
    serial_id = new_id()
    if await tx.value(Q.know_serial, id=serial_id, product_id=claim.product_id, serial=claim.serial):
        await journal.born(tx, SERIAL, [serial_id])
    there = await tx.row(Q.serial, Serial, product_id=claim.product_id, serial=claim.serial)
    assert there is not None  # noqa: S101 - it was there, or was put there just now
    facts = {"order_id": claim.order_id, "parcel_id": claim.parcel_id}
    moves = await journal.move(tx, SERIAL, SerialAct.PACK, [there.id], facts)
    if not moves.moved:
        return there
    await tx.run(
        Q.bind_serial,
        id=there.id,
        order_id=claim.order_id,
        line_id=claim.line_id,
        parcel_id=claim.parcel_id,
    )
    return None


async def unpack_serials(tx: Tx, parcel_ids: Sequence[UUID]) -> None:
    """Take the units out of parcels that are opened again."""
    await _move(tx, SerialAct.UNPACK, parcel_ids)


async def ship_serials(tx: Tx, parcel_ids: Sequence[UUID]) -> None:
    """Let the units leave with their parcels."""
    await _move(tx, SerialAct.SHIP, parcel_ids)


async def _move(tx: Tx, act: SerialAct, parcel_ids: Sequence[UUID]) -> None:
    inside = await tx.values(Q.serials_in, parcel_ids=list(parcel_ids)) if parcel_ids else []
    if inside:
        await journal.move(tx, SERIAL, act, inside)


async def serials_of(tx: Tx, order_ids: Sequence[UUID]) -> list[Serial]:
    """Return the units that were packed for orders, line by line."""
    return await tx.rows(Q.serials_of, Serial, order_ids=list(order_ids))


async def serials_lying(
    tx: Tx, product_ids: Sequence[UUID], site_id: UUID, places: Sequence[str]
) -> list[Serial]:
    """Return the units of products that lie in some places of a site; of products whose units are all known by number."""
    return await tx.rows(
        Q.serials_lying, Serial, product_ids=list(product_ids), site_id=site_id, places=list(places)
    )


async def by_place(tx: Tx, product_id: UUID) -> list[tuple[UUID, str, int]]:
    """Return how many units of a product lie where by number: (site, place, units)."""
    return await tx.tuples(Q.serials_by_place, product_id=product_id)


async def find_serials(tx: Tx, product_id: UUID, wanted: Wanted, *, most: int) -> list[Serial]:
    """Return units of a product, in the order of their numbers."""
    return await tx.rows(
        Q.find_serials,
        Serial,
        product_id=product_id,
        begins=wanted.begins,
        place=wanted.place,
        state=wanted.state,
        after=wanted.after,
        most=most,
    )


async def serials_packed(tx: Tx, parcel_id: UUID) -> list[Serial]:
    """Return the units in a parcel, of products whose units are all known by number."""
    return await tx.rows(Q.serials_packed, Serial, parcel_id=parcel_id)


async def serials_called(tx: Tx, serial: str, own: UUID | None = None) -> list[Serial]:
    """Return the units that carry a number; several products may use the same one. Of one merchant's when asked so."""
    return await tx.rows(Q.serials_called, Serial, serial=serial.strip(), own=own)


async def take_back_serial(tx: Tx, serial: str, product_id: UUID) -> None:
    """Write down that a unit came back, so that it can be packed again.

    Raises:
        Refused: no such unit has left.
    """
    there = await tx.row(Q.serial, Serial, product_id=product_id, serial=serial)
    moves = await journal.move(tx, SERIAL, SerialAct.RETURN, [there.id]) if there else None
    if moves is None or not moves.moved:
        raise Refused(Reason.CONFLICT, f"No unit {serial} has left the house. Check the number.")


async def products_lying(tx: Tx, product_ids: Sequence[UUID]) -> set[UUID]:
    """Return of which products units lie here: what they ask of serials then stays."""
    return {one.product_id for one in await lying(tx, product_ids) if one.on_hand}


catalog.LIES.append(products_lying)
