"""An arrival on the handheld: plates, product, units, lot, condition, place. What is not finished stands in the address."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import Principal, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, FromQuery, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.gs1 import Label, read_label
from doorstep.platform.ids import new_id
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.catalog import Scanned, Serials
from doorstep.stages.inventory.acts import putaway
from doorstep.stages.inventory.acts.receiving import expecting, taking, unloading
from doorstep.stages.inventory.api.goods import NO_NUL
from doorstep.stages.inventory.api.receiving import leads
from doorstep.stages.inventory.model import LOT_MAX, QUANTITY_MAX
from doorstep.stages.inventory.model.arrivals import ELSEWHERE, Found, Intake
from doorstep.stages.inventory.model.serials import NUMBER
from doorstep.stages.inventory.pages.hand import SERIALS_LONG, Hand, read_hand
from doorstep.stages.inventory.pages.receive import FLOOR, Units
from doorstep.stages.inventory.pages.receive import Lot as LotText
from doorstep.stages.inventory.rules.arrivals import read_sscc
from doorstep.stages.inventory.rules.putaway import Offer

Words = Annotated[str, QueryParameter(max_length=60, pattern=NO_NUL)]


@get("/receive/{arrival_id:uuid}", opt=allow(*FLOOR), include_in_schema=False)
async def dock(
    request: Asked,
    house: InHouse,
    who: Caller,
    arrival_id: FromPath[UUID],
    product: FromQuery[UUID | None] = None,
    quantity: Units = 0,
    lot: LotText = "",
    expires: FromQuery[date | None] = None,
    found: FromQuery[Found] = Found.ACCEPTED,
    why: Words = "",
    plate: Words = "",
    sure: Words = "",
    elsewhere: Annotated[str, QueryParameter(name="bin", max_length=60, pattern=NO_NUL)] = "",
    serials: Annotated[str, QueryParameter(max_length=SERIALS_LONG, pattern=NO_NUL)] = "",
) -> Any:
    """Show the next thing to do with an arrival: scan a plate or product, say how many and how they are, put them away."""
    on, looked = read_sscc(plate), sure == "1"
    hand = Hand(arrival_id, product, quantity, lot, expires, found, why, on, looked, elsewhere, serials)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        arrival = await expecting.arrival_of(tx, arrival_id)
        lines = await expecting.lines_of(tx, arrival_id)
        supplier = await expecting.supplier_of(tx, arrival.supplier_id)
        wanted = [*(one.product_id for one in lines), *([product] if product else [])]
        products = {one.id: one for one in await catalog.products(tx, wanted)}
        site = (await catalog.sites(tx, [arrival.site_id]))[arrival.site_id]
        offered = await _offers(tx, arrival.site_id, hand) if product in products else []
        new = bool(product and await taking.first_times(tx, [product]))
    if arrival.state not in expecting.COMING:
        return back(f"/arrivals/{arrival_id}", f"{arrival.reference} is {arrival.state}.", kind="warning")
    thing = products.get(product) if product else None
    line = next((one for one in lines if one.product_id == product), None)
    return page(
        request,
        "inventory/dock.html",
        arrival=arrival,
        lines=lines,
        products=products,
        site=site,
        hand=hand if thing else Hand(arrival_id, plate=on),
        thing=thing,
        line=line,
        new=new and thing is not None,
        hides=supplier.hides_expected or not arrival.announced,
        links=leads(who),
        conditions=list(Found),
        offers=offered,
        reasons=ELSEWHERE,
        command=new_id().hex,
    )


@post("/receive/{arrival_id:uuid}/scan", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def scan(house: InHouse, who: Caller, data: Form, arrival_id: FromPath[UUID]) -> Any:
    """Take the next scan: a plate, a product (a case code counts its units), more of it, or the bin it is put to."""
    hand = read_hand(arrival_id, data)
    code = data.get("code", "").strip().replace("\x00", "")[:200]
    label = read_label(code)
    names = [code, *(label.codes if label else ())]
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if sscc := read_sscc(code):
            return await _plate(tx, who, hand, sscc)
        by_code = {one.code: one for one in await catalog.by_barcode(tx, names)}
        scanned = next((by_code[one] for one in names if one in by_code), None)
        if scanned and label and label.serial and not await _has_serials(tx, scanned.product_id):
            label = replace(label, serial="")
        if hand.product is None:
            bin_code = code.removeprefix("bin:")[:40]
            if hand.plate and scanned is None and await _is_bin(tx, arrival_id, bin_code):
                return await _unload(tx, who, hand, f"bin:{bin_code}")
            return _first(hand, code, scanned, label, leads(who))
        if scanned is not None:
            return _more(hand, scanned, label)
        there = replace(hand, bin=code.removeprefix("bin:")[:40])
        if not await _is_bin(tx, arrival_id, there.bin):
            return await _number(tx, hand, hand.product, code)
        return await _put(tx, who, there, hand.product, data.get("command", ""))


async def _is_bin(tx: Tx, arrival_id: UUID, code: str) -> bool:
    site_id = (await expecting.arrival_of(tx, arrival_id)).site_id
    return bool(await catalog.bins_there(tx, site_id, [code]))


async def _offers(tx: Tx, site_id: UUID, hand: Hand) -> list[Offer]:
    """Return where what is in the hand is best put; what is not accepted has its own place."""
    if hand.product is None or hand.found != Found.ACCEPTED:
        return []
    return await putaway.offers_for(tx, site_id, hand.product, max(hand.quantity, 1), hand.lot)


async def _plate(tx: Tx, who: Principal, hand: Hand, sscc: str) -> Any:
    """A plate at the door: taken in as a whole if somebody said what is on it. With a product in the hand, the plate that it came on."""
    if hand.product is not None:
        return back(replace(hand, plate=sscc).address, f"On plate {sscc[-6:]}.")
    try:
        async with tx.connection.transaction():
            here, of = await taking.scan_plate(tx, hand.arrival, sscc)
        left = of - here
        said = f"Plate {here} of {of} is here{'.' if not left else f', {left} missing.'}"
        plate = next(one for one in await expecting.plates_of(tx, hand.arrival) if one.sscc == sscc)
        if plate.unloaded_at:
            return back(hand.path, f"Plate {sscc[-6:]} is in the books already.", kind="warning")
        arrival = await expecting.arrival_of(tx, hand.arrival)
        if await unloading.comes_whole(tx, hand.arrival, sscc):
            if not await unloading.dock_of(tx, arrival.site_id):
                there = Hand(hand.arrival, plate=sscc).address
                return back(there, f"{said} Scan the bin that it is put to.", kind="warning")
            return await _unload(tx, who, replace(hand, plate=sscc), "", said)
    except Refused as refused:
        return back(hand.address, refused.message, kind="wrong")
    return back(hand.path, said, kind="good" if not left else "warning")


async def _unload(tx: Tx, who: Principal, hand: Hand, place: str, said: str = "") -> Any:
    """Take a whole plate in; where more comes than was expected, its products are counted instead."""
    try:
        async with tx.connection.transaction():
            done = await unloading.unload(tx, hand.arrival, hand.plate, place=place, lead=leads(who))
    except Refused as refused:
        why = refused.faults[0].message if refused.faults else refused.message
        return back(hand.path, f"{said} {why}".strip(), kind="wrong")
    units = f"{done.units} units" if done.units != 1 else "1 unit"
    return back(hand.path, f"{said} {units} on it stand in {done.place.removeprefix('bin:')}.".strip())


def _first(hand: Hand, code: str, scanned: Scanned | None, label: Label | None, links: bool) -> Any:
    if scanned is None:
        if links:
            return back(
                f"{hand.path}/link?" + urlencode({"code": code[:60]}),
                "No product carries that code.",
                kind="wrong",
            )
        said = f"No product carries {code[:60]}. Scan it again, or set it aside for the desk."
        return back(hand.address, said, kind="wrong")
    units = scanned.units * ((label.count if label else None) or 1)
    held = replace(hand, product=scanned.product_id, quantity=min(units, QUANTITY_MAX))
    if label:
        held = replace(held, lot=label.lot[:LOT_MAX], expires=label.expires_on, serials=label.serial)
    return back(held.address, f"{scanned.name}: scan more, change the number, or scan the bin.")


async def _has_serials(tx: Tx, product_id: UUID) -> bool:
    return any(one.serials != Serials.NONE for one in await catalog.products(tx, [product_id]))


async def _number(tx: Tx, hand: Hand, product_id: UUID, code: str) -> Any:
    """Take a code that is no bin as the number of a unit, if one is still to be named."""
    if len(hand.numbers) >= hand.quantity or not await _has_serials(tx, product_id):
        return back(
            hand.address, f"The warehouse has no bin {code[:40]}. Scan its label again.", kind="wrong"
        )
    if said := _not_named(hand, code):
        return back(hand.address, said, kind="wrong")
    named = _named(hand, code)
    left = named.quantity - len(named.numbers)
    return back(named.address, f"Unit {code}. {left} more to name." if left else f"Unit {code}.")


def _not_named(hand: Hand, serial: str) -> str:
    """Say why a number cannot be one more of those in the hand; '' if it can."""
    if not NUMBER.fullmatch(serial):
        return f"{serial[:40]} is no serial number. Scan the one on the unit."
    if serial in hand.numbers:
        return f"Unit {serial} is named already. Scan another."
    if len(hand.serials) + len(serial) >= SERIALS_LONG:
        return "Those are many numbers at once. Put these units away before the others."
    return ""


def _named(hand: Hand, serial: str) -> Hand:
    return replace(hand, serials=f"{hand.serials} {serial}".strip()) if serial else hand


def _more(hand: Hand, scanned: Scanned, label: Label | None) -> Any:
    """Count one more of the same; another product or lot is put away by itself."""
    if scanned.product_id != hand.product:
        return back(hand.address, f"That is {scanned.sku}. Put away what you hold before it.", kind="wrong")
    lot = label.lot if label and label.lot else hand.lot
    if hand.lot and lot != hand.lot:
        return back(hand.address, f"That is lot {lot}. Put lot {hand.lot} away before it.", kind="wrong")
    serial = label.serial if label else ""
    if serial and (said := _not_named(hand, serial)):
        return back(hand.address, said, kind="wrong")
    units = min(hand.quantity + scanned.units * ((label.count if label else None) or 1), QUANTITY_MAX)
    day = hand.expires or (label.expires_on if label else None)
    more = _named(replace(hand, quantity=units, lot=lot, expires=day, sure=False), serial)
    return back(more.address, f"{units} of {scanned.sku}.")


async def _put(
    tx: Tx, who: Principal, hand: Hand, product_id: UUID, command: str, placed_why: str = ""
) -> Any:
    """Take what is in the hand in; a scan that arrives twice is taken in once."""
    arrival = await expecting.arrival_of(tx, hand.arrival)
    intake = Intake(
        command=command,
        product_id=product_id,
        quantity=hand.quantity,
        found=hand.found,
        why=hand.why,
        lot=hand.lot,
        expires_on=hand.expires,
        plate=hand.plate,
        place=f"bin:{hand.bin}" if hand.found == Found.ACCEPTED else "",
        confirmed=hand.sure,
        offered=[f"bin:{one.code}" for one in await _offers(tx, arrival.site_id, hand)],
        placed_why=placed_why,
        serials=hand.numbers,
    )
    try:
        async with tx.connection.transaction():
            [done] = await taking.take_in(tx, hand.arrival, [intake], lead=leads(who))
    except Refused as refused:
        return _again(hand, refused)
    if done.repeated:
        return back(hand.path, "That is in the books already.", kind="warning")
    return back(hand.path, _said(hand, done.place))


def _again(hand: Hand, refused: Refused) -> Any:
    """Keep what is in the hand; what only wants a second look or a reason is asked for."""
    codes = {fault.code for fault in refused.faults}
    sure = hand.sure or "over_confirm" in codes
    again = replace(hand, sure=sure, bin=hand.bin if codes == {"elsewhere"} else "")
    said = refused.faults[0].message if refused.faults else refused.message
    mild = codes <= {"over_confirm", "elsewhere"} and bool(codes)
    return back(again.address, said, kind="warning" if mild else "wrong")


def _said(hand: Hand, place: str) -> str:
    match hand.found:
        case Found.REFUSED:
            return f"{hand.quantity} go back: {hand.why}."
        case Found.ACCEPTED:
            return f"{hand.quantity} units lie in {place.removeprefix('bin:')[:40]} and can be sold."
        case _:
            return f"{hand.quantity} units are set aside in {place.replace('_', ' ')}."


@post("/receive/{arrival_id:uuid}/hand", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def say(house: InHouse, who: Caller, data: Form, arrival_id: FromPath[UUID]) -> Any:
    """Say what scans do not: how many, which lot and day, in which condition; what is not accepted needs no bin."""
    hand = read_hand(arrival_id, data)
    if hand.product is None:
        return back(hand.path)
    if len(data.get("serials", "")) > SERIALS_LONG:
        said = "Those are too many numbers at once. Put some of the units away first."
        return back(replace(hand, serials="").address, said, kind="wrong")
    if not hand.quantity:
        was = read_hand(arrival_id, {**data, "quantity": data.get("was", "")})
        return back(was.address, "Write a whole number, 1 or more.", kind="wrong")
    if hand.found != Found.ACCEPTED and data.get("done"):
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            return await _put(tx, who, hand, hand.product, data.get("command", ""))
    if hand.found != Found.ACCEPTED and not hand.why:
        return back(hand.address, "Say why.", kind="warning")
    return back(replace(hand, sure=False, bin="").address, f"{hand.quantity} units.")


@post("/receive/{arrival_id:uuid}/elsewhere", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def put_elsewhere(house: InHouse, who: Caller, data: Form, arrival_id: FromPath[UUID]) -> Any:
    """Put what is in the hand to another bin than was offered, and say why."""
    hand = read_hand(arrival_id, data)
    if hand.product is None or not hand.bin:
        return back(hand.path)
    why = data.get("placed_why", "")[:20]
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await _put(tx, who, hand, hand.product, data.get("command", ""), why)


ROUTES = [dock, scan, say, put_elsewhere]
