"""Plates on the handheld: scan one to see what is on it and where it stands; then the bin it is put to, or the plate it is put on."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import QueryParameter

from doorstep.platform import journal
from doorstep.platform.auth import Principal, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.inventory.acts import putaway
from doorstep.stages.inventory.acts.once import once_only
from doorstep.stages.inventory.acts.plates import filling, handling, looking
from doorstep.stages.inventory.api.goods import NO_NUL
from doorstep.stages.inventory.api.plates import Called, sent
from doorstep.stages.inventory.model import LOT_MAX, QUANTITY_MAX
from doorstep.stages.inventory.model.plates import PlateLine, PlateState, Tree
from doorstep.stages.inventory.pages.receive import FLOOR
from doorstep.stages.inventory.rules.plates import read_code
from doorstep.stages.inventory.rules.putaway import Offer

SHOWN_MAX = 50
Word = Annotated[str, QueryParameter(max_length=200, pattern=NO_NUL)]


def at(code: str) -> str:
    """Return the page of a plate."""
    return f"/plates/{quote(code, safe='')}"


@get("/plates", opt=allow(*FLOOR), include_in_schema=False)
async def plate_list(request: Asked, house: InHouse, who: Caller, q: Word = "") -> Any:
    """Show plates in use, and the field to scan any; found by the end of a code, a bin, a lot, an SKU or a barcode."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await looking.find_plates(tx, q, most=SHOWN_MAX)
        sites = await catalog.sites(tx)
    return page(request, "inventory/plates.html", plates=found, sites=sites, q=q.strip(), most=SHOWN_MAX)


