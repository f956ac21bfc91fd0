"""Stripe: PaymentIntents with manual capture, over its documented REST API.

A payment is one PaymentIntent, whose metadata carries our reference. Its token is a payment method (`pm_...`), which we confirm, or
a PaymentIntent (`pi_...`) that the shop's checkout has confirmed already; the latter is adopted by one order, once.

- https://docs.stripe.com/api/payment_intents, https://docs.stripe.com/api/refunds
- https://docs.stripe.com/payments/multicapture: parts of a promise, up to 50
- https://docs.stripe.com/api/idempotent_requests: the first answer to a key is repeated, 500s too, for at least 24 hours
- https://docs.stripe.com/webhooks#verify-manually, https://docs.stripe.com/currencies
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import httpx
import msgspec

from doorstep.platform.measures import decimals, money
from doorstep.stages.orders.model.accounts import PaymentCall
from doorstep.stages.orders.ports.payment import Ask, Charge, InDoubtError, NotNowError, RefusedThereError

BASE_URL = "https://api.stripe.com"
VERSION = "2024-06-20"
TIMEOUT_S = 10.0
SETTLES_S = 180.0
"""Well above the 80 seconds after which Stripe's own libraries give up on a call."""

SKEW = timedelta(minutes=10)
PAGES_MAX = 20
TOLERANCE_S = 300
LIVES = timedelta(days=7)
"""How long a card's promise lives when Stripe does not say."""

OURS = "doorstep"
MULTICAPTURE = "payment_method_options[card][request_multicapture]"
TWO_PLACES = frozenset({"ISK", "UGX"})
NO_PLACES = frozenset({"MGA"})
STATES = {"requires_capture": "authorized", "succeeded": "captured", "canceled": "voided"}
UNDER_WAY = frozenset({"processing", "requires_confirmation"})
LOOKS = frozenset(
    {
        "payment_intent.amount_capturable_updated", "payment_intent.payment_failed", "payment_intent.canceled",
        "payment_intent.succeeded", "charge.refunded", "charge.dispute.created",
    }
)  # fmt: skip
"""The events that we want to be told."""


class _Error(msgspec.Struct):
    type: str = ""
    code: str = ""
    decline_code: str = ""
    payment_intent: dict[str, Any] = {}


class _Failed(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)


def units(amount_minor: int, currency: str) -> int:
    """Return an amount as Stripe counts it, which for a few currencies is not ISO 4217's minor unit.

    Raises:
        RefusedThereError: Stripe cannot tell the amount exactly.
    """
    if currency in TWO_PLACES:
        return amount_minor * 100
    if decimals(currency) == 4:
        raise RefusedThereError(f"Stripe does not take {currency}")
    step = 100 if currency in NO_PLACES else 10 if decimals(currency) == 3 else 1
    if amount_minor % step:
        raise RefusedThereError(f"Stripe takes no fraction of {money(step, currency)}")
    return amount_minor // 100 if currency in NO_PLACES else amount_minor


def minor(count: int, currency: str) -> int:
    """Return an amount of Stripe's in the currency's minor unit."""
    if currency in TWO_PLACES:
        return count // 100
    return count * 100 if currency in NO_PLACES else count


