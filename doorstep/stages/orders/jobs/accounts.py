"""Trying the key of an account at a payment processor."""

from uuid import UUID

from doorstep.platform.house import House
from doorstep.stages.orders.acts.money import accounts
from doorstep.stages.orders.model.accounts import Account
from doorstep.stages.orders.ports.payment import InDoubtError, NotNowError, RefusedThereError
from doorstep.stages.orders.ports.stripe import StripePayment


async def greet(house: House, tenant_id: UUID, account: Account) -> tuple[str | None, str | None]:
    """Ask a processor for the account's name; return it, or else what went wrong. Either is noted at the account."""
    name, error = None, None
    try:
        name = await StripePayment(house.http, account.api_key, account.base_url).greet()
    except (InDoubtError, NotNowError, RefusedThereError) as trouble:
        error = str(trouble)
    async with house.db.transaction(tenant_id, actor="system:payment") as tx:
        await accounts.note_account(tx, account.id, error)
    return name, error
