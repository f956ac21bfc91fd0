"""A payment processor with books of its own: it promises, takes and gives back money, each once.

Base: `http://127.0.0.1:<port>`. JSON in and out. Every `/v1` route but `/v1/simulate/mishaps` wants
`Authorization: Bearer <account key>` (401 otherwise). Every POST wants `Idempotency-Key` (1 to 255 characters, else 400):
the same key and body again is answered as at first; with another body 422 `key_reused`.
Errors: `{"error": {"code": text, "message": text}}`. Payment:
`{"id", "reference", "status", "amount_minor", "currency", "captured_minor", "refunded_minor", "decline_code"}` with status
`authorized`, `captured` (anything was taken), `refunded` (all that was taken was given back), `voided` or `declined`.

- `POST /v1/authorizations` `{"reference", "token", "amount_minor", "currency"}`: 201 Payment; 402 Payment with status
  `declined` and a `decline_code`. A reference that has a payment neither declined nor voided: 200 with that payment, and
  409 `other_amount` if the amount differs. `reference` is the caller's own id of this payment.
- `POST /v1/captures` `{"payment": id, "amount_minor", "reference"}`: 201 Payment. In parts, never above what was authorized:
  422 `above_authorized`; 409 `voided` or `declined`. `reference` names this capture: a second one of the same name on the
  same payment does nothing and answers 200.
- `POST /v1/voids` `{"payment": id}`: 200 Payment, also when repeated; 409 `captured` once anything was taken.
- `POST /v1/refunds` `{"payment": id, "amount_minor", "reference"}`: 201 Payment. Never above what was taken:
  422 `above_captured`. A second refund of the same reference on the same payment does nothing and answers 200.
- `GET /v1/payments?reference=`: 200 `{"payments": [Payment]}`, newest first: what became of a call without an answer.
- `GET /v1/ledger?skip=0&most=1000`: 200 `{"payments": [Payment], "entries": [{"id", "payment", "kind", "reference",
  "amount_minor"}]}`: the independent witness.

Tokens (never card numbers): `tok_ok` and any other; `tok_declined` (insufficient_funds), `tok_expired` (expired_card),
`tok_fraud` (suspected_fraud); `tok_timeout` authorizes, then hangs on its first call; `tok_hang` hangs without authorizing on
its first call; `tok_flaky` answers 503 on its first call, with nothing done; `tok_late` answers 500 on its first call, with
the promise made; `tok_nonsense` authorizes and answers HTML on its first call. "First" is per reference.
`POST /v1/simulate/mishaps` takes `MishapsIn`; names: `MISHAPS` of `processor.py`, for every POST.
"""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromQuery, JSONBody

from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.world.ledger import Ledger
from doorstep.world.mishaps import MishapsIn
from doorstep.world.processor import DECLINES, AuthorizationIn, Entry, MoneyIn, Payment, Processor, VoidIn
from doorstep.world.serving import serving
from doorstep.world.wire import Stop, answer, authorized, given, on_bad_request, on_stop

Q = Statements("doorstep.world")
Asked = Request[Any, Any, Any]

InProcessor = NamedDependency[Processor]


@post("/v1/authorizations")
async def authorize(request: Asked, processor: InProcessor, data: JSONBody[AuthorizationIn]) -> Response[Any]:
    """Promise money, or decline."""

    def act(account: str) -> tuple[int, Payment]:
        book = processor.ledger
        before = book.rows(Q.payments_of_reference, Payment, account=account, reference=data.reference)
        live = [one for one in before if one.status not in {"declined", "voided"}]
        if live:
            if live[0].amount_minor != data.amount_minor:
                raise Stop(409, "other_amount", f"{data.reference} has a payment of another amount.")
            return 200, live[0]
        declined = DECLINES.get(data.token)
        payment_id = f"pay_{new_id().hex}"
        values = msgspec.structs.asdict(data)
        book.run(
            Q.authorize, id=payment_id, account=account, decline_code=declined, now=time.time(), **values
        )
        payment = processor.find(account, payment_id)
        if not declined:
            processor.enter(account, "authorized", payment, data.reference, data.amount_minor)
        return (402 if declined else 201), payment

    return await processor.once(request, act, processor.mood(data.token, data.reference))


