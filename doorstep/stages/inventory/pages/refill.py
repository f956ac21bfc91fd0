"""Refilling on the handheld: scan the bin of bulk, the product, say how many, scan the face. How far one is stands in the address."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.gs1 import read_label
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.catalog import Scanned, Serials
from doorstep.stages.inventory.acts import refilling
from doorstep.stages.inventory.api.goods import NO_NUL
from doorstep.stages.inventory.model.refills import Refill, RefillState
from doorstep.stages.inventory.model.serials import NUMBER
from doorstep.stages.inventory.pages.receive import FLOOR, Units

NUMBERS_LONG = 4000
"""Most characters of numbers that are scanned: they stand in the address."""
Numbers = Annotated[str, QueryParameter(max_length=NUMBERS_LONG, pattern=NO_NUL)]
Flag = Annotated[str, QueryParameter(max_length=1, pattern="^[01]?$")]


def _at(refill_id: UUID, **known: object) -> str:
    told = urlencode({name: of for name, of in known.items() if of})
    return f"/refill/{refill_id}?{told}" if told else f"/refill/{refill_id}"


@get("/refill", opt=allow(*FLOOR), include_in_schema=False)
async def refill_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the walks that wait; one's own that is under way comes first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await refilling.refills(tx)
        sites = await catalog.sites(tx)
    mine = [one for one in found if one.taken_by == who.actor and one.state == RefillState.TAKEN]
    waiting = [one for one in found if one.state == RefillState.WAITING]
    return page(request, "inventory/refills.html", mine=mine, waiting=waiting, sites=sites)


@post("/refill/{refill_id:uuid}", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def take(house: InHouse, who: Caller, refill_id: FromPath[UUID]) -> Any:
    """Take a walk."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await refilling.take(tx, refill_id)
    except Refused:
        return back("/refill", "Somebody has it already. Take another one.", kind="warning")
    return back(_at(refill_id))


@get("/refill/{refill_id:uuid}", opt=allow(*FLOOR), include_in_schema=False)
async def walk(
    request: Asked,
    house: InHouse,
    who: Caller,
    refill_id: FromPath[UUID],
    there: Flag = "",
    quantity: Units = 0,
    serials: Numbers = "",
) -> Any:
    """Show the next thing to do of a walk."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        one = await refilling.refill_of(tx, refill_id)
    if one.state != RefillState.TAKEN or one.taken_by != who.actor:
        return back("/refill", f"That walk is {one.state}.", kind="warning")
    numbers = serials.split()
    return page(
        request, "inventory/refill.html", one=one, there=there == "1", quantity=quantity, numbers=numbers
    )


@post("/refill/{refill_id:uuid}/scan", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def scan(house: InHouse, who: Caller, data: Form, refill_id: FromPath[UUID]) -> Any:
    """Take the next scan: the bin of bulk, then the product (a case code counts its units), then the face."""
    code = data.get("code", "").strip().replace("\x00", "")[:200]
    there, quantity = data.get("there") == "1", _whole(data.get("quantity", ""))
    numbers = data.get("serials", "").replace("\x00", "")[:NUMBERS_LONG].split()
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        one = await refilling.refill_of(tx, refill_id)
        if not there:
            return _source(one, code)
        label = read_label(code)
        scanned = await catalog.by_barcode(tx, [code, *(label.codes if label else ())])
        if one.serials == Serials.ALL and f"bin:{code.removeprefix('bin:')}" != one.to_place:
            return _unit(one, (label.serial if label else "") or ("" if scanned else code), numbers)
        if scanned:
            return _more(one, scanned[0], quantity)
        return await _face(tx, one, code, quantity, numbers)


def _unit(one: Refill, serial: str, numbers: list[str]) -> Any:
    """Take one more unit by its number; the product's code only leads to that."""
    if not serial:
        said, kind = "Scan the serial number of the unit.", "good"
    elif not NUMBER.fullmatch(serial) or serial in numbers:
        said, kind = f"{serial[:40]} is no number of another unit. Scan the one on the unit.", "wrong"
    elif len(numbers) >= one.quantity or len(" ".join(numbers)) + len(serial) >= NUMBERS_LONG:
        said, kind = f"{len(numbers)} are enough: leave the others there.", "wrong"
    else:
        numbers, said, kind = [*numbers, serial], f"Unit {serial}.", "good"
    return back(_at(one.id, there=1, quantity=len(numbers), serials=" ".join(numbers)), said, kind=kind)


def _more(one: Refill, scanned: Scanned, quantity: int) -> Any:
    """Count one more in the hand, up to what was asked for."""
    units = quantity + scanned.units
    if scanned.product_id != one.product_id:
        said = f"That is {scanned.sku}, expected {one.sku}."
    elif units > one.quantity:
        said = f"{one.quantity} are enough: leave the others there."
    else:
        return back(_at(one.id, there=1, quantity=units), f"{units} of {one.sku}.")
    return back(_at(one.id, there=1, quantity=quantity), said, kind="wrong")


async def _face(tx: Tx, one: Refill, code: str, quantity: int, numbers: list[str]) -> Any:
    """Finish the walk at the face."""
    again = _at(one.id, there=1, quantity=quantity, serials=" ".join(numbers))
    if f"bin:{code.removeprefix('bin:')}" != one.to_place:
        meant = f"the face {one.to_place[4:]}" if quantity else one.sku
        return back(again, f"Scanned {code[:40]}, expected {meant}.", kind="wrong")
    if not quantity:
        return back(again, f"Scan {one.sku} first, or say that nothing is there.", kind="wrong")
    try:
        async with tx.connection.transaction():
            await refilling.finish(tx, one.id, quantity, numbers)
    except Refused as refused:
        return back(again, refused.faults[0].message if refused.faults else refused.message, kind="wrong")
    return back("/refill", f"{quantity} of {one.sku} lie in {one.to_place[4:]}.")


def _source(one: Refill, code: str) -> Any:
    if f"bin:{code.removeprefix('bin:')}" != one.from_place:
        return back(_at(one.id), f"Scanned {code[:40]}, expected the bin {one.from_place[4:]}.", kind="wrong")
    return back(_at(one.id, there=1), f"Take {one.quantity} of {one.sku}.")


@post("/refill/{refill_id:uuid}/quantity", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def say(house: InHouse, who: Caller, data: Form, refill_id: FromPath[UUID]) -> Any:
    """Say how many were taken instead of scanning each; 0 calls the walk off and asks for a count of the bin."""
    text = data.get("quantity", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        return back(_at(refill_id, there=1), "Write a whole number, 0 if nothing is there.", kind="wrong")
    units = int(text)
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            one = await refilling.refill_of(tx, refill_id)
            if units > one.quantity:
                said = f"{one.quantity} are enough: leave the others there."
                return back(_at(refill_id, there=1), said, kind="wrong")
            if units:
                return back(_at(refill_id, there=1, quantity=units), f"{units}. Scan the face.")
            await refilling.finish(tx, refill_id, 0)
    except Refused as refused:
        return back("/refill", refused.message, kind="wrong")
    return back("/refill", f"{one.from_place[4:]} is to be counted.", kind="warning")


@post("/refill/{refill_id:uuid}/leave", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def leave(house: InHouse, who: Caller, refill_id: FromPath[UUID]) -> Any:
    """Give a walk back."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await refilling.leave(tx, refill_id)
    except Refused as refused:
        return back("/refill", refused.message, kind="warning")
    return back("/refill", "Somebody else may take it.")


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


ROUTES = [refill_list, take, walk, scan, say, leave]
