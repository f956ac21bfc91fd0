"""Putting back: goods of canceled, held or changed orders return from totes and boxes to bins, unit by unit, by scan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from doorstep.platform.db import Tx
from doorstep.platform.gs1 import serial_in
from doorstep.platform.journal import note
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.catalog import Serials, is_tote
from doorstep.stages.inventory import Movement, serials_lying
from doorstep.stages.inventory import move as move_goods
from doorstep.stages.warehouse.acts.answers import answered_once
from doorstep.stages.warehouse.model import FULFILLMENT, FulfillmentState, ParcelState
from doorstep.stages.warehouse.rules.scanning import shown, units_of

Q = Statements("doorstep.stages.warehouse")
PARCEL_PREFIX = "P-"


class PutBackLine(Struct, frozen=True, kw_only=True):
    """Units that go back."""

    site_id: UUID
    source: Annotated[str, Meta(description="The tote (T-7), or the canceled parcel (P-1002), they lie in.")]
    order_number: int
    order_state: str
    sku: str
    name: str
    units: int
    bin: Annotated[str | None, Meta(description="Where more of it lies; any bin is accepted.")]


class PutBackAnswer(Struct, frozen=True, kw_only=True):
    """What became of a put-back."""

    accepted: bool
    code: str
    message: str
    left: Annotated[int, Meta(description="Units still in this tote or box.")]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the units lie, and what they belong to; `surplus`: only what was changed away goes back."""

    site_id: UUID
    place: str
    fulfillment_id: UUID
    order_id: UUID
    parcel_id: UUID | None
    surplus: bool = False


@dataclass(frozen=True, slots=True)
class _Tote:
    site_id: UUID
    fulfillment_id: UUID
    order_id: UUID
    state: str
    order_number: int
    order_state: str
    surplus: bool


@dataclass(frozen=True, slots=True)
class _Box:
    id: UUID
    site_id: UUID
    fulfillment_id: UUID
    order_id: UUID
    state: str
    order_number: int


@dataclass(frozen=True, slots=True)
class _Inside:
    product_id: UUID
    units: int
    sku: str
    name: str
    serials: str
    codes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PutBack:
    """One put-back: from where, which item, into which bin; `quantity` is how often the item's code counts."""

    source: str
    code: str
    bin: str
    quantity: int = 1
    site_id: UUID | None = None


async def put_backs(tx: Tx, site_id: UUID | None = None) -> list[PutBackLine]:
    """Return what goes back to its bins, at one site or at all."""
    return await tx.rows(Q.put_backs, PutBackLine, site_id=site_id)


async def put_back(tx: Tx, command_id: str, asked: PutBack) -> PutBackAnswer:
    """Put units back into a bin; what does not fit is answered and changes nothing.

    Raises:
        Refused: the command id was used for something else.
    """

    async def act() -> PutBackAnswer:
        source = await _find(tx, asked)
        return await _return(tx, asked, source) if isinstance(source, _Source) else source

    return await answered_once(tx, command_id, ["put_back", asked], PutBackAnswer, act)


def _no(code: str, message: str, left: int = 0) -> PutBackAnswer:
    return PutBackAnswer(accepted=False, code=code, message=message, left=left)


async def _find(tx: Tx, asked: PutBack) -> _Source | PutBackAnswer:
    source = asked.source.strip().upper()
    if is_tote(source):
        return await _find_tote(tx, source, asked.site_id)
    number = source.removeprefix(PARCEL_PREFIX)
    if number.isascii() and number.isdigit() and len(number) <= 18:
        box = await tx.row(Q.parcel_to_put_back, _Box, number=int(number), site_id=asked.site_id)
        if box and box.state == ParcelState.CANCELED:
            return _Source(box.site_id, "parcel", box.fulfillment_id, box.order_id, box.id)
        if box:
            return _no(
                "still_wanted",
                f"Parcel {number} of order {box.order_number} is {box.state}: leave it closed.",
            )
    return _no(
        "unknown_source", f"{shown(source)} is neither a tote in use nor a canceled parcel. Scan it again."
    )