@dataclass(frozen=True, slots=True)
class StripePayment:
    """An account at Stripe.

    Attributes:
        parts: promises are asked for so that they can be taken in several parts, where the card can.
    """

    http: httpx.AsyncClient
    key: str = field(repr=False)
    base_url: str = BASE_URL
    parts: bool = False

    settles_s: ClassVar[float | None] = SETTLES_S

    async def greet(self) -> str:
        """Return the name of the account, as a test of the key."""
        found = await self._ask("GET", "/v1/account")
        return str(found.get("business_profile", {}).get("name") or found.get("id", ""))

    async def authorize(self, ask: Ask) -> Charge:
        """Confirm a PaymentIntent of our own, or adopt the one that the shop confirmed."""
        if ask.token.startswith("pi_"):
            return await self._adopt(ask)
        form = {
            "amount": str(units(ask.amount_minor, ask.currency)), "currency": ask.currency.lower(), "capture_method": "manual",
            "payment_method": ask.token, "payment_method_types[]": "card", "confirm": "true", "error_on_requires_action": "true",
            f"metadata[{OURS}]": ask.reference, "expand[]": "latest_charge",
        }  # fmt: skip
        if self.parts:
            form[MULTICAPTURE] = "if_available"
        return _charge(await self._ask("POST", "/v1/payment_intents", form, f"{ask.reference}:authorize"))

    async def _adopt(self, ask: Ask) -> Charge:
        intent = await self._intent(ask.token)
        owner = intent.get("metadata", {}).get(OURS)
        if owner not in (None, ask.reference):
            raise RefusedThereError("the payment belongs to another order")
        wanted = (units(ask.amount_minor, ask.currency), ask.currency.lower())
        if (intent.get("amount"), intent.get("currency")) != wanted:
            raise RefusedThereError("the payment is of another amount")
        if intent.get("status") not in STATES:
            return Charge(ask.token, "declined", str(intent.get("status", "")))
        form = {f"metadata[{OURS}]": ask.reference, "expand[]": "latest_charge"}
        path = f"/v1/payment_intents/{ask.token}"
        return _charge(await self._ask("POST", path, form, f"{ask.reference}:adopt"))

    async def find(self, ask: Ask) -> Charge | None:
        """Return the PaymentIntent of our reference: by its name, else among those made around the call.

        The list is read, not the search: the search learns of new payments late.
        """
        name = ask.charge_id or (ask.token if ask.token.startswith("pi_") else "")
        if name:
            intent = await self._intent(name)
            return _charge(intent) if ask.charge_id or _is_ours(intent, ask) else None
        if ask.called_at is None:
            return None
        around = {
            "created[gte]": str(int((ask.called_at - SKEW).timestamp())), "created[lte]": str(int((ask.called_at + SKEW).timestamp())),
            "limit": "100", "expand[]": "data.latest_charge",
        }  # fmt: skip
        for _ in range(PAGES_MAX):
            page = await self._ask("GET", "/v1/payment_intents", around)
            if found := next((one for one in page["data"] if _is_ours(one, ask)), None):
                return _charge(found)
            if not page.get("has_more"):
                return None
            around["starting_after"] = page["data"][-1]["id"]
        raise InDoubtError(f"Stripe has more than {PAGES_MAX * 100} payments of that time")

    async def capture(self, charge_id: str, amount_minor: int, currency: str, reference: str) -> None:  # noqa: ARG002 - the port's
        """Take promised money; what is left of the promise ends.

        An intent can be captured once and canceled once, so neither carries a key: a kept 500 would stand in the way for a day.
        """
        amount = units(amount_minor, currency)
        path = f"/v1/payment_intents/{charge_id}/capture"
        try:
            await self._ask("POST", path, {"amount_to_capture": str(amount)})
        except (InDoubtError, RefusedThereError):
            intent = await self._intent(charge_id)
            if intent.get("status") != "succeeded" or intent.get("amount_received") != amount:
                raise

    async def take(
        self, charge_id: str, amount_minor: int, currency: str, reference: str, taken_minor: int
    ) -> None:
        """Take a part of promised money; what was received there tells whether an earlier call has done it."""
        after = units(taken_minor, currency) + (amount := units(amount_minor, currency))
        if (await self._intent(charge_id)).get("amount_received", 0) >= after:
            return
        form = {"amount_to_capture": str(amount), "final_capture": "false"}
        try:
            await self._ask("POST", f"/v1/payment_intents/{charge_id}/capture", form, f"{reference}:take")
        except (InDoubtError, RefusedThereError):
            if (await self._intent(charge_id)).get("amount_received", 0) < after:
                raise

    async def finish(self, charge_id: str) -> None:
        """Let go of what is left of a promise, which ends it: nothing of it can be captured any more."""
        if not (await self._intent(charge_id)).get("amount_capturable"):
            return
        try:
            await self._ask("POST", f"/v1/payment_intents/{charge_id}/cancel")
        except (InDoubtError, RefusedThereError):
            if (await self._intent(charge_id)).get("amount_capturable"):
                raise

    async def void(self, charge_id: str) -> None:
        """Give a promise back."""
        try:
            await self._ask("POST", f"/v1/payment_intents/{charge_id}/cancel")
        except (InDoubtError, RefusedThereError):
            if (await self._intent(charge_id)).get("status") != "canceled":
                raise

    async def refund(self, charge_id: str, amount_minor: int, currency: str, reference: str) -> None:
        """Give taken money back, unless it was given back under our reference before; keys are forgotten after a day."""
        before = await self._ask("GET", "/v1/refunds", {"payment_intent": charge_id, "limit": "100"})
        mine = [one for one in before["data"] if one.get("metadata", {}).get(OURS) == reference]
        form = {
            "payment_intent": charge_id,
            "amount": str(units(amount_minor, currency)),
            f"metadata[{OURS}]": reference,
        }
        done = mine[0] if mine else await self._ask("POST", "/v1/refunds", form, f"{reference}:refund")
        if done.get("status") in ("failed", "canceled"):
            raise RefusedThereError(str(done.get("failure_reason") or "the refund failed"))

    async def _intent(self, name: str) -> dict[str, Any]:
        return await self._ask("GET", f"/v1/payment_intents/{name}", {"expand[]": "latest_charge"})

    async def _ask(
        self, method: str, path: str, fields: Mapping[str, str] | None = None, key: str | None = None
    ) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.key}", "stripe-version": VERSION}
        if key is not None:
            headers["idempotency-key"] = key
        sent: dict[str, Any] = {"params" if method == "GET" else "data": dict(fields or {})}
        try:
            response = await self.http.request(
                method, self.base_url + path, headers=headers, timeout=TIMEOUT_S, **sent
            )
        except httpx.ConnectError as error:
            raise NotNowError("Stripe cannot be reached") from error
        except httpx.HTTPError as error:
            raise InDoubtError(f"Stripe did not answer ({type(error).__name__})") from error
        if response.status_code == 200:
            found: dict[str, Any] = _read(response, dict[str, Any])
            return found
        return _failed(response)


