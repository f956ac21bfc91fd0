"""Which payment processors there are, and the port of each."""

import httpx

from doorstep.platform.config import Settings
from doorstep.platform.errors import Reason, Refused
from doorstep.stages.orders.model.accounts import Account, AccountKind
from doorstep.stages.orders.ports.payment import PaymentPort, SimulatedPayment
from doorstep.stages.orders.ports.stripe import StripePayment


def port_of(
    processor: str, account: Account | None, settings: Settings, http: httpx.AsyncClient
) -> PaymentPort:
    """Return the port of a processor.

    Args:
        processor: its name in payments.
        account: the merchant's there, where merchants have their own.
        settings: name the simulated processor.
        http: calls it.

    Raises:
        Refused: it is not set up here.
    """
    if processor == "simulated" and settings.payment_url:
        return SimulatedPayment(http, settings.payment_url.rstrip("/"), settings.payment_key)
    if processor == AccountKind.STRIPE and account is not None:
        return StripePayment(http, account.api_key, account.base_url, parts=account.parts)
    raise Refused(
        Reason.OUTSIDE,
        f"The payment processor {processor} is not set up here. Connect the merchant's account at /payments.",
    )


def set_up(settings: Settings) -> tuple[str, ...]:
    """Return the processors that an order may name here; an account that is missing at Stripe holds the order."""
    simulated = ("simulated",) if settings.payment_url else ()
    return ("manual", *simulated, *AccountKind)
