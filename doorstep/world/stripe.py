"""A Stripe with books of its own: PaymentIntents and Refunds as its API documents them, keys that repeat answers, signed calls.

Base: `http://127.0.0.1:<port>`; bodies are form-encoded, the key is a Bearer. `pm_card_visa` is accepted, `pm_declined` declined for
`insufficient_funds`, `pm_3ds` wants its owner (which declines here). `checkout` makes the intent that a shop's page confirms.

- `GET /v1/account`
- `POST`, `GET /v1/payment_intents`, `POST`, `GET /v1/payment_intents/<id>`, `POST .../capture`, `POST .../cancel`
- `POST`, `GET /v1/refunds`

`befall` names what goes wrong with the next POSTs: `busy` (429), `down` (503; nothing done, nothing kept), `late` (done, and 500 is the
answer kept for the key), `broken` (nothing done, and 500 is kept), `lost` (done, hangs), `nonsense` (done, HTML).
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import httpx
import msgspec
from litestar import HttpMethod, Litestar, Request, Response, route
from litestar.params import FromPath

from doorstep.world.serving import serving

Asked = Request[Any, Any, Any]
DECLINES = {"pm_declined": "insufficient_funds", "pm_3ds": "authentication_required"}
MULTICAPTURE = "payment_method_options[card][request_multicapture]"
ONCE = frozenset({"pm_once"})
"""Cards whose promise is taken once only."""

LIVES_S = 7 * 86_400
HANG_S = 1.0


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """A request is answered with an error of Stripe's."""

    def __init__(self, status: int, code: str, kind: str = "invalid_request_error", **more: Any) -> None:
        super().__init__(code)
        self.status, self.error = status, {"type": kind, "code": code, "message": code, **more}


