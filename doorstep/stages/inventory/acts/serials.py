"""Units with a number of their own come in, are packed, leave, and come back; each is in one parcel at a time."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.ids import new_id, new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.model import SERIAL, Serial, SerialAct, SerialClaim

Q = Statements("doorstep.stages.inventory")
Unit = tuple[UUID, str]
"""A product, and the number of one of its units."""


async def begin_serials(tx: Tx, units: Mapping[Unit, journal.Facts]) -> list[Serial]:
    """Make units known that come in with their numbers; return those that were known before, for which nothing was written.

    Two who name the same unit at once wait for each other: one of them brings it in.

    Args:
        tx: the open transaction.
        units: what the journal says of each one's beginning.
    """
    ids = dict(zip(units, new_ids(len(units)), strict=True))
    made = set(
        await tx.values(
            Q.begin_serials,
            ids=list(ids.values()),
            product_ids=[product_id for product_id, _ in ids],
            serials=[serial for _, serial in ids],
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
