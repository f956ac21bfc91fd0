"""The page on which an order is changed: a form, what it would come to, and one button that does exactly that."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.response import Template

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.measures import decimals
from doorstep.platform.pages import back, page
from doorstep.platform.shape import faults as faults_of
from doorstep.stages import catalog
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.changing import shown_change
from doorstep.stages.orders.api.shapes import CONTACT
from doorstep.stages.orders.model.changing import Change

WRITERS = allow(*DESK, Role.MERCHANT)
PAY = [("later", "Ask the customer later (the order is held)"), ("invoice", "Arranged: by invoice")]
ADDED = 3
"""Lines that the form offers to add at once."""


@get("/orders/{order_id:uuid}/change", opt=WRITERS, include_in_schema=False)
async def change_page(request: Asked, house: InHouse, who: Caller, order_id: FromPath[UUID]) -> Any:
    """Show the form with the order as it stands."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await _show(request, tx, await read_order(tx, order_id, who.merchant_id), {})


@post("/orders/{order_id:uuid}/change", opt=WRITERS, include_in_schema=False, status_code=200)
async def change(request: Asked, house: InHouse, who: Caller, order_id: FromPath[UUID], data: Form) -> Any:
    """Show what the change comes to, or do it when it was looked at."""
    said = {name: text.replace("\x00", "") for name, text in data.items()}
    wrong: list[Fault] = []
    if said.get("go") == "apply":
        try:
            async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
                asked = _asked(await read_order(tx, order_id, who.merchant_id), said)
                await acts.change_order(tx, order_id, asked, said.get("token", ""), who.merchant_id)
        except Refused as refused:
            wrong = what_forbids(refused)
        else:
            return back(f"/orders/{order_id}", "The order is changed.")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await read_order(tx, order_id, who.merchant_id)
        try:
            preview = await acts.preview_change(tx, order_id, _asked(found, said), who.merchant_id)
        except Refused as refused:
            return await _show(request, tx, found, said, faults=[*wrong, *refused.faults])
        return await _show(request, tx, found, said, faults=wrong or preview.faults, preview=preview)


def what_forbids(refused: Refused) -> list[Fault]:
    """Return what a form is told of a refusal.

    Raises:
        Refused: what it was about is not there, and no form mends that.
    """
    if refused.reason is Reason.UNKNOWN:
        raise refused
    return list(refused.faults) or [Fault("", str(refused.reason), refused.message)]


async def read_order(tx: Tx, order_id: UUID, merchant_id: UUID | None) -> acts.Whole:
    """Return an order that somebody may see.

    Raises:
        Refused: it is not there, or not this merchant's.
    """
    found = await acts.read(tx, order_id, merchant_id)
    if found is None:
        raise unknown("order", order_id)
    return found


async def _show(
    request: Asked,
    tx: Tx,
    found: acts.Whole,
    said: dict[str, str],
    *,
    faults: list[Fault] | None = None,
    preview: acts.Preview | None = None,
) -> Template:
    order = found.order
    now = {name: getattr(order, name) for name in CONTACT} | {
        "delivery": order.delivery or "",
        "shipping": _amount(order.shipping_minor, order.currency),
        **{f"units:{line.id}": str(line.quantity) for line in found.lines},
        **{f"price:{line.id}": _amount(line.unit_minor, order.currency) for line in found.lines},
    }
    return page(
        request,
        "orders/change.html",
        order=order,
        lines=found.lines,
        values=now | said,
        faults=faults or [],
        shown=shown_change(preview) if preview else None,
        ready=preview is not None and not preview.faults,
        services=[one for one in (await catalog.services_of(tx)).values() if one.active],
        contact=CONTACT,
        pay=PAY,
        added=ADDED,
    )


def _asked(found: acts.Whole, said: dict[str, str]) -> Change:
    """Return the change that a form asks for: only what differs from the order."""
    order, faults = found.order, list[Fault]()
    asked: dict[str, Any] = {"why": said.get("why", "").strip()[:500] or "changed at the desk"}
    asked["lines"] = [one for line in found.lines if (one := _line(line, order.currency, said, faults))]
    asked["add"] = _additions(order.currency, said, faults)
    address = {name: said.get(name, getattr(order, name)).strip() for name in CONTACT}
    if any(address[name] != getattr(order, name) for name in CONTACT):
        asked["ship_to"] = address
    if (delivery := said.get("delivery", order.delivery or "")) != (order.delivery or ""):
        asked["delivery"] = delivery
    shipping = _minor(said, "shipping", order.shipping_minor, order.currency, faults)
    if shipping != order.shipping_minor:
        asked["shipping_minor"] = shipping
    if said.get("pay") == "invoice":
        asked["payment"] = {"processor": "manual", "method": "invoice"}
    body = msgspec.json.encode(asked)
    try:
        change_asked = msgspec.json.decode(body, type=Change)
    except msgspec.ValidationError as error:
        faults += faults_of(body, Change) or [Fault("", "invalid", str(error))]
        raise invalid(faults) from None
    if faults:
        raise invalid(faults)
    return change_asked


def _line(line: Any, currency: str, said: dict[str, str], faults: list[Fault]) -> dict[str, Any] | None:
    asked: dict[str, Any] = {"line_id": str(line.id)}
    units = _units(said, f"units:{line.id}", line.quantity, faults)
    price = _minor(said, f"price:{line.id}", line.unit_minor, currency, faults)
    if units != line.quantity:
        asked["quantity"] = units
    if price != line.unit_minor:
        asked["unit_minor"] = price
    return asked if len(asked) > 1 else None


def _additions(currency: str, said: dict[str, str], faults: list[Fault]) -> list[dict[str, Any]]:
    return [
        {
            "sku": sku[:64],
            "quantity": _units(said, f"add_units:{i}", 1, faults),
            "unit_minor": _minor(said, f"add_price:{i}", 0, currency, faults),
        }
        for i in range(ADDED)
        if (sku := said.get(f"add_sku:{i}", "").strip())
    ]


def _units(said: dict[str, str], name: str, now: int, faults: list[Fault]) -> int:
    text = said.get(name, "").strip()
    if not text:
        return now
    if text.isascii() and text.isdigit() and len(text) <= 7:
        return int(text)
    faults.append(Fault(f"/{name}", "units", f"{text[:20]!r} is not a whole number of units."))
    return now


def _minor(said: dict[str, str], name: str, now: int, currency: str, faults: list[Fault]) -> int:
    """Return an amount that was typed as people write it, in minor units."""
    text = said.get(name, "").strip().replace(",", ".")
    if not text:
        return now
    try:
        amount = Decimal(text).scaleb(decimals(currency)) if len(text) <= 16 else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount.is_finite() and amount == amount.to_integral_value() and 0 <= amount < 10**12:
        return int(amount)
    faults.append(Fault(f"/{name}", "amount", f"{text[:20]!r} is not an amount in {currency}, like 12.50."))
    return now


def _amount(minor: int, currency: str) -> str:
    places = decimals(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


ROUTES: list[Any] = [change_page, change]