class StripeBooks:
    """One account.

    Attributes:
        intents, refunds: by id, as the API answers them.
        entries: every movement of money in order, the independent witness.
        kept_back: calls not sent, while nobody is told (`hook` is None).
    """

    def __init__(self) -> None:
        self.key, self.secret = "sk_test_demo", "whsec_demo"
        self.hook: str | None = None
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.entries: list[tuple[str, int]] = []
        self.answers: dict[str, tuple[str, int, bytes]] = {}
        self.next: list[str] = []
        self.asked: list[str] = []
        self.kept_back: list[bytes] = []

    def befall(self, *mishaps: str) -> None:
        """Let the next POSTs go wrong so, one each; `none` lets one pass."""
        self.next += mishaps

    def checkout(self, amount: int, currency: str = "eur") -> str:
        """Let a customer confirm a payment on the shop's own page; return its id."""
        form = {"amount": str(amount), "currency": currency, "capture_method": "manual", "confirm": "true", "payment_method": "pm_card_visa"}  # fmt: skip
        return str(self.create(form)["id"])

    def create(self, form: dict[str, str]) -> dict[str, Any]:
        """Make an intent and confirm it."""
        name, charge = f"pi_{uuid4().hex}", f"ch_{uuid4().hex}"
        amount, declined = int(form["amount"]), DECLINES.get(form["payment_method"])
        metadata = _metadata(form)
        status = "requires_payment_method" if declined else "requires_capture"
        parts = MULTICAPTURE in form and form["payment_method"] not in ONCE
        latest = {
            "id": charge, "object": "charge", "payment_intent": name, "amount": amount, "amount_refunded": 0, "metadata": metadata,
            "payment_method_details": {"card": {"capture_before": int(time.time()) + LIVES_S, "multicapture": {"status": "available" if parts else "unavailable"}}},
        }  # fmt: skip
        intent = {
            "id": name, "object": "payment_intent", "amount": amount, "amount_received": 0, "currency": form["currency"], "status": status,
            "amount_capturable": 0 if declined else amount, "metadata": metadata, "created": int(time.time()), "latest_charge": latest,
            "capture_method": form.get("capture_method", "automatic"), "last_payment_error": None, "multicapture": parts,
        }  # fmt: skip
        self.intents[name] = intent
        if declined:
            intent["last_payment_error"] = {"code": "card_declined", "decline_code": declined}
            raise Refusal(402, "card_declined", "card_error", decline_code=declined, payment_intent=intent)
        self.entries.append(("authorized", amount))
        return intent

    def change(self, name: str, form: dict[str, str]) -> dict[str, Any]:
        """Write metadata."""
        intent = self.find(name)
        intent["metadata"] = {**intent["metadata"], **_metadata(form)}
        return intent

    def capture(self, name: str, form: dict[str, str]) -> dict[str, Any]:
        """Take money; what is left of the promise ends, unless it is said that more will follow."""
        intent = self.find(name)
        if intent["status"] != "requires_capture":
            raise Refusal(400, "payment_intent_unexpected_state", payment_intent=intent)
        amount = int(form.get("amount_to_capture", intent["amount_capturable"]))
        if amount > intent["amount_capturable"]:
            raise Refusal(400, "amount_too_large")
        received, left = intent["amount_received"] + amount, intent["amount_capturable"] - amount
        if form.get("final_capture") != "false":
            left = 0
        elif not intent["multicapture"]:
            raise Refusal(400, "multicapture_not_available")
        status = "requires_capture" if left else "succeeded"
        intent.update(status=status, amount_received=received, amount_capturable=left)
        self.entries.append(("captured", amount))
        return intent

    def cancel(self, name: str, _form: dict[str, str]) -> dict[str, Any]:
        """End a promise."""
        intent = self.find(name)
        if intent["status"] in ("succeeded", "canceled"):
            raise Refusal(400, "payment_intent_unexpected_state", payment_intent=intent)
        if intent["status"] == "requires_capture":
            self.entries.append(("voided", intent["amount_capturable"]))
        intent.update(status="canceled", amount_capturable=0)
        return intent

    def refund(self, form: dict[str, str]) -> dict[str, Any]:
        """Give money back."""
        intent, amount = self.find(form["payment_intent"]), int(form["amount"])
        charge = intent["latest_charge"]
        if amount > intent["amount_received"] - charge["amount_refunded"]:
            raise Refusal(400, "charge_already_refunded")
        charge["amount_refunded"] += amount
        name = f"re_{uuid4().hex}"
        self.refunds[name] = {"id": name, "object": "refund", "status": "succeeded", "amount": amount, "payment_intent": intent["id"], "metadata": _metadata(form)}  # fmt: skip
        self.entries.append(("refunded", amount))
        return self.refunds[name]

    def find(self, name: str) -> dict[str, Any]:
        """Return an intent."""
        if name not in self.intents:
            raise Refusal(404, "resource_missing")
        return self.intents[name]

    async def call(self, event: str, thing: dict[str, Any]) -> bytes:
        """Call about a thing as it is now; return the body, so that it can be sent again."""
        body = msgspec.json.encode(
            {"id": f"evt_{uuid4().hex}", "object": "event", "type": event, "data": {"object": thing}}
        )
        if self.hook is None:
            self.kept_back.append(body)
        else:
            await self.send(body)
        return body

    async def send(self, body: bytes, *, secret: str | None = None, at_s: float | None = None) -> int:
        """Send one call, signed; return the status that it was answered with."""
        stamp = str(int(time.time() if at_s is None else at_s))
        signed = hmac.digest((secret or self.secret).encode(), f"{stamp}.".encode() + body, hashlib.sha256)
        headers = {
            "content-type": "application/json",
            "stripe-signature": f"t={stamp},v1={'0' * 64},v1={signed.hex()},v0=x",
        }
        async with httpx.AsyncClient() as client:
            return (await client.post(self.hook or "", content=body, headers=headers)).status_code

    async def catch_up(self, arrange: Callable[[list[bytes]], Sequence[bytes]] = list) -> None:
        """Send what was kept back, in the sequence that `arrange` makes of it."""
        bodies, self.kept_back = self.kept_back, []
        for body in arrange(bodies):
            await self.send(body)


