"""Accounts at payment processors over JSON: connect one, see how they do, test one."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.stages.orders.acts import find_merchant
from doorstep.stages.orders.acts.money import accounts
from doorstep.stages.orders.acts.money.accounts import NewAccount
from doorstep.stages.orders.jobs.accounts import greet
from doorstep.stages.orders.model.accounts import Account, AccountKind
from doorstep.stages.orders.model.asked import Word
from doorstep.stages.orders.ports.stripe import BASE_URL

READERS = allow(*DESK, Role.MERCHANT, scope="payments:read")
CONNECTORS = allow(*DESK, scope="payments:write")
"""Keys move money, and the house calls the address that is said: neither is for merchants."""

ADDRESS = r"^https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/-]*)?$"
Secret = Annotated[str, Meta(min_length=8, max_length=300, pattern=r"^[\x21-\x7e]+$")]


class AccountIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An account to be connected, or whose keys are replaced. They are kept sealed and never shown."""

    merchant: Annotated[Word, Meta(description="The merchant's code.")]
    kind: AccountKind = AccountKind.STRIPE
    api_key: Annotated[
        Secret, Meta(description="A restricted key that may write PaymentIntents and Refunds.")
    ]
    hook_secret: Annotated[Secret, Meta(description="Of the webhook endpoint: whsec_...")]
    renews: Annotated[
        bool, Meta(description="Cards are kept there: a promise that ends may be asked for anew.")
    ] = False
    base_url: Annotated[str, Meta(max_length=200, pattern=ADDRESS)] = BASE_URL


class AccountOut(msgspec.Struct, kw_only=True):
    """An account and how it does; it calls at `/hooks/payments/<tenant>/<id>`."""

    id: UUID
    kind: str
    merchant: str
    base_url: str
    renews: bool
    made_at: datetime
    heard_at: datetime | None
    error: str | None
    error_at: datetime | None


class GreetingOut(msgspec.Struct):
    """Whether the processor accepts the key: the account's name there, or what is wrong."""

    name: str | None
    error: str | None


def _shown(account: Account) -> AccountOut:
    return AccountOut(**{name: getattr(account, name) for name in AccountOut.__struct_fields__})


@get("/api/payment-accounts", opt=READERS)
async def read_payment_accounts(house: InHouse, who: Caller) -> list[AccountOut]:
    """List the accounts at payment processors, and how each does. No key is shown."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return [_shown(one) for one in await accounts.accounts(tx, who.merchant_id)]


@post("/api/payment-accounts", opt=CONNECTORS)
async def connect_payment_account(
    data: JSONBody[AccountIn], request: Asked, house: InHouse, who: Caller
) -> Response[AccountOut]:
    """Connect a merchant's account at a payment processor, or replace its keys."""

    async def act(tx: Tx) -> AccountOut:
        merchant_id = await find_merchant(tx, data.merchant)
        if merchant_id is None or who.merchant_id not in (None, merchant_id):
            raise unknown("merchant", data.merchant[:40])
        values = {name: getattr(data, name) for name in AccountIn.__struct_fields__ if name != "merchant"}
        values["base_url"] = data.base_url.rstrip("/")
        account_id = await accounts.connect_account(tx, NewAccount(merchant_id=merchant_id, **values))
        return _shown(await accounts.find_account(tx, account_id))

    return await once(request, house, who, act)  # type: ignore[return-value]


@post("/api/payment-accounts/{account_id:uuid}/test", opt=CONNECTORS, status_code=200)
async def try_payment_account(account_id: FromPath[UUID], house: InHouse, who: Caller) -> GreetingOut:
    """Ask the processor for the account's name, which shows that the key is right."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        account = await accounts.find_account(tx, account_id, who.merchant_id)
    name, error = await greet(house, who.tenant_id, account)
    return GreetingOut(name, error)


ROUTES: list[Any] = [read_payment_accounts, connect_payment_account, try_payment_account]