def _failed(response: httpx.Response) -> dict[str, Any]:
    """Return the PaymentIntent that a card declined.

    Raises:
        NotNowError: busy. InDoubtError: 5xx, or the same call is under way. RefusedThereError: everything else.
    """
    status = response.status_code
    if status == 429:
        raise NotNowError("Stripe is busy")
    if status == 409 or status >= 500:
        raise InDoubtError(f"Stripe answered {status}")
    error = _read(response, _Failed).error
    if status == 402 and error.payment_intent:
        return {**error.payment_intent, "status": "declined", "why": error.decline_code or error.code}
    if status in (401, 403):
        raise RefusedThereError("Stripe does not accept our key")
    raise RefusedThereError(error.decline_code or error.code or error.type or f"status {status}")


def _read(response: httpx.Response, kind: Any) -> Any:
    try:
        return msgspec.json.decode(response.content, type=kind)
    except msgspec.MsgspecError:
        raise InDoubtError("Stripe answered nonsense") from None


def _is_ours(intent: Mapping[str, Any], ask: Ask) -> bool:
    return bool(intent.get("metadata", {}).get(OURS) == ask.reference)


def _charge(intent: Mapping[str, Any]) -> Charge:
    """Return a PaymentIntent in our words."""
    if not isinstance(intent.get("id"), str):
        raise InDoubtError("Stripe answered nonsense")
    if intent.get("status") in UNDER_WAY:
        raise InDoubtError("Stripe is still at it")
    status = STATES.get(intent.get("status", ""), "declined")
    latest = intent.get("latest_charge")
    latest = latest if isinstance(latest, dict) else {}
    failed = intent.get("last_payment_error") or {}
    why = intent.get("why") or failed.get("decline_code") or failed.get("code") or intent.get("status")
    refunded = minor(latest.get("amount_refunded", 0), str(intent.get("currency", "")).upper())
    card = (latest.get("payment_method_details") or {}).get("card") or {}
    before = card.get("capture_before")
    ends = (
        datetime.fromtimestamp(before, UTC)
        if before
        else datetime.fromtimestamp(intent.get("created", 0), UTC) + LIVES
    )
    return Charge(
        id=intent["id"],
        status=status,
        decline_code=str(why) if status == "declined" else None,
        expires_at=ends if status == "authorized" else None,
        refunded_minor=refunded,
        parts=(card.get("multicapture") or {}).get("status") == "available",
    )


def genuine(secret: str, header: str, body: bytes, now_s: float | None = None) -> bool:
    """Return whether a call carries a `Stripe-Signature` of ours, made within five minutes.

    Args:
        secret: of the endpoint (`whsec_...`), used as it is spelled.
        header: `t=<seconds>,v1=<hex>`, with several `v1` while a secret is replaced.
        body: the raw bytes.
        now_s: seconds since 1970; the real clock if left out.
    """
    pairs = [part.strip().partition("=")[::2] for part in header.split(",")]
    stamp = next((value for name, value in pairs if name == "t"), "")
    if not secret or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    if abs((time.time() if now_s is None else now_s) - int(stamp)) > TOLERANCE_S:
        return False
    wanted = hmac.digest(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hex().encode()
    given = [value.encode("utf-8", "replace") for name, value in pairs if name == "v1"]
    return any(hmac.compare_digest(wanted, one) for one in given)


def read_call(account_id: UUID, body: bytes) -> PaymentCall | None:
    """Return what a call is about; None when it is about nothing of ours.

    Raises:
        ValueError: it cannot be read.
    """
    event = msgspec.json.decode(body, type=dict[str, Any])
    thing = event.get("data", {}).get("object", {})
    if not isinstance(thing, dict) or event.get("type") not in LOOKS or not isinstance(event.get("id"), str):
        return None
    charge_id = thing.get("id") if thing.get("object") == "payment_intent" else thing.get("payment_intent")
    reference = (thing.get("metadata") or {}).get(OURS, "")
    return PaymentCall(account_id, event["id"][:200], event["type"], str(charge_id or ""), str(reference))