def _metadata(form: dict[str, str]) -> dict[str, str]:
    return {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}


def _answer(content: Any, status: int = 200) -> Response[bytes]:
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return Response(body, status_code=status, media_type="application/json")


@route("/v1/{path:path}", http_method=[HttpMethod.GET, HttpMethod.POST], status_code=200)
async def _serve(request: Asked, path: FromPath[str]) -> Response[bytes]:
    books: StripeBooks = request.app.state.books
    parts = path.strip("/").split("/")
    books.asked.append(f"{request.method} {'/'.join(parts)}")
    if request.headers.get("authorization") != f"Bearer {books.key}":
        return _answer({"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}, 401)
    try:
        if request.method == "GET":
            return _answer(_read(books, parts, dict(request.query_params)))
        return await _once(books, parts, request)
    except Refusal as refusal:
        return _answer({"error": refusal.error}, refusal.status)


def _read(books: StripeBooks, parts: list[str], query: dict[str, str]) -> Any:
    if parts == ["account"]:
        return {"id": "acct_demo", "object": "account", "business_profile": {"name": "Juniper Home"}}
    if parts == ["refunds"]:
        found = [one for one in books.refunds.values() if one["payment_intent"] == query["payment_intent"]]
        return {"object": "list", "data": found, "has_more": False}
    if len(parts) == 2:
        return books.find(parts[1])
    low, high = int(query.get("created[gte]", 0)), int(query.get("created[lte]", 10**12))
    newest = [one for one in reversed(books.intents.values()) if low <= one["created"] <= high]
    names = [one["id"] for one in newest]
    start = names.index(query["starting_after"]) + 1 if "starting_after" in query else 0
    size = int(query.get("limit", 10))
    return {
        "object": "list",
        "data": newest[start : start + size],
        "has_more": start + size < len(newest),
    }


async def _once(books: StripeBooks, parts: list[str], request: Asked) -> Response[bytes]:
    """Do a POST once for its key; the first answer is repeated, 500s too."""
    key, raw = request.headers.get("idempotency-key", ""), (await request.body()).decode()
    asked = f"{'/'.join(parts)}?{raw}"
    mishap = books.next.pop(0) if books.next else "none"
    if mishap in ("busy", "down"):
        return _answer(
            {"error": {"type": "api_error", "code": "rate_limit"}}, 429 if mishap == "busy" else 503
        )
    if key in books.answers:
        before, status, body = books.answers[key]
        if before != asked:
            raise Refusal(400, "idempotency_key_reused", "idempotency_error")
        again = _answer(body, status)
        again.headers["idempotent-replayed"] = "true"
        return again
    status, body = 500, b'{"error": {"type": "api_error"}}'
    if mishap != "broken":
        try:
            done = _do(books, parts, dict(parse_qsl(raw, keep_blank_values=True)))
            status, body = (500, body) if mishap == "late" else (200, msgspec.json.encode(done))
        except Refusal as refusal:
            status, body = refusal.status, msgspec.json.encode({"error": refusal.error})
    if key:
        books.answers[key] = (asked, status, body)
    if mishap == "lost":
        await asyncio.sleep(HANG_S)
    return _answer(b"<html>" if mishap == "nonsense" else body, status)


def _do(books: StripeBooks, parts: list[str], form: dict[str, str]) -> dict[str, Any]:
    match parts:
        case ["payment_intents"]:
            return books.create(form)
        case ["payment_intents", name]:
            return books.change(name, form)
        case ["payment_intents", name, "capture"]:
            return books.capture(name, form)
        case ["payment_intents", name, "cancel"]:
            return books.cancel(name, form)
        case ["refunds"]:
            return books.refund(form)
    raise Refusal(404, "resource_missing")


@asynccontextmanager
async def serve_stripe(books: StripeBooks, port: int = 0) -> AsyncIterator[str]:
    """Serve an account; yield the base URL."""
    application = Litestar([_serve], openapi_config=None, logging_config=None)
    application.state.books = books
    async with serving(application, port) as url:
        yield url
