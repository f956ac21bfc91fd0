"""The port to payment processors: promise, take, give back, and find out what became of a call without an answer.

A call has three ends: it was done, it was refused, or nobody knows (`InDoubtError`). Who is in doubt asks `find` by our
reference before doing anything else. Every call carries an idempotency key made of our reference and what is done, so that
the same call again is harmless. Here are the port and the simulated processor; `stripe.py` is a real one.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

import httpx
import msgspec

TIMEOUT_S = 5.0


class InDoubtError(Exception):
    """The processor did not answer, or answered nonsense: it may or may not have done it."""


class RefusedThereError(Exception):
    """The processor will not do it; asking again will not help."""


class NotNowError(Exception):
    """The processor did nothing, because it is busy; asking again later will help."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Money that is asked for.

    Attributes:
        reference: our name of it; the same one again is the same promise.
        token: what the processor gave the shop for the customer's card.
        charge_id: the processor's name of it, once we know it.
        called_at: when it was asked first, in real time; None when it never was.
    """

    reference: str
    token: str
    amount_minor: int
    currency: str
    charge_id: str | None = None
    called_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment as the processor knows it.

    Attributes:
        id: the processor's own name of it.
        status: `authorized`, `captured`, `refunded`, `voided` or `declined`.
        decline_code: why it was declined.
        expires_at: when the promise ends by itself; None when that is not known.
        refunded_minor: what was given back of it, in whatever way.
        parts: it can be taken in several parts.
    """

    id: str
    status: str
    decline_code: str | None = None
    expires_at: datetime | None = None
    refunded_minor: int = 0
    parts: bool = False


class PaymentPort(Protocol):
    """What the house asks of a payment processor. Amounts are in the currency's minor unit.

    Attributes:
        settles_s: so long after a call without an answer, what is not found was not done, and may be asked under a new
            name. None: the same name may be asked for ever.
    """

    @property
    def settles_s(self) -> float | None:
        """See above."""

    async def authorize(self, ask: Ask) -> Charge:
        """Promise money under our reference; the same reference again is the same promise. May be declined."""

    async def find(self, ask: Ask) -> Charge | None:
        """Return what the processor knows under our reference; None when it never heard of it."""

    async def capture(self, charge_id: str, amount_minor: int, currency: str, reference: str) -> None:
        """Take promised money, once per reference."""

    async def take(
        self, charge_id: str, amount_minor: int, currency: str, reference: str, taken_minor: int
    ) -> None:
        """Take a part of promised money, once per reference; `taken_minor` was taken of it before. The rest stays promised."""

    async def finish(self, charge_id: str) -> None:
        """Let go of what is left of a promise of which parts were taken; harmless when repeated."""

    async def void(self, charge_id: str) -> None:
        """Give a promise back; harmless when repeated."""

    async def refund(self, charge_id: str, amount_minor: int, currency: str, reference: str) -> None:
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
    key: str = field(repr=False)

    settles_s: ClassVar[None] = None

    async def authorize(self, ask: Ask) -> Charge:
        """Promise money, or be declined."""
        names = ("reference", "token", "amount_minor", "currency")
        asked = {name: getattr(ask, name) for name in names}
        return await self._post("/v1/authorizations", f"{ask.reference}:authorize", asked)

    async def find(self, ask: Ask) -> Charge | None:
        """Return the newest payment under our reference that is worth something, else the newest."""
        response = await self._send("GET", "/v1/payments", params={"reference": ask.reference})
        if response.status_code != 200:
            raise InDoubtError(f"the processor answered {response.status_code}")
        found = _read(response, _Found).payments
        live = [one for one in found if one.status not in {"declined", "voided"}]
        newest = next(iter(live or found), None)
        return Charge(newest.id, newest.status, newest.decline_code, parts=True) if newest else None

    async def capture(self, charge_id: str, amount_minor: int, currency: str, reference: str) -> None:  # noqa: ARG002 - the port's
        """Take promised money."""
        asked = {"payment": charge_id, "amount_minor": amount_minor, "reference": reference}
        await self._post("/v1/captures", f"{reference}:capture", asked)

    async def take(
        self,
        charge_id: str,
        amount_minor: int,
        currency: str,
        reference: str,
        taken_minor: int,  # noqa: ARG002 - the port's
    ) -> None:
        """Take a part of promised money; the processor knows the reference again."""
        await self.capture(charge_id, amount_minor, currency, reference)

    async def finish(self, charge_id: str) -> None:
        """Nothing is to be done: what is left of a promise lapses there by itself."""

    async def void(self, charge_id: str) -> None:
        """Give a promise back."""
        await self._post("/v1/voids", f"{charge_id}:void", {"payment": charge_id})

    async def refund(self, charge_id: str, amount_minor: int, currency: str, reference: str) -> None:  # noqa: ARG002 - the port's
        """Give taken money back."""
        asked = {"payment": charge_id, "amount_minor": amount_minor, "reference": reference}
        await self._post("/v1/refunds", f"{reference}:refund", asked)

    async def _post(self, path: str, key: str, asked: dict[str, Any]) -> Charge:
        response = await self._send("POST", path, json=asked, headers={"idempotency-key": key})
        if response.status_code in {200, 201, 402}:
            shown = _read(response, _Shown)
            return Charge(shown.id, shown.status, shown.decline_code, parts=True)
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
