"""Orders made by hand at the desk: a form that may be left half full, what is still wrong with it, and one button that places it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import get, post

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Refused, unknown
from doorstep.platform.house import House
from doorstep.platform.measures import decimals
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.orders.acts import drafting
from doorstep.stages.orders.api.shapes import CONTACT
from doorstep.stages.orders.model import DraftState
from doorstep.stages.orders.model.drafts import DraftOrder
from doorstep.stages.orders.rules.cells import amount

WRITERS = allow(*DESK, Role.MERCHANT)
LINES_MAX = 200
KEPT_HOURS = 24
PAY = [("invoice", "Invoice"), ("cash on delivery", "Cash on delivery"), ("bank transfer", "Bank transfer")]


@get("/orders/drafts", opt=WRITERS, include_in_schema=False)
async def draft_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the open drafts, and the merchants for whom one may be begun."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await drafting.drafts(tx, who.merchant_id)
        sellers = await catalog.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
    return page(
        request,
        "orders/drafts.html",
        drafts=[(one, *drafting.summary(one)) for one in found],
        merchants=[(str(one.id), one.name) for one in sellers.values()],
    )


@post("/orders/drafts", opt=WRITERS, include_in_schema=False, status_code=200)
async def begin_draft(house: InHouse, who: Caller, data: Form) -> Any:
    """Begin a draft and go on to its form."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        merchant_id = who.own(_id(data.get("merchant", "")))
        if merchant_id is None or merchant_id not in await catalog.merchants_of(tx, [merchant_id]):
            raise unknown("merchant", data.get("merchant", "")[:40])
        draft_id = await drafting.make_draft(tx, merchant_id, {})
    return back(f"/orders/drafts/{draft_id}")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@get("/orders/drafts/{draft_id:uuid}", opt=WRITERS, include_in_schema=False)
async def draft_page(request: Asked, house: InHouse, who: Caller, draft_id: FromPath[UUID]) -> Any:
    """Show a draft as a form, with everything that would refuse or hold it now."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        draft = await drafting.find_draft(tx, draft_id, who.merchant_id)
        if draft.state == DraftState.PLACED:
            return back(f"/orders/{draft.order_id}")
        return await _show(request, tx, draft)


async def _show(request: Asked, tx: Tx, draft: DraftOrder, faults: list[Fault] | None = None) -> Any:
    judged = await drafting.judge_draft(tx, draft)
    return page(
        request,
        "orders/draft.html",
        status=422 if faults else 200,
        draft=draft,
        values=_values(draft, [one.pointer for one in judged.faults if one.code == "unknown_sku"]),
        begun=bool(draft.body),
        faults=faults if faults is not None else (list(judged.faults) if draft.body else []),
        refused=faults is not None,
        holds=judged.holds,
        kept=judged.basket,
        total=draft.body.get("total_minor"),
        services=[one for one in (await catalog.services_of(tx)).values() if one.active],
        pay=PAY,
    )


@post("/orders/drafts/{draft_id:uuid}", opt=WRITERS, include_in_schema=False, status_code=200)
async def change_draft(
    request: Asked, house: InHouse, who: Caller, draft_id: FromPath[UUID], data: Form
) -> Any:
    """Keep what was typed; then keep the goods, place it or drop it, whichever button was pressed."""
    said = {name: text.replace("\x00", "").strip() for name, text in data.items()}
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        draft = await drafting.find_draft(tx, draft_id, who.merchant_id)
        await drafting.write_draft(tx, draft_id, await _body(tx, draft, said), who.merchant_id)
    here = f"/orders/drafts/{draft_id}"
    try:
        return await _go_on(house, who, draft_id, said.get("go", ""), here)
    except Refused as refused:
        faults = list(refused.faults) or [Fault("", "refused", refused.message)]
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await _show(request, tx, await drafting.find_draft(tx, draft_id, who.merchant_id), faults)


async def _go_on(house: House, who: Principal, draft_id: UUID, go: str, here: str) -> Any:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if go == "keep":
            await drafting.keep_draft_goods(tx, draft_id, KEPT_HOURS * 3600, who.merchant_id)
            return back(here, f"Its goods are kept for {KEPT_HOURS} hours.")
        if go == "drop":
            await drafting.drop_draft(tx, draft_id, who.merchant_id)
            return back("/orders/drafts", "The draft is dropped.")
        if go == "place":
            verdict = await drafting.place_draft(tx, draft_id, who.merchant_id)
            if verdict.order_id is None:
                return back(
                    here, "The order cannot be placed as it stands. Mend what is listed.", kind="wrong"
                )
            return back(f"/orders/{verdict.order_id}", f"Order {verdict.number} is placed.")
    return back(here, "The draft is kept.")


async def _body(tx: Tx, draft: DraftOrder, said: Mapping[str, str]) -> dict[str, Any]:
    """Return the order that a form means: prices that are left out are the catalog's."""
    places = decimals(draft.currency)
    lines = [_line(text, places) for text in said.get("goods", "").splitlines()[:LINES_MAX] if text.strip()]
    asked = [(draft.merchant_id, str(line["sku"])) for line in lines if line["unit_minor"] is None]
    found = await catalog.products_by_sku(tx, asked)
    for line in lines:
        if line["unit_minor"] is None:
            product = found.get((draft.merchant_id, str(line["sku"])))
            line["unit_minor"] = product.price_minor if product else 0
    shipping = amount(said.get("shipping", "") or "0", places, comma=False)
    total = (shipping or 0) + sum(
        line["quantity"] * line["unit_minor"] for line in lines if isinstance(line["quantity"], int)
    )
    body: dict[str, Any] = {
        "currency": draft.currency,
        "lines": lines,
        "shipping_minor": said.get("shipping") if shipping is None else shipping,
        "total_minor": total,
        "ship_to": {name: said.get(name, "") for name in CONTACT},
        "payments": [],
        "note": said.get("note", ""),
    }
    if total > 0:
        method = said.get("pay") or PAY[0][0]
        body["payments"] = [{"processor": "manual", "method": method, "amount_minor": total}]
    if said.get("delivery"):
        body["delivery"] = said["delivery"]
    return body