@post("/plates/scan", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def scan_any(house: InHouse, who: Caller, data: Form) -> Any:
    """Take the first scan: a plate that is known, else one to be built up."""
    said = data.get("code", "").replace("\x00", "")[:200]
    code = read_code(said)
    if not code:
        return back(
            "/plates?" + urlencode({"q": said.strip()}),
            "That is no plate. Is it one of these?",
            kind="warning",
        )
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if await looking.stands(tx, code):
            return back(at(code))
    return back(
        "/plates/new?" + urlencode({"code": code}),
        f"Plate {code} is not in use. Build it up.",
        kind="warning",
    )


@get("/plates/{plate:str}", opt=allow(*FLOOR), include_in_schema=False)
async def plate_page(request: Asked, house: InHouse, who: Caller, plate: Called) -> Any:
    """Show a plate: what is on it, what stands on it, where it stands, and what happened to it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        tree = await looking.plate_called(tx, plate)
        products = await catalog.products(tx, list({one.product_id for one in tree.contents}))
        events = await journal.history(tx, [tree.root.id])
        offers = await _offers(tx, tree)
        sites = await catalog.sites(tx)
    units: dict[tuple[UUID, str], int] = {}
    for one in tree.contents:
        units[one.product_id, one.lot] = units.get((one.product_id, one.lot), 0) + one.quantity
    return page(
        request,
        "inventory/plate.html",
        plate=tree.root,
        path=at(tree.root.code),
        used=tree.root.state == PlateState.STANDING,
        site=sites[tree.root.site_id],
        units=units,
        mine=[one for one in tree.contents if one.plate_id == tree.root.id],
        nested=[one for one in tree.plates if one.parent_id == tree.root.id],
        products={one.id: one for one in products},
        events=list(reversed(events)),
        offers=offers,
        command=new_id().hex,
    )


async def _offers(tx: Tx, tree: Tree) -> list[Offer]:
    """Return where a plate is best put that stands by itself: by what is most on it."""
    if tree.root.parent_id or not tree.contents or not tree.root.place.startswith("bin:"):
        return []
    most = max(tree.contents, key=lambda one: one.quantity)
    found = await putaway.offers_for(tx, tree.root.site_id, most.product_id, most.quantity, most.lot)
    return [one for one in found if f"bin:{one.code}" != tree.root.place]


@get("/plates/{plate:str}/label", opt=allow(*FLOOR), include_in_schema=False)
async def label(house: InHouse, who: Caller, plate: Called) -> Response[bytes]:
    """Show the label of a plate, to be printed."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        tree = await looking.plate_called(tx, plate)
        return sent(tree, await looking.label_of(tx, tree))


@post("/plates/{plate:str}/scan", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def scan(house: InHouse, who: Caller, data: Form, plate: Called) -> Any:
    """Take the next scan: the bin that the plate is put to, the plate that it is put on, or goods that are put on it."""
    code = data.get("code", "").strip().replace("\x00", "")[:200]
    bin_code = code.removeprefix("bin:")[:40]

    async def act(tx: Tx) -> str:
        root = (await looking.plate_called(tx, plate)).root
        if bin_code in await catalog.bins_there(tx, root.site_id, [bin_code]):
            await handling.move_plate(tx, plate, f"bin:{bin_code}", seen_in=data.get("seen_in", "")[:45])
            return f"Plate {root.code} stands in {bin_code}."
        if (onto := read_code(code)) and await looking.stands(tx, onto):
            await handling.nest_plate(tx, plate, onto)
            return f"Plate {root.code} stands on {onto}."
        scanned = await catalog.by_barcode(tx, [code])
        if not scanned:
            return ""
        await filling.fill_plate(tx, plate, [PlateLine(scanned[0].product_id, scanned[0].units)])
        return f"{scanned[0].units} more of {scanned[0].sku} on {root.code}."

    return await _done(
        house, who, data, plate, act, f"{code[:40]} is no bin, plate or product here. Scan it again."
    )


@post("/plates/{plate:str}/take", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def take(house: InHouse, who: Caller, data: Form, plate: Called) -> Any:
    """Take goods off a plate, to lie loose where it stands."""
    lines = read_lines(data)

    async def act(tx: Tx) -> str:
        await filling.take_off(tx, plate, lines)
        return "Taken off. It lies loose there."

    return await _done(house, who, data, plate, act if lines else None, "Write how many units are taken off.")


@post("/plates/{plate:str}/off", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def off(house: InHouse, who: Caller, data: Form, plate: Called) -> Any:
    """Take a plate off the one that it stands on."""

    async def act(tx: Tx) -> str:
        root = (await looking.standing(tx, plate)).root
        await handling.move_plate(tx, plate, root.place)
        return f"Plate {root.code} stands by itself."

    return await _done(house, who, data, plate, act, "")


@post("/plates/{plate:str}/break", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def break_down(house: InHouse, who: Caller, data: Form, plate: Called) -> Any:
    """Break a plate down."""

    async def act(tx: Tx) -> str:
        tree = await filling.break_down(tx, plate)
        return f"Plate {tree.root.code} is broken down. All of it stands in {tree.root.place.removeprefix('bin:')}."

    return await _done(house, who, data, plate, act, "")


async def _done(
    house: House,
    who: Principal,
    data: dict[str, str],
    plate: str,
    act: Callable[[Tx], Awaitable[str]] | None,
    otherwise: str,
) -> Any:
    """Do something to a plate, once for each command, and say what became of it on its page."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        path = at((await looking.plate_called(tx, plate)).root.code)
        if act is None:
            return back(path, otherwise, kind="wrong")
        try:
            async with tx.connection.transaction():
                if not await once_only(tx, data.get("command", "")):
                    return back(path, "That is in the books already.", kind="warning")
                said = await act(tx)
        except Refused as refused:
            return back(path, refused.faults[0].message if refused.faults else refused.message, kind="wrong")
    return back(path, said) if said else back(path, otherwise, kind="wrong")


def read_lines(data: dict[str, str]) -> list[PlateLine]:
    """Return the lines of a form that are filled in: `units-1` of `goods-1`, which is a product and its lot."""
    lines = []
    for name, goods in data.items():
        which, _, number = name.partition("-")
        whole = data.get(f"units-{number}", "").strip()
        if which != "goods" or not (whole.isascii() and whole.isdigit() and len(whole) < 8 and int(whole)):
            continue
        product, _, lot = goods.replace("\x00", "").partition(":")
        with suppress(ValueError):
            units = min(int(whole), QUANTITY_MAX)
            lines.append(PlateLine(UUID(product), units, lot[:LOT_MAX], nameless=not lot))
    return lines


ROUTES = [plate_list, scan_any, plate_page, label, scan, take, off, break_down]
