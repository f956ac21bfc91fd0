"""Accounts of merchants at payment processors are connected and looked at; what they call about is looked up there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx, locked_of
from doorstep.platform.errors import unknown
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.stages.orders.model import PAYMENT
from doorstep.stages.orders.model.accounts import Account, AccountKind, PaymentCall

Q = Statements("doorstep.stages.orders")
SECRETS = ("api_key", "hook_secret")
KEPT = timedelta(days=7)
DISPUTED = "charge.dispute.created"
ID_LENGTH = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What somebody says to connect an account; see `model.accounts.Account`."""

    kind: AccountKind
    merchant_id: UUID
    base_url: str
    api_key: str
    hook_secret: str
    renews: bool = False


async def connect_account(tx: Tx, new: NewAccount) -> UUID:
    """Connect a merchant's account, or replace the keys of the one there is; return its id."""
    values = {name: getattr(new, name) for name in NewAccount.__slots__}
    values |= {name: tx.seal(getattr(new, name)) for name in SECRETS}
    found: UUID = (await tx.values(Q.connect_account, id=new_id(), **values))[0]
    return found


async def accounts(
    tx: Tx, own: UUID | None = None, *, account_id: UUID | None = None, order_id: UUID | None = None
) -> list[Account]:
    """Return accounts: all, those of one merchant, one, or those that an order's payments may go through."""
    rows = await tx.rows(Q.accounts, Account, own=own, id=account_id, order_id=order_id)
    return tx.opened(rows, *SECRETS)


async def find_account(tx: Tx, account_id: UUID, own: UUID | None = None) -> Account:
    """Return an account.

    Raises:
        Refused: it is not there, or another merchant's.
    """
    found = await accounts(tx, own, account_id=account_id)
    if not found:
        raise unknown("account", account_id)
    return found[0]


async def account_of(tx: Tx, order_id: UUID, kind: str) -> Account | None:
    """Return the account through which payments of an order go, if its processor knows accounts and there is one."""
    if kind not in set(AccountKind):
        return None
    return next((one for one in await accounts(tx, order_id=order_id) if one.kind == kind), None)


async def note_account(tx: Tx, account_id: UUID, error: str | None) -> None:
    """Note how the last try to speak with a processor went."""
    await tx.run(Q.note_account, id=account_id, error=error and error[:300])


async def reseal(tx: Tx) -> int:
    """Seal the secrets of accounts with the newest key; return how many accounts there are."""
    await tx.run(Q.lock_accounts)
    found = await accounts(tx)
    sealed = {f"{name}s": [tx.seal(getattr(one, name)) for one in found] for name in SECRETS}
    await tx.run(Q.reseal_accounts, ids=[one.id for one in found], **sealed)
    return len(found)


async def locked(tx: Tx) -> list[str]:
    """Return the accounts whose secrets cannot be opened, and why."""
    return locked_of(
        tx, "account", await tx.rows(Q.accounts, Account, own=None, id=None, order_id=None), SECRETS
    )


async def take_payment_calls(tx: Tx, calls: Sequence[PaymentCall]) -> None:
    """Take calls of processors; those that were taken before change nothing, and those about nothing of ours neither."""
    unique = {(one.account_id, one.call_id): one for one in calls}
    fresh = await tx.tuples(
        Q.account_called, account_ids=[key[0] for key in unique], call_ids=[key[1] for key in unique]
    )
    await tx.run(Q.heard_of_accounts, ids=list({one.account_id for one in calls}))
    asked = [unique[key] for key in fresh]
    about = await tx.tuples(
        Q.payments_called_about,
        account_ids=[one.account_id for one in asked],
        call_ids=[one.call_id for one in asked],
        references=[one.charge_id or None for one in asked],
        payment_ids=[_our_id(one.reference) for one in asked],
    )
    for account_id, call_id, payment_id in about:
        event = unique[account_id, call_id].event
        name = "disputed" if event == DISPUTED else "told"
        await journal.note(tx, PAYMENT, name, [payment_id], {"event": event})


async def forget_account_calls(tx: Tx, _subjects: object = None) -> None:
    """Forget calls that are not repeated any more."""
    await tx.run(Q.forget_account_calls, before=tx.now - KEPT)


def _our_id(reference: str) -> UUID | None:
    try:
        return UUID(reference[:ID_LENGTH])
    except ValueError:
        return None
