"""Counting on the handheld: blind. The page never says what the books expect."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.gs1 import read_label, read_serials
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.inventory.acts.counting import judging
from doorstep.stages.inventory.acts.plates import looking
from doorstep.stages.inventory.api.goods import NO_NUL
from doorstep.stages.inventory.model import QUANTITY_MAX, CountAnswer, Counted, CountVerdict
from doorstep.stages.inventory.model.serials import NUMBER

FLOOR = (*DESK, Role.PICKER, Role.PACKER)
NUMBERS_LONG = 4000
"""Most characters of numbers that are scanned one by one: they stand in the address."""
FAULTS = 5
"""So many faults of numbers are told at once on a handheld."""
Code = Annotated[str, QueryParameter(max_length=40, pattern=NO_NUL)]
SAID = {
    CountVerdict.MATCHES: ("It matches.", "good"),
    CountVerdict.COUNT_AGAIN: ("Count once more: look behind and on the floor.", "warning"),
    CountVerdict.ANOTHER: ("It differs by much: somebody else counts it next.", "warning"),
    CountVerdict.LEAD: ("Counts do not agree: a lead decides.", "warning"),
    CountVerdict.POSTED: ("The difference is in the books.", "good"),
    CountVerdict.CLOSED: ("Somebody has finished this count already.", "warning"),
}


@get("/count", opt=allow(*FLOOR), include_in_schema=False)
async def count_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show what waits to be counted, and the field to scan any bin."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        waiting = [one for one in await judging.open_counts(tx) if one.asks(who.actor)]
        warehouses = await catalog.warehouses(tx)
    bins = list(dict.fromkeys((one.site_id, one.place, one.reason) for one in waiting))
    return page(
        request,
        "inventory/counts.html",
        bins=bins,
        sites={one.id: one for one in warehouses},
        leads=bool(who.roles & {*DESK}),
    )


@post("/count", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def start(house: InHouse, who: Caller, data: Form) -> Any:
    """Begin to count the scanned bin."""
    code = data.get("code", "").strip().replace("\x00", "")[:40].removeprefix("bin:")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        sites = await catalog.warehouses(tx)
        site = next((one for one in sites if one.code == data.get("site", "")), None)
        if site is None:
            homes = [one for one in sites if code in await catalog.bins_there(tx, one.id, [code])]
            if len(homes) != 1:
                said = f"No bin is called {code}. Scan its label again."
                return back("/count", said if not homes else "Choose the warehouse first.", kind="wrong")
            site = homes[0]
        try:
            async with tx.connection.transaction():
                await judging.start_count(tx, site.id, f"bin:{code}")
        except Refused as refused:
            return back(
                "/count", refused.faults[0].message if refused.faults else refused.message, kind="wrong"
            )
    return back(_address(site.code, code))


def _address(site: str, code: str, numbers: Sequence[str] = ()) -> str:
    """The page that counts a bin, with the units that are named so far."""
    named = {"serials": " ".join(numbers)} if numbers else {}
    return "/count/bin?" + urlencode({"site": site[:40], "code": code[:40], **named})


@get("/count/bin", opt=allow(*FLOOR), include_in_schema=False)
async def count_bin(
    request: Asked,
    house: InHouse,
    who: Caller,
    site: Code,
    code: Code,
    serials: Annotated[str, QueryParameter(max_length=NUMBERS_LONG, pattern=NO_NUL)] = "",
) -> Any:
    """Show the bin's products one after the other, with the units of the first that are named so far."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        here = next((one for one in await catalog.warehouses(tx) if one.code == site), None)
        found = await judging.counts_in(tx, here.id, f"bin:{code}") if here else []
        waiting = [one for one in found if one.asks(who.actor)]
        products = {one.id: one for one in await catalog.products(tx, [one.product_id for one in waiting])}
        here_too = await looking.plates(tx, site_id=here.id, place=f"bin:{code}") if here else []
    if here is None:
        return back("/count", "There is no such warehouse. Scan the bin again.", kind="wrong")
    return page(
        request,
        "inventory/count.html",
        site=here,
        code=code,
        waiting=waiting,
        others=len(found) - len(waiting),
        products=products,
        numbers=serials.split(),
        plates=[one.code for one in here_too],
    )