@post("/v1/captures")
async def capture(request: Asked, processor: InProcessor, data: JSONBody[MoneyIn]) -> Response[Any]:
    """Take money that was promised."""

    def act(account: str) -> tuple[int, Payment]:
        payment = processor.find(account, data.payment)
        if payment.status in {"voided", "declined"}:
            raise Stop(409, payment.status, f"The payment is {payment.status}.")
        if processor.done_before(account, "captured", data):
            return 200, payment
        if payment.captured_minor + data.amount_minor > payment.amount_minor:
            left = payment.amount_minor - payment.captured_minor
            raise Stop(422, "above_authorized", f"At most {left} is left to take.")
        processor.ledger.run(Q.capture, id=payment.id, amount_minor=data.amount_minor)
        processor.enter(account, "captured", payment, data.reference, data.amount_minor)
        return 201, processor.find(account, payment.id)

    return await processor.once(request, act)


@post("/v1/voids")
async def void(request: Asked, processor: InProcessor, data: JSONBody[VoidIn]) -> Response[Any]:
    """Give a promise back."""

    def act(account: str) -> tuple[int, Payment]:
        payment = processor.find(account, data.payment)
        if payment.captured_minor:
            raise Stop(409, "captured", "Money was taken; refund it instead.")
        if not payment.decline_code and processor.ledger.run(Q.void_payment, id=payment.id, now=time.time()):
            processor.enter(account, "voided", payment, payment.reference, payment.amount_minor)
        return 200, processor.find(account, payment.id)

    return await processor.once(request, act)


@post("/v1/refunds")
async def refund(request: Asked, processor: InProcessor, data: JSONBody[MoneyIn]) -> Response[Any]:
    """Give money back that was taken."""

    def act(account: str) -> tuple[int, Payment]:
        payment = processor.find(account, data.payment)
        if processor.done_before(account, "refunded", data):
            return 200, payment
        if payment.refunded_minor + data.amount_minor > payment.captured_minor:
            left = payment.captured_minor - payment.refunded_minor
            raise Stop(422, "above_captured", f"At most {left} is left to give back.")
        processor.ledger.run(Q.give_back, id=payment.id, amount_minor=data.amount_minor)
        processor.enter(account, "refunded", payment, data.reference, data.amount_minor)
        return 201, processor.find(account, payment.id)

    return await processor.once(request, act)


@get("/v1/payments")
async def find(request: Asked, processor: InProcessor, reference: FromQuery[str]) -> Response[Any]:
    """Find the payments of a reference."""
    found = processor.ledger.rows(
        Q.payments_of_reference, Payment, account=authorized(request), reference=reference
    )
    return answer({"payments": [one.shown() for one in found]})


@get("/v1/ledger")
async def ledger(
    request: Asked, processor: InProcessor, skip: FromQuery[int] = 0, most: FromQuery[int] = 1000
) -> Response[Any]:
    """List every payment and movement of money, in order."""
    where = {"account": authorized(request), "skip": skip, "most": min(most, 10_000)}
    return answer(
        {
            "payments": [one.shown() for one in processor.ledger.rows(Q.payments_made, Payment, **where)],
            "entries": processor.ledger.rows(Q.entries, Entry, **where),
        }
    )


@post("/v1/simulate/mishaps")
async def set_mishaps(processor: InProcessor, data: JSONBody[MishapsIn]) -> Response[Any]:
    """Say what shall go wrong from now on."""
    processor.befall(data)
    return answer(data)


@asynccontextmanager
async def serve_payment(
    folder: Path, port: int = 0, *, keys: Sequence[str] = ("payment-demo-key",)
) -> AsyncIterator[str]:
    """Serve the payment processor from the books in `folder`; yield its base URL."""
    processor = Processor(Ledger(folder, "payment"))
    application = Litestar(
        [authorize, capture, void, refund, find, ledger, set_mishaps],
        dependencies={"processor": given(processor)},
        exception_handlers={Stop: on_stop, HTTPException: on_bad_request},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=100_000,
    )
    application.state.account_keys = frozenset(keys)
    try:
        async with serving(application, port) as url:
            yield url
    finally:
        processor.ledger.close()