def _line(text: str, places: int) -> dict[str, Any]:
    """Read `SKU units price`; what is no number stays as it was typed, and is told as a fault."""
    sku, units, price = (*text.split()[:3], "", "")[:3]
    quantity: int | str = int(units) if units.isascii() and units.isdigit() and len(units) < 9 else units or 1
    minor = amount(price, places, comma=False) if price else None
    return {"sku": sku, "quantity": quantity, "unit_minor": price if price and minor is None else minor}


def _values(draft: DraftOrder, unknown: Sequence[str]) -> dict[str, str]:
    """Return a draft as the form shows it; an article that is not known has no price to be kept."""
    places = decimals(draft.currency)
    body: Mapping[str, Any] = draft.body
    to = body.get("ship_to") if isinstance(body.get("ship_to"), dict) else {}
    values = {name: str((to or {}).get(name, "")) for name in CONTACT}
    lines = [one for one in body.get("lines") or [] if isinstance(one, dict)]
    lines = [
        {**one, "unit_minor": None} if f"/lines/{i}/sku" in unknown else one for i, one in enumerate(lines)
    ]
    values["goods"] = "\n".join(
        f"{one.get('sku', '')} {one.get('quantity', '')} {_shown(one.get('unit_minor'), places)}".rstrip()
        for one in lines
    )
    values["shipping"] = _shown(body.get("shipping_minor", 0), places)
    paid = body.get("payments") or []
    values["pay"] = str(paid[0].get("method", "")) if paid and isinstance(paid[0], dict) else PAY[0][0]
    values |= {name: str(body.get(name) or "") for name in ("note", "delivery")}
    return values


def _shown(minor: object, places: int) -> str:
    return f"{minor / 10**places:.{places}f}" if isinstance(minor, int) else str(minor or "")


ROUTES: list[Any] = [draft_list, begin_draft, draft_page, change_draft]