@post("/count/bin", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def say(house: InHouse, who: Caller, data: Form) -> Any:
    """Say how many lie there."""
    path = _address(data.get("site", ""), data.get("code", ""))
    text = data.get("quantity", "").strip()
    try:
        count_id = UUID(data.get("count", ""))
    except ValueError:
        return back("/count", "That count is not there any more.", kind="warning")
    as_of = data.get("as_of", "")
    as_of = as_of if as_of.isascii() and as_of.isdigit() and len(as_of) < 10 else "0"
    numbers = read_serials(data["serials"]) if "serials" in data else None
    text = text if numbers is None else f"{len(numbers)}"
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        return back(path, f"Write whole units, 0 to {QUANTITY_MAX - 1:,}.", kind="wrong")
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            [answer] = await judging.count(tx, [Counted(count_id, int(text), int(as_of), numbers)])
    except Refused as refused:
        if numbers is None:
            raise
        said = " ".join(fault.message for fault in refused.faults[:FAULTS]) or refused.message
        again = numbers if len(" ".join(numbers)) < NUMBERS_LONG else []
        return back(_address(data.get("site", ""), data.get("code", ""), again), said, kind="wrong")
    said, kind = SAID[answer.verdict]
    return back(path, said + _who(answer), kind=kind)


@post("/count/leave", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def leave(house: InHouse, who: Caller, data: Form) -> Any:
    """Leave a bin that is not counted now after all."""
    site, code = data.get("site", "")[:40], data.get("code", "")[:40].replace("\x00", "")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        here = next((one for one in await catalog.warehouses(tx) if one.code == site), None)
        free = here is not None and await judging.leave_count(tx, here.id, f"bin:{code}")
    if not free:
        return back("/count", f"Nothing is picked from {code} until somebody has counted it.", kind="warning")
    return back("/count", f"{code} is left as it was.")


def _who(answer: CountAnswer) -> str:
    """Say who is missing and who turned up."""
    parts = [("Lost", answer.missing), ("Found", answer.unexpected)]
    return "".join(f" {what}: {', '.join(of)}." for what, of in parts if of)


@post("/count/number", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def number(house: InHouse, who: Caller, data: Form) -> Any:
    """Name one more unit by scan; the product's code only leads to the number, unless its label says both."""
    numbers = data.get("serials", "").replace("\x00", "")[:NUMBERS_LONG].split()
    code = data.get("code", "").strip().replace("\x00", "")[:200]
    label = read_label(code)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        known = await catalog.by_barcode(tx, [code, *(label.codes if label else ())])
    serial = (label.serial if label else "") or ("" if known else code)
    said, kind = f"Unit {serial}.", "good"
    if known and str(known[0].product_id) != data.get("product"):
        said, kind = f"That is {known[0].sku}. Finish this one before it.", "wrong"
    elif known and not serial:
        said = f"Scan the serial number of this {known[0].name}."
    elif not NUMBER.fullmatch(serial) or serial in numbers:
        said, kind = f"{serial[:40]} is no number of another unit. Scan the one on the unit.", "wrong"
    elif len(" ".join(numbers)) + len(serial) >= NUMBERS_LONG:
        said, kind = "Those are many numbers at once. Paste them instead.", "wrong"
    else:
        numbers.append(serial)
    return back(_address(data.get("site", ""), data.get("bin", ""), numbers), said, kind=kind)


@post("/count/found", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def found(house: InHouse, who: Caller, data: Form) -> Any:
    """Add a product that lies there and that the books do not know."""
    site, code = data.get("site", "")[:40], data.get("bin", "")[:40].replace("\x00", "")
    path = _address(site, code)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        here = next((one for one in await catalog.warehouses(tx) if one.code == site), None)
        scanned = await catalog.by_barcode(tx, [data.get("code", "").strip().replace("\x00", "")[:80]])
        if here is None or not scanned:
            return back(path, "No product carries that code. Put it to the desk with a note.", kind="wrong")
        await judging.start_count(tx, here.id, f"bin:{code}", extra=[scanned[0].product_id])
    return back(path, f"{scanned[0].name}: say how many.")


ROUTES = [count_list, start, count_bin, say, leave, number, found]