async def _find_tote(tx: Tx, code: str, site_id: UUID | None) -> _Source | PutBackAnswer:
    found = await tx.rows(Q.tote_to_put_back, _Tote, code=code, site_id=site_id)
    if not found:
        return _no("unknown_source", f"{code} is empty: nothing of it goes back.")
    if len(found) > 1:
        return _no("which_site", f"{code} is in use at several sites. Say at which one you are.")
    tote = found[0]
    goes_back = tote.state == FulfillmentState.CANCELED or (
        tote.state == FulfillmentState.WAITING and tote.order_state != "accepted"
    )
    if not goes_back and not tote.surplus:
        return _no(
            "still_wanted", f"{code} belongs to order {tote.order_number}, which is {tote.state}. Leave it."
        )
    return _Source(
        tote.site_id, f"tote:{code}", tote.fulfillment_id, tote.order_id, None, surplus=not goes_back
    )


async def _by_number(
    tx: Tx, asked: PutBack, source: _Source, inside: Sequence[_Inside]
) -> list[tuple[_Inside, int, str]]:
    """Return the unit whose serial number was scanned, by itself or in its label, if it lies in there."""
    items = {one.product_id: one for one in inside if one.serials == Serials.ALL}
    if not items:
        return []
    number = serial_in(asked.code) or asked.code.strip()
    return [
        (items[one.product_id], 1, one.serial)
        for one in await serials_lying(tx, list(items), source.site_id, [source.place])
        if one.serial == number and (source.parcel_id is None or one.parcel_id == source.parcel_id)
    ]


async def _return(tx: Tx, asked: PutBack, source: _Source) -> PutBackAnswer:
    if source.parcel_id:
        inside = await tx.rows(Q.in_canceled_parcel, _Inside, parcel_id=source.parcel_id)
    elif source.surplus:
        inside = await tx.rows(
            Q.surplus_in_tote,
            _Inside,
            site_id=source.site_id,
            place=source.place,
            fulfillment_id=source.fulfillment_id,
        )
    else:
        inside = await tx.rows(Q.in_tote, _Inside, site_id=source.site_id, place=source.place)
    left = sum(one.units for one in inside)
    found = await _by_number(tx, asked, source, inside) or [
        (one, units * asked.quantity, "")
        for one in inside
        if (units := units_of(asked.code, one.codes, one.sku))
    ]
    if not found:
        return _no("wrong_item", f"{shown(asked.code)} does not lie in there. Scan an item from it.", left)
    item, units, number = found[0]
    if item.serials == Serials.ALL and not number:
        return _no("serial_needed", f"Scan the serial number of this {item.name}.", left)
    if units > item.units:
        return _no("too_many", f"Only {item.units} of {item.sku} lie in there. Take single pieces.", left)
    code = asked.bin.strip()
    if not await catalog.bins_there(tx, source.site_id, [code]):
        return _no("unknown_bin", f"There is no bin {shown(code)} here. Scan the bin's label.", left)
    goods = Movement(
        site_id=source.site_id,
        product_id=item.product_id,
        from_place=source.place,
        to_place=f"bin:{code}",
        quantity=units,
        reason="put_back",
        reference=source.parcel_id or source.fulfillment_id,
        order_id=source.order_id,
        serials=[number] if number else (),
    )
    await move_goods(tx, [goods])
    if source.parcel_id:
        await tx.run(Q.unpack_items, parcel_id=source.parcel_id, product_id=item.product_id, units=units)
    else:
        changed_away = await tx.value(
            Q.return_surplus, fulfillment_id=source.fulfillment_id, product_id=item.product_id, units=units
        )
        await tx.run(
            Q.unpick_items,
            fulfillment_id=source.fulfillment_id,
            product_id=item.product_id,
            units=units - changed_away,
        )
        await tx.run(Q.free_totes, fulfillment_ids=[source.fulfillment_id])
    facts = {"sku": item.sku, "units": units, "from": asked.source, "bin": code}
    await note(tx, FULFILLMENT, "put_back", [source.fulfillment_id], facts)
    said = f"{units} of {item.name} back in {code}."
    return PutBackAnswer(accepted=True, code="ok", message=said, left=left - units)
