"""Orders from Northside's customers, placed through the real act."""

from typing import Any
from uuid import UUID

import httpx
import msgspec

from doorstep.platform.db import Tx
from doorstep.stages import orders
from doorstep.stages.orders import Contact, NewLine, NewOrder, NewPayment, Verdict
from doorstep.stages.orders.acts.channels.shops import NewShop
from doorstep.stages.orders.acts.edi.partners import NewPartner
from doorstep.stages.orders.acts.money.accounts import NewAccount
from doorstep.stages.orders.model.accounts import AccountKind
from doorstep.stages.orders.model.shops import ShopKind

PRICES = {"A": 1250, "B": 2000, "C": 8990, "D": 700, "K": 4800}
"""What Northside's products cost, in cents."""


def contact(**changed: Any) -> Contact:
    """Ana, in the village beside the warehouse, with some fields changed."""
    values: dict[str, Any] = {
        "name": "Ana Keller",
        "street": "Im Rietle 14",
        "city": "Schaan",
        "postal_code": "9494",
        "country": "LI",
        "email": "ana@example.org",
        "phone": "+423 232 12 34",
        "lat": 47.167,
        "lon": 9.511,
    }
    return Contact(**{**values, **changed})


def new_order(goods: dict[str, int] | None = None, **changed: Any) -> NewOrder:
    """An order whose sums are right: `goods` are units by SKU (one mug unless said), paid by invoice, with some fields changed."""
    lines = [
        NewLine(sku=sku, quantity=units, unit_minor=PRICES[sku]) for sku, units in (goods or {"A": 1}).items()
    ]
    total = sum(line.quantity * line.unit_minor for line in lines) + 500
    values: dict[str, Any] = {
        "merchant": "juniper",
        "currency": "EUR",
        "lines": lines,
        "shipping_minor": 500,
        "total_minor": total,
        "ship_to": contact(),
        "payments": [NewPayment(processor="manual", method="invoice", amount_minor=total)],
    }
    return NewOrder(**{**values, **changed})


def by_card(goods: dict[str, int] | None = None, *, token: str = "tok_ok", **changed: Any) -> NewOrder:
    """The same, paid by card through the simulated processor."""
    plain = new_order(goods, **changed)
    payment = NewPayment(processor="simulated", method="card", amount_minor=plain.total_minor, token=token)
    return msgspec.structs.replace(plain, payments=[payment])


def body(order: NewOrder, **changed: Any) -> dict[str, Any]:
    """An order as JSON, with some fields changed."""
    values: dict[str, Any] = msgspec.to_builtins(order)
    return {**values, **changed}


async def place_one(tx: Tx, goods: dict[str, int] | None = None, **changed: Any) -> UUID:
    """Place an order and return its id; it is accepted at once unless a field changed says otherwise."""
    verdict = await place_verdict(tx, new_order(goods, **changed))
    assert verdict.order_id is not None, verdict.faults
    return verdict.order_id


async def place_verdict(tx: Tx, order: NewOrder) -> Verdict:
    """Place an order and return the verdict on it."""
    (verdict,) = await orders.place(tx, [order])
    return verdict


def shop_of(merchant_id: UUID) -> NewShop:
    """A shop that nobody answers for."""
    return NewShop(
        code="juniper-shop", kind=ShopKind.SHOPIFY, merchant_id=merchant_id, base_url="http://127.0.0.1:9",
        api_key="token", hook_secret="hush", location="1",
    )  # fmt: skip


def account_of(merchant_id: UUID) -> NewAccount:
    """An account at Stripe that nobody answers for."""
    return NewAccount(
        kind=AccountKind.STRIPE, merchant_id=merchant_id, base_url="http://127.0.0.1:9", api_key="sk_test_demo", hook_secret="whsec_demo",
    )  # fmt: skip


def partner_of(merchant_id: UUID) -> NewPartner:
    """A partner that speaks EDI, as the simulated one names itself."""
    return NewPartner(code="acme-edi", merchant_id=merchant_id, our_id="DOORSTEP", their_id="ACME")


async def post_order(
    client: httpx.AsyncClient,
    key: str,
    order: NewOrder | dict[str, Any],
    *,
    idempotency_key: str | None = None,
) -> httpx.Response:
    """Send an order to the API."""
    headers = {"authorization": f"Bearer {key}"}
    if idempotency_key is not None:
        headers["idempotency-key"] = idempotency_key
    content = msgspec.json.encode(order)
    return await client.post(
        "/api/orders", content=content, headers={**headers, "content-type": "application/json"}
    )
