"""The port to payment processors: promise, take, give back, and find out what became of a call without an answer.

A call has three ends: it was done, it was refused, or nobody knows (`InDoubtError`). Who is in doubt asks `find` by our
reference before doing anything else. Every call carries an idempotency key made of our reference and what is done, so that
the same call again is harmless.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import msgspec

from doorstep.platform.config import Settings
from doorstep.platform.errors import Reason, Refused

TIMEOUT_S = 5.0


class InDoubtError(Exception):
    """The processor did not answer, or answered nonsense: it may or may not have done it."""


class RefusedThereError(Exception):
    """The processor will not do it; asking again will not help."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment as the processor knows it.

    Attributes:
        id: the processor's own name of it.
        status: `authorized`, `captured`, `refunded`, `voided` or `declined`.
        decline_code: why it was declined.
    """

    id: str
    status: str
    decline_code: str | None = None


class PaymentPort(Protocol):
    """What the house asks of a payment processor. Amounts are in the currency's minor unit."""

    async def authorize(self, reference: str, token: str, amount_minor: int, currency: str) -> Charge:
        """Promise money under our reference; the same reference again is the same promise. May be declined."""

    async def find(self, reference: str) -> Charge | None:
        """Return what the processor knows under our reference; None when it never heard of it."""

    async def capture(self, charge_id: str, amount_minor: int, reference: str) -> None:
        """Take promised money, once per reference."""

    async def void(self, charge_id: str) -> None:
        """Give a promise back; harmless when repeated."""

    async def refund(self, charge_id: str, amount_minor: int, reference: str) -> None:
        """Give taken money back, once per reference."""


class _Shown(msgspec.Struct):
    """A payment as the processor answers it."""

    id: str
    status: str
    decline_code: str | None = None


class _Found(msgspec.Struct):
    """The payments of a reference, newest first."""

    payments: list[_Shown]


@dataclass(frozen=True, slots=True)
class SimulatedPayment:
    """The simulated processor, over real HTTP."""

    http: httpx.AsyncClient
    base_url: str
    key: str

    async def authorize(self, reference: str, token: str, amount_minor: int, currency: str) -> Charge:
        """Promise money, or be declined."""
        asked = {"reference": reference, "token": token, "amount_minor": amount_minor, "currency": currency}
        return await self._post("/v1/authorizations", f"{reference}:authorize", asked)

    async def find(self, reference: str) -> Charge | None:
        """Return the newest payment under our reference that is worth something, else the newest."""
        response = await self._send("GET", "/v1/payments", params={"reference": reference})
        if response.status_code != 200:
            raise InDoubtError(f"the processor answered {response.status_code}")
        found = _read(response, _Found).payments
        live = [one for one in found if one.status not in {"declined", "voided"}]
        newest = next(iter(live or found), None)
        return Charge(newest.id, newest.status, newest.decline_code) if newest else None

    async def capture(self, charge_id: str, amount_minor: int, reference: str) -> None:
        """Take promised money."""
        asked = {"payment": charge_id, "amount_minor": amount_minor, "reference": reference}
        await self._post("/v1/captures", f"{reference}:capture", asked)

    async def void(self, charge_id: str) -> None:
        """Give a promise back."""
        await self._post("/v1/voids", f"{charge_id}:void", {"payment": charge_id})

    async def refund(self, charge_id: str, amount_minor: int, reference: str) -> None:
        """Give taken money back."""
        asked = {"payment": charge_id, "amount_minor": amount_minor, "reference": reference}
        await self._post("/v1/refunds", f"{reference}:refund", asked)

    async def _post(self, path: str, key: str, asked: dict[str, Any]) -> Charge:
        response = await self._send("POST", path, json=asked, headers={"idempotency-key": key})
        if response.status_code in {200, 201, 402}:
            shown = _read(response, _Shown)
            return Charge(shown.id, shown.status, shown.decline_code)
        if response.status_code in {409, 422}:
            raise RefusedThereError(_why(response))
        raise InDoubtError(f"the processor answered {response.status_code}")

    async def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        try:
            return await self.http.request(
                method, self.base_url + path, headers=headers, timeout=TIMEOUT_S, **more
            )
        except httpx.HTTPError as error:
            raise InDoubtError(f"the processor did not answer ({type(error).__name__})") from error


def _read(response: httpx.Response, kind: Any) -> Any:
    try:
        return msgspec.json.decode(response.content, type=kind)
    except msgspec.DecodeError:
        raise InDoubtError("the processor answered nonsense") from None


def _why(response: httpx.Response) -> str:
    try:
        error = msgspec.json.decode(response.content, type=dict[str, dict[str, str]]).get("error", {})
    except msgspec.DecodeError:
        return f"status {response.status_code}"
    return error.get("code", f"status {response.status_code}")


def port_of(processor: str, settings: Settings, http: httpx.AsyncClient) -> PaymentPort:
    """Return the port of a processor.

    Raises:
        Refused: it is not set up here.
    """
    if processor == "simulated" and settings.payment_url:
        return SimulatedPayment(http, settings.payment_url.rstrip("/"), settings.payment_key)
    raise Refused(
        Reason.OUTSIDE, f"The payment processor {processor} is not set up here. Set DOORSTEP_PAYMENT_URL."
    )


def set_up(settings: Settings) -> tuple[str, ...]:
    """Return the processors that can be asked here."""
    return ("manual", "simulated") if settings.payment_url else ("manual",)
