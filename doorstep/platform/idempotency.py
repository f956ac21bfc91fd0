"""The same request twice is one act: the first answer is kept under the caller's `Idempotency-Key`, in the act's own transaction.

`once` serves one request. A group commit finds and keeps the answers of its whole batch with `find_kept` and `keep`.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from psycopg import errors

from doorstep.platform.auth import Principal
from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Fault, Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.statements import Statements

Q = Statements("doorstep.platform")
log = structlog.get_logger()
TRIES = 3
"""So often an act runs that loses deadlocks before its caller is told that the house is busy."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer given before."""

    request_hash: bytes
    status: int
    body: bytes

    def response(self, request_hash: bytes) -> Response[bytes]:
        """Return the kept answer again.

        Raises:
            Refused: the key came with another request the first time.
        """
        if self.request_hash != request_hash:
            raise Refused(
                Reason.KEY_REUSED,
                "This Idempotency-Key was used with another request. Use a new key for a new request.",
            )
        return Response(
            self.body,
            status_code=self.status,
            media_type="application/json",
            headers={"idempotent-replayed": "true"},
        )


def read_key(request: Request[Any, Any, Any]) -> str | None:
    """Return the request's `Idempotency-Key`, or None; raises as `checked`."""
    return checked(request.headers.get("idempotency-key"))


def checked(key: str | None) -> str | None:
    """Return an `Idempotency-Key` as it was sent, if it was.

    Raises:
        Refused: longer than 255 characters or empty.
    """
    if key is not None and not 1 <= len(key) <= 255:
        fault = Fault("", "idempotency_key", "An Idempotency-Key has 1 to 255 characters.")
        raise Refused(Reason.INVALID, "The Idempotency-Key does not fit: use 1 to 255 characters.", [fault])
    return key


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """Return what makes two requests the same request."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).digest()


async def once(
    request: Request[Any, Any, Any],
    house: House,
    who: Principal,
    act: Callable[[Tx], Awaitable[Any]],
    *,
    status: int = 201,
) -> Response[bytes]:
    """Run `act` in one transaction and answer with its result as JSON; with an `Idempotency-Key`, at most once ever.

    A refused act leaves no trace, so the same key may be tried again. One that lost a deadlock leaves none either, and is tried again here.

    Raises:
        Refused: the key was used for another request, or its first request is still under way.
    """
    key = read_key(request)
    request_hash = fingerprint(request.method, request.url.path, await request.body())
    for _ in range(TRIES - 1):
        try:
            return await _once(house, who, act, key, request_hash, status)
        except errors.DeadlockDetected:
            log.warning("deadlock_lost", path=request.url.path)
    return await _once(house, who, act, key, request_hash, status)


async def _once(
    house: House,
    who: Principal,
    act: Callable[[Tx], Awaitable[Any]],
    key: str | None,
    request_hash: bytes,
    status: int,
) -> Response[bytes]:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if key is not None and (kept := await _claim(tx, who.actor, key, request_hash)):
            return kept.response(request_hash)
        body = msgspec.json.encode(await act(tx))
        if key is not None:
            await tx.run(Q.fill_answer, caller=who.actor, key=key, status=status, body=body)
    return Response(body, status_code=status, media_type="application/json")


@dataclass(frozen=True, slots=True)
class Keep:
    """An answer to be kept under its caller's key."""

    key: str
    request_hash: bytes
    status: int
    body: bytes


async def find_kept(tx: Tx, keys: Sequence[str]) -> dict[str, Kept]:
    """Return what was answered to these keys of the transaction's actor before."""
    if not keys:
        return {}
    rows = await tx.tuples(Q.find_answers, caller=tx.actor, keys=list(keys))
    return {key: Kept(request_hash, status, body) for key, request_hash, status, body in rows}


async def keep(tx: Tx, answers: Sequence[Keep]) -> None:
    """Keep the answers of a batch, as the last thing in its transaction; the keys differ.

    Raises:
        psycopg.errors.UniqueViolation: a key was used by another transaction meanwhile (constraint `answers_pkey`); run the
            whole transaction again, it will find that answer. In a pipelined transaction it comes with the commit.
    """
    if answers:
        await tx.run(
            Q.add_answers,
            caller=tx.actor,
            **columns(answers, "key", "request_hash", "status"),
            bodys=[one.body for one in answers],
        )


async def _claim(tx: Tx, caller: str, key: str, request_hash: bytes) -> Kept | None:
    """Claim the key for this transaction, or return the answer that another gave before."""
    kept = await tx.row(Q.find_answer, Kept, caller=caller, key=key)
    if kept:
        return kept
    await tx.connection.execute("SET LOCAL lock_timeout = '100ms'")
    try:
        claimed = await tx.values(
            Q.keep_answers,
            callers=[caller],
            keys=[key],
            request_hashs=[request_hash],
            statuss=[0],
            bodys=[b""],
        )
    except errors.LockNotAvailable:
        raise Refused(
            Reason.IN_FLIGHT,
            "The first request with this Idempotency-Key is still under way. Ask again in a second.",
            retry_after_s=1,
        ) from None
    await tx.connection.execute("SET LOCAL lock_timeout = '10s'")
    return None if claimed else await tx.row(Q.find_answer, Kept, caller=caller, key=key)
