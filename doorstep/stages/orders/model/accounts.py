"""Accounts of merchants at payment processors, and what those call about."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class AccountKind(StrEnum):
    """A payment processor at which a merchant has an account of its own."""

    STRIPE = "stripe"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is kept.

    Attributes:
        merchant: whose it is: the code.
        hook_secret: what its calls are signed with.
        renews: cards are kept there, so that a promise that ends soon may be asked for anew without the customer.
        error: what went wrong last, until it goes well again.
        parts: the merchant takes money parcel by parcel.
    """

    id: UUID
    kind: str
    merchant_id: UUID
    merchant: str
    base_url: str
    api_key: str = field(repr=False)
    hook_secret: str = field(repr=False)
    renews: bool
    made_at: datetime
    heard_at: datetime | None
    error: str | None
    error_at: datetime | None
    parts: bool = False


@dataclass(frozen=True, slots=True)
class PaymentCall:
    """A call of a processor: something about a payment has changed; what, the processor is asked.

    Attributes:
        call_id: the same whenever the call is repeated.
        event: what it is called there.
        charge_id: the processor's name of the payment.
        reference: our name of it, if the call tells.
    """

    account_id: UUID
    call_id: str
    event: str
    charge_id: str
    reference: str
