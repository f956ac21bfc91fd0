"""The stock: what each site has, what is promised to whom, and how it came to be so."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, FromQuery, InHouse
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.gs1 import read_serials
from doorstep.platform.house import House
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.inventory import rules
from doorstep.stages.inventory.acts import auditing, backorders, explaining, looking, lots, moving, serials
from doorstep.stages.inventory.acts.plates.looking import plates_with, stands
from doorstep.stages.inventory.api.goods import NO_NUL, product_of
from doorstep.stages.inventory.model import LOT, LOT_MAX, QUANTITY_MAX, Adjustment, LotAct
from doorstep.stages.inventory.rules.plates import read_code

READERS = (*DESK, Role.VIEWER, Role.MERCHANT)
PAGE = 50
HISTORY_MAX = 200
Wanted = Annotated[str, QueryParameter(max_length=200, pattern=NO_NUL)]
REASONS = ("counted", "damaged", "expired", "found", "stolen", "misplaced", "inbound not recorded")


@get("/stock", opt=allow(*READERS), include_in_schema=False)
async def stock_list(
    request: Asked,
    house: InHouse,
    who: Caller,
    q: Wanted = "",
    after: Wanted = "",
    after_id: FromQuery[UUID | None] = None,
) -> Any:
    """List products with what each site has; a search and a page at a time."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await catalog.find_products(
            tx, q.strip(), merchant_id=who.merchant_id, after=(after, after_id or UUID(int=0)), most=PAGE + 1
        )
        shown = found[:PAGE]
        if not found and who.roles & frozenset(DESK) and await stands(tx, read_code(q)):
            return back(f"/plates/{read_code(q)}")
        ids = [one.id for one in shown]
        standing = await looking.overview(tx, ids)
        free = await looking.available(tx, ids)
        sites = await catalog.sites(tx)
    older = shown[-1] if len(found) > PAGE else None
    return page(
        request,
        "inventory/stock.html",
        products=shown,
        standing=standing,
        free=free,
        sites=sites,
        q=q,
        older=older,
        after=after,
    )


@get("/stock/{product_id:uuid}", opt=allow(*READERS), include_in_schema=False)
async def product_stock(
    request: Asked,
    house: InHouse,
    who: Caller,
    product_id: FromPath[UUID],
    before: FromQuery[UUID | None] = None,
) -> Any:
    """Show where one product lies, who holds it, and its history."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        product = await product_of(tx, product_id, who)
        ledger = await looking.ledger_of(tx, product_id, before=before, most=PAGE + 1)
        context: dict[str, Any] = {
            "product": product,
            "by_place": await serials.by_place(tx, product_id),
            "free": (await looking.available(tx, [product_id]))[product_id],
            "standing": (await looking.overview(tx, [product_id])).get(product_id, []),
            "lying": await looking.lying(tx, [product_id]),
            "plates": await plates_with(tx, product_id),
            "sites": await catalog.sites(tx),
            "coming": await looking.coming(tx, product_id),
            **await _wanted_by(tx, house, product_id),
            "kits": await _kits(tx, product_id),
            "ahead": (await backorders.backorder_terms(tx, [product_id])).get(product_id),
            "lots": await lots.lots_of(tx, [product_id]),
            "lots_lying": await lots.lots_lying(tx, product_id),
            "course": rules.course(await explaining.course_of(tx, product_id), tx.now),
            "drifts": [one for one in await auditing.drifts(tx) if one.product_id == product_id],
        }
    return page(
        request,
        "inventory/product.html",
        ledger=ledger[:PAGE],
        older=ledger[PAGE - 1].id if len(ledger) > PAGE else None,
        before=before,
        reasons=REASONS,
        adjusts=bool(who.roles & {*DESK}),
        sells=bool(who.roles & {*DESK, Role.MERCHANT}),
        **context,
    )


@get("/stock/{product_id:uuid}/history", opt=allow(*READERS), include_in_schema=False)
async def history(
    request: Asked,
    house: InHouse,
    who: Caller,
    product_id: FromPath[UUID],
    site: FromQuery[UUID | None] = None,
    place: Annotated[str, QueryParameter(max_length=45, pattern=NO_NUL)] = "",
) -> Any:
    """Explain balances, one or all: what came to a place and went, who did it, why, and what lay there afterwards."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        product = await product_of(tx, product_id, who)
        balances = await explaining.explain(
            tx, product_ids=[product_id], place=place or None, site_id=site, most=HISTORY_MAX
        )
        sites = await catalog.sites(tx)
    if not balances:
        raise unknown("place", place)
    return page(request, "inventory/history.html", product=product, balances=balances, sites=sites)


