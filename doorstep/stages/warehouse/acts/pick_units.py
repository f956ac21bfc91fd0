"""Picking units that are known by number: each must lie in the bin by the books, and is in one hand."""

from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import Movement, serials_called, serials_lying, whereabouts
from doorstep.stages.inventory import move as move_goods
from doorstep.stages.warehouse.rules.scanning import Wrong

Q = Statements("doorstep.stages.warehouse")


async def not_here(tx: Tx, site_id: UUID, pick_id: UUID, unit: tuple[UUID, str], place: str) -> Wrong | None:
    """Say why a unit (product, number) cannot be taken from a bin: it lies elsewhere by the books, or somebody has it in the hand."""
    product_id, serial = unit
    lying = await serials_lying(tx, [product_id], site_id, [place])
    if not any(one.serial == serial for one in lying):
        known = [one for one in await serials_called(tx, serial) if one.product_id == product_id]
        where = whereabouts(known[0]) if known else "is not known here"
        return Wrong("serial_elsewhere", f"Unit {serial} {where}. Lay it aside and scan another.")
    held = await tx.value(
        Q.in_other_hands, site_id=site_id, product_id=product_id, place=place, pick_id=pick_id, serial=serial
    )
    if held:
        return Wrong("serial_taken", f"Somebody else has unit {serial} in the hand. Scan another.")
    return None


async def move_units(tx: Tx, goods: Movement) -> Wrong | None:
    """Move what is in the hand; say so if somebody was faster with one of its numbers.

    Raises:
        Refused: as `move`, for goods that are not known by number.
    """
    try:
        async with tx.connection.transaction():
            await move_goods(tx, [goods])
    except Refused as refused:
        if not goods.serials or refused.reason != Reason.INVALID:
            raise
        said = refused.faults[0].message if refused.faults else refused.message
        return Wrong("serial_taken", f"{said} Put all {goods.quantity} back and scan them again.")
    return None
