"""Shops and payment processors call: the signature is checked over the raw body, repeats are known by the call's own name, the answer is quick.

What a call says is kept and folded by a worker, so that no call waits for stock or for another order.
"""

from typing import Any
from uuid import UUID

import msgspec
import structlog
from litestar import Response, post

from doorstep.platform.auth import public
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, InHouse
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.hooks import HookCode, hook_door
from doorstep.platform.house import House
from doorstep.stages.orders.acts.channels import shops
from doorstep.stages.orders.acts.channels.hearing import Call, take_calls
from doorstep.stages.orders.acts.money import accounts
from doorstep.stages.orders.model.accounts import Account
from doorstep.stages.orders.model.shops import Shop
from doorstep.stages.orders.ports import stripe
from doorstep.stages.orders.ports.channels import PORTS

log = structlog.get_logger()
CALL_MAX = 5_000_000
ACTOR = "shop"


class ShopTaken(msgspec.Struct):
    """The call was taken."""

    taken: bool = True


async def _find(tx: Tx, code: str) -> Shop:
    found = await shops.shops(tx, code=code)
    if not found:
        raise unknown("shop", code)
    return found[0]


@post("/hooks/shops/{tenant_code:str}/{shop_code:str}", opt=public(), status_code=200)
async def shop_calls(
    tenant_code: HookCode, shop_code: HookCode, request: Asked, house: InHouse
) -> Response[ShopTaken]:
    """Take a shop's webhook, signed as its kind of shop signs, with the secret that was given when it was connected.

    A repeated call is answered like the first and changes nothing; calls may come in any order.
    """
    door = hook_door(request, house, ACTOR, _find, take_calls)
    tenant_id, shop = await door.whose(tenant_code, shop_code)
    body = await request.body()
    if len(body) > CALL_MAX:
        raise Refused(Reason.TOO_LARGE, f"A call has at most {CALL_MAX} bytes.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    port = PORTS[shop.kind]
    if not port.signed(shop, headers, body):
        raise Refused(
            Reason.UNAUTHENTICATED, "The signature is missing or wrong. Sign with this shop's secret."
        )
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        now = tx.now
    try:
        call = port.call(headers, body, now)
    except ValueError as error:
        await _unreadable(house, tenant_id, shop, error)
        return Response(ShopTaken())
    if call is not None:
        await door.ask(tenant_id, Call(shop.id, call.id, call.tellings))
    return Response(ShopTaken())


async def _unreadable(house: House, tenant_id: UUID, shop: Shop, error: ValueError) -> None:
    """Note a genuine call that cannot be understood; the shop would only repeat it, and the poll looks again."""
    log.warning("shop_call_unreadable", shop=shop.code, error=str(error)[:200])
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await shops.went_wrong(tx, shop, f"A call cannot be understood: {str(error)[:300]}", 0)


PROCESSOR = "processor"


class PaymentCallTaken(msgspec.Struct):
    """The call was taken."""

    received: bool = True


async def _find_account(tx: Tx, code: str) -> Account:
    try:
        return await accounts.find_account(tx, UUID(code))
    except ValueError:
        raise unknown("account", code) from None


@post("/hooks/payments/{tenant_code:str}/{account_code:str}", opt=public(), status_code=200)
async def payment_calls(
    tenant_code: HookCode, account_code: HookCode, request: Asked, house: InHouse
) -> Response[PaymentCallTaken]:
    """Take a call of Stripe, signed with the secret of its endpoint. How the payment stands is asked of Stripe afterwards.

    A repeated call changes nothing; calls may come in any order.
    """
    door = hook_door(request, house, PROCESSOR, _find_account, accounts.take_payment_calls)
    tenant_id, account = await door.whose(tenant_code, account_code)
    body = await request.body()
    if len(body) > CALL_MAX:
        raise Refused(Reason.TOO_LARGE, f"A call has at most {CALL_MAX} bytes.")
    if not stripe.genuine(account.hook_secret, request.headers.get("stripe-signature", ""), body):
        raise Refused(
            Reason.UNAUTHENTICATED, "The signature is missing or wrong. Sign with this endpoint's secret."
        )
    try:
        call = stripe.read_call(account.id, body)
    except (ValueError, AttributeError) as error:
        log.warning("payment_call_unreadable", account=str(account.id), error=str(error)[:200])
        return Response(PaymentCallTaken())
    if call is not None:
        await door.ask(tenant_id, call)
    return Response(PaymentCallTaken())


ROUTES: list[Any] = [shop_calls, payment_calls]
