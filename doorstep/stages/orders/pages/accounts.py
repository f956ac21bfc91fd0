"""The page of payments: which merchants have an account at a processor, how it does, and the form for one more."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post

from doorstep.platform import auth
from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Refused, invalid, unknown
from doorstep.platform.house import House
from doorstep.platform.pages import back, page
from doorstep.platform.shape import faults as faults_of
from doorstep.stages import catalog
from doorstep.stages.orders.acts import find_merchant
from doorstep.stages.orders.acts.money import accounts
from doorstep.stages.orders.acts.money.accounts import NewAccount
from doorstep.stages.orders.api.accounts import AccountIn
from doorstep.stages.orders.jobs.accounts import greet

READERS = allow(*DESK, Role.MERCHANT)
CONNECTORS = allow(*DESK)
SAYS = {
    "/merchant": "Choose whose account it is.",
    "/api_key": "Paste the whole restricted key, 8 to 300 characters without spaces.",
    "/hook_secret": "Paste the whole signing secret, 8 to 300 characters without spaces.",
    "/base_url": "The address begins with http:// or https://. Leave it empty for Stripe's own.",
}
"""What to do when a field of the form does not fit."""


@get("/payments", opt=READERS, include_in_schema=False)
async def account_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the accounts at payment processors, and the form for one more."""
    return await _list(request, house, who, {}, [])


async def _list(
    request: Asked, house: House, who: Principal, said: dict[str, str], faults: list[Fault]
) -> Any:
    tenants = {one.id: one.code for one in await auth.tenants(house.db)}
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await accounts.accounts(tx, who.merchant_id)
        sellers = await catalog.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
    hook = f"{house.settings.public_url.rstrip('/')}/hooks/payments/{tenants[who.tenant_id]}"
    return page(
        request, "orders/accounts.html", status=422 if faults else 200, accounts=found, merchants=list(sellers.values()),
        hook=hook, said=said, faults=faults, connects=bool({Role.OWNER, *DESK} & who.roles),
    )  # fmt: skip


@post("/payments", opt=CONNECTORS, include_in_schema=False, status_code=200)
async def connect_account(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Connect an account or replace its keys, or show again what was typed with what is wrong."""
    said = {name: value.strip().replace("\x00", "") for name, value in data.items()}
    try:
        await _connect(house, who, said)
    except Refused as refused:
        return await _list(
            request, house, who, said, list(refused.faults) or [Fault("", "refused", refused.message)]
        )
    return back("/payments", "The account is connected. Give Stripe the address below, then test it.")


async def _connect(house: House, who: Principal, said: dict[str, str]) -> None:
    asked: dict[str, Any] = {name: said.get(name, "") for name in ("merchant", "api_key", "hook_secret")}
    asked["renews"] = said.get("renews") == "yes"
    if said.get("base_url"):
        asked["base_url"] = said["base_url"]
    body = msgspec.json.encode(asked)
    try:
        account = msgspec.json.decode(body, type=AccountIn)
    except msgspec.ValidationError as error:
        found = faults_of(body, AccountIn) or [Fault("", "invalid", str(error))]
        named = [Fault(one.pointer, one.code, SAYS.get(one.pointer, one.message)) for one in found]
        raise invalid(named) from None
    values = {name: getattr(account, name) for name in AccountIn.__struct_fields__ if name != "merchant"}
    values["base_url"] = account.base_url.rstrip("/")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        merchant_id = await find_merchant(tx, account.merchant)
        if merchant_id is None or who.merchant_id not in (None, merchant_id):
            raise unknown("merchant", account.merchant[:40])
        await accounts.connect_account(tx, NewAccount(merchant_id=merchant_id, **values))


@post("/payments/{account_id:uuid}/test", opt=CONNECTORS, include_in_schema=False, status_code=200)
async def try_account(house: InHouse, who: Caller, account_id: FromPath[UUID]) -> Any:
    """Ask the processor for the account's name, and say what it answered."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        account = await accounts.find_account(tx, account_id, who.merchant_id)
    name, error = await greet(house, who.tenant_id, account)
    if error is not None:
        return back("/payments", f"The test failed: {error}"[:300], kind="wrong")
    return back("/payments", f"The processor answered: {(name or '')[:100]}.")


ROUTES: list[Any] = [account_list, connect_account, try_account]
