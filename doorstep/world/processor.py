"""The payment processor's books, what goes wrong there, and the one way to do a thing once; `payment.py` says it in words."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar import Request, Response

from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.world.ledger import Ledger
from doorstep.world.mishaps import Mishaps, MishapsIn
from doorstep.world.wire import Stop, authorized

Q = Statements("doorstep.world")
Asked = Request[Any, Any, Any]

MISHAPS = {
    "throttle": "429 with Retry-After; nothing done",
    "error_before": "503; nothing done",
    "hang": "hangs, then 504; nothing done",
    "timeout_after": "does it, then hangs before answering",
    "error_after": "does it, then answers 500",
    "nonsense": "does it, then answers HTML with status 200",
}
DECLINES = {
    "tok_declined": "insufficient_funds",
    "tok_expired": "expired_card",
    "tok_fraud": "suspected_fraud",
}
MOODS = {
    "tok_timeout": "timeout_after",
    "tok_hang": "hang",
    "tok_flaky": "error_before",
    "tok_late": "error_after",
    "tok_nonsense": "nonsense",
}
"""Tokens that go wrong on the first call of a reference."""

Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Amount = Annotated[int, msgspec.Meta(gt=0, le=10**12)]


class AuthorizationIn(msgspec.Struct, frozen=True):
    """Money to be promised."""

    reference: Reference
    token: Reference
    amount_minor: Amount
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class MoneyIn(msgspec.Struct, frozen=True):
    """Money to be taken or given back."""

    payment: Reference
    amount_minor: Amount
    reference: Reference


class VoidIn(msgspec.Struct, frozen=True):
    """A promise to be given back."""

    payment: Reference


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the books hold it."""

    id: str
    reference: str
    token: str
    amount_minor: int
    currency: str
    captured_minor: int
    refunded_minor: int
    decline_code: str | None
    voided_at: float | None
    made_at: float

    @property
    def status(self) -> str:
        """How the payment stands."""
        if self.decline_code:
            return "declined"
        if self.voided_at is not None:
            return "voided"
        if not self.captured_minor:
            return "authorized"
        return "refunded" if self.refunded_minor == self.captured_minor else "captured"

    def shown(self) -> dict[str, Any]:
        """Return the payment as the API answers it."""
        names = ("id", "reference", "status", "amount_minor", "currency", "captured_minor", "refunded_minor")
        return {name: getattr(self, name) for name in (*names, "decline_code")}


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement of money as the books hold it."""

    id: str
    payment: str
    kind: str
    reference: str
    amount_minor: int
    made_at: float


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """How a key was answered at first."""

    request_hash: str
    status: int
    body: str


class Processor:
    """The books, what goes wrong, and the one way to do a thing once."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        kept = ledger.value(Q.payment_setting, name="mishaps")
        self.mishaps = Mishaps(msgspec.json.decode(kept, type=MishapsIn) if kept else None)
        self._met: set[str] = set()

    def befall(self, asked: MishapsIn) -> None:
        """Change what goes wrong, and remember it.

        Raises:
            Stop: 422, a mishap that this processor cannot meet.
        """
        mishaps = Mishaps(asked)
        if stray := mishaps.unknown(MISHAPS):
            raise Stop(422, "unknown_mishap", f"There is no mishap {', '.join(stray)}.")
        self.ledger.run(Q.set_payment_setting, name="mishaps", value=msgspec.json.encode(asked).decode())
        self.mishaps = mishaps

    def mood(self, token: str, reference: str) -> str | None:
        """Return how a token goes wrong on the first call of a reference."""
        if token not in MOODS or reference in self._met:
            return None
        self._met.add(reference)
        return MOODS[token]

    async def once(
        self, request: Asked, act: Callable[[str], tuple[int, Payment]], mood: str | None = None
    ) -> Response[bytes]:
        """Do an act once for the request's key, and meet whatever mishap is due.

        Args:
            request: carries account and key.
            act: takes the account; returns status and payment.
            mood: a mishap that is due in any case.

        Raises:
            Stop: the act refuses, the key is missing or was used for another request, or a mishap.
        """
        account, key = authorized(request), request.headers.get("idempotency-key", "")
        if not 1 <= len(key) <= 255:
            raise Stop(400, "no_key", "Send an Idempotency-Key of 1 to 255 characters.")
        mishap = self.mishaps.draw(MISHAPS) or mood
        if mishap in {"throttle", "error_before"}:
            raise Stop(429 if mishap == "throttle" else 503, mishap, "Come back later.", {"retry-after": "1"})
        if mishap == "hang":
            await asyncio.sleep(self.mishaps.hang_s)
            raise Stop(504, mishap, "That took too long.")
        done = self._do(account, key, request.url.path.encode() + await request.body(), act)
        if mishap == "timeout_after":
            await asyncio.sleep(self.mishaps.hang_s)
        if mishap == "error_after":
            raise Stop(500, mishap, "Something broke.")
        if mishap == "nonsense":
            return Response(b"<html>Bank holiday</html>", media_type="text/html", status_code=200)
        return Response(done.body.encode(), status_code=done.status, media_type="application/json")

    def _do(
        self, account: str, key: str, asked: bytes, act: Callable[[str], tuple[int, Payment]]
    ) -> FirstAnswer:
        request_hash = hashlib.sha256(asked).hexdigest()
        with self.ledger as book:
            if kept := book.row(Q.first_answer, FirstAnswer, account=account, key=key):
                if kept.request_hash != request_hash:
                    raise Stop(422, "key_reused", "This key was used for another request.")
                return kept
            status, payment = act(account)
            body = msgspec.json.encode(payment.shown()).decode()
            book.run(
                Q.keep_answer, account=account, key=key, request_hash=request_hash, status=status, body=body
            )
            return FirstAnswer(request_hash, status, body)

    def find(self, account: str, payment_id: str) -> Payment:
        """Return a payment.

        Raises:
            Stop: 404, there is none.
        """
        found = self.ledger.row(Q.payment_by_id, Payment, account=account, id=payment_id)
        if found is None:
            raise Stop(404, "unknown_payment", "There is no such payment.")
        return found

    def enter(self, account: str, kind: str, payment: Payment, reference: str, amount_minor: int) -> None:
        """Write a movement of money into the book."""
        self.ledger.run(
            Q.enter,
            id=f"ent_{new_id().hex}",
            account=account,
            payment_id=payment.id,
            kind=kind,
            reference=reference,
            amount_minor=amount_minor,
            now=time.time(),
        )

    def done_before(self, account: str, kind: str, asked: MoneyIn) -> bool:
        """Return whether money was moved under this reference before."""
        return bool(
            self.ledger.value(
                Q.entry_of_reference,
                account=account,
                payment_id=asked.payment,
                kind=kind,
                reference=asked.reference,
            )
        )