async def _wanted_by(tx: Tx, house: House, product_id: UUID) -> dict[str, Any]:
    """Return which orders hold units of a product or wait for them, what people call them and how far they are."""
    holders = await looking.held_by(tx, product_id)
    waiting = await looking.waiting_for(tx, product_id)
    ids = sorted({one.order_id for one in holders} | {one.order_id for one in waiting})
    names = await house.order_names(tx, ids)
    stands: dict[UUID, list[str]] = {order_id: [one.state] for order_id, one in names.items()}
    for aspect in house.aspects if ids else ():
        for order_id, state in (await aspect.stand(tx, ids)).items():
            stands.setdefault(order_id, []).append(f"{aspect.name}: {state.replace('_', ' ')}")
    return {"holders": holders, "waiting": waiting, "names": names, "stands": stands}


async def _kits(tx: Any, product_id: UUID) -> list[tuple[catalog.Product, int]]:
    """Return the kits that hold a product, with how many units each takes."""
    made = await catalog.kits_of(tx, [product_id])
    kits = {one.id: one for one in await catalog.products(tx, [kit for kit, _, _ in made])}
    return [(kits[kit], quantity) for kit, _, quantity in made]


@post("/stock/{product_id:uuid}/adjust", opt=allow(*DESK), include_in_schema=False, status_code=200)
async def adjust(house: InHouse, who: Caller, data: Form, product_id: FromPath[UUID]) -> Any:
    """Correct what lies in a place, with a reason."""
    path = f"/stock/{product_id}"
    try:
        site_id, quantity = UUID(data.get("site", "")), int(data.get("quantity", "")[:9])
    except ValueError:
        return back(path, "Choose a place and write whole units, like -2 or 5.", kind="wrong")
    if not 0 < abs(quantity) <= QUANTITY_MAX:
        return back(
            path, f"Write units between -{QUANTITY_MAX:,} and {QUANTITY_MAX:,}, not zero.", kind="wrong"
        )
    reason = data.get("reason", "")
    adjustment = Adjustment(
        site_id=site_id,
        product_id=product_id,
        place=data.get("place", "").replace("\x00", ""),
        quantity=quantity,
        reason=reason if reason in REASONS else "counted",
        serials=read_serials(data.get("serials", "")),
    )
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await product_of(tx, product_id, who)
            await moving.adjust(tx, [adjustment])
    except Refused as refused:
        return back(
            path, " ".join([refused.message, *(fault.message for fault in refused.faults)]), kind="wrong"
        )
    return back(path, f"{quantity:+,} units are in the books.")


@get("/stock/{product_id:uuid}/lots", opt=allow(*READERS), include_in_schema=False)
async def lot_page(
    request: Asked,
    house: InHouse,
    who: Caller,
    product_id: FromPath[UUID],
    lot: Annotated[str, QueryParameter(max_length=LOT_MAX, pattern=NO_NUL)] = "",
) -> Any:
    """Show one lot: where it lies, which orders got it, and what can be done with it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        product = await product_of(tx, product_id, who)
        found = {one.lot: one for one in await lots.lots_of(tx, [product_id])}
        lying = [one for one in await lots.lots_lying(tx, product_id) if one.lot == lot]
        buyers = await lots.buyers_of(tx, product_id, lot)
        sites = await catalog.sites(tx)
    if lot not in found:
        raise unknown("lot", lot)
    acts = LOT.acts(found[lot].state) if who.roles & {Role.OWNER, *DESK} else []
    return page(
        request,
        "inventory/lot.html",
        product=product,
        lot=found[lot],
        lying=lying,
        buyers=buyers,
        sites=sites,
        acts=[one for one in acts if one != LotAct.EXPIRE],
    )


@post("/stock/{product_id:uuid}/lots", opt=allow(*DESK), include_in_schema=False, status_code=200)
async def change_lot(house: InHouse, who: Caller, data: Form, product_id: FromPath[UUID]) -> Any:
    """Hold, release or recall a lot, with a reason."""
    name = data.get("lot", "").replace("\x00", "")[:LOT_MAX]
    path = f"/stock/{product_id}/lots?" + urlencode({"lot": name})
    why = data.get("why", "").replace("\x00", "").strip()[:60]
    if data.get("act") not in (LotAct.HOLD, LotAct.RELEASE, LotAct.RECALL) or not why:
        return back(path, "Say what is to be done with the lot, and why.", kind="wrong")
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await product_of(tx, product_id, who)
            changed = await lots.change_lot(tx, product_id, name, LotAct(data["act"]), why)
    except Refused as refused:
        return back(
            f"/stock/{product_id}" if refused.reason == Reason.UNKNOWN else path,
            refused.message,
            kind="wrong",
        )
    return back(path, f"Lot {changed.lot} is {changed.state.replace('_', ' ')} now.")


ROUTES = [stock_list, product_stock, history, adjust, lot_page, change_lot]
