"""The express lane: a request that has nothing unusual about it reaches its act without the web framework.

The framework takes longer over a small request than the act itself and PostgreSQL together, which counts where thousands of
them come in a second. A route that declares a `Lane` is answered here when the caller's key was seen lately and the body has
the right shape. Whatever else comes goes to the framework untouched, which refuses it in full; so both doors answer alike.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from doorstep.platform.auth import Allow, Principal
from doorstep.platform.errors import Refused
from doorstep.platform.problems import PROBLEM_TYPE, instance, trouble

BEARER = b"Bearer "
EXPRESS = "express"
"""Under this name a route's `opt` holds its lane."""
JSON, PROBLEM = b"application/json", PROBLEM_TYPE.encode()


@dataclass(frozen=True, slots=True)
class Given:
    """An answer in JSON."""

    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lane:
    """How a route answers a caller who may enter it.

    Attributes:
        shape: what its JSON body is read into, strictly.
        answer: takes the application's state, the caller, what was read, the idempotency key as it was sent, and the body.
    """

    shape: Any
    answer: Callable[[State, Principal, Any, str | None, bytes], Awaitable[Given]]


@dataclass(frozen=True, slots=True)
class _Open:
    """A lane as it is driven."""

    allowed: Allow
    decode: Callable[[bytes], Any]
    answer: Callable[[State, Principal, Any, str | None, bytes], Awaitable[Given]]


class Express:
    """Stands before the framework."""

    def __init__(self, framework: ASGIApp, routes: Iterable[Any], state: State, *, body_max: int) -> None:
        self._framework, self._state, self._body_max = framework, state, body_max
        self._lanes = {
            (method, path): _Open(one.opt["allow"], msgspec.json.Decoder(lane.shape).decode, lane.answer)
            for one in routes
            if isinstance(one, HTTPRouteHandler) and (lane := one.opt.get(EXPRESS))
            for method in one.http_methods
            for path in one.paths
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request here, or have the framework do it."""
        if scope["type"] != ScopeType.HTTP:
            await self._framework(scope, receive, send)
            return
        lane = self._lanes.get((scope["method"], scope["path"]))
        if lane is None or scope["query_string"]:
            await self._framework(scope, receive, send)
            return
        headers = dict(scope["headers"])
        who = self._caller(headers, lane)
        if who is None:
            await self._framework(scope, receive, send)
            return
        pieces: list[Any] = []
        try:
            body = await self._read(receive, pieces)
            asked = lane.decode(body)
            self._state.limiter.take(who.actor, who.tenant_id)
        except (ValueError, RecursionError, Refused):
            await self._framework(scope, _again(pieces, receive), send)
            return
        key = headers.get(b"idempotency-key")
        try:
            given = await lane.answer(
                self._state, who, asked, None if key is None else key.decode("latin-1"), body
            )
            kind = JSON
        except Exception as error:  # noqa: BLE001 - told as the framework's own handlers tell it
            told = trouble(error, scope["path"])
            given = Given(told.status, told.body(instance(scope["state"]["request_id"])), told.headers)
            kind = PROBLEM
        await _send(send, kind, given)

    async def _read(self, receive: Receive, pieces: list[Any]) -> bytes:
        """Return the body, and put its pieces where the framework finds them if it has to look.

        Raises:
            ValueError: it is too large, or the caller went away.
        """
        size = 0
        while not pieces or pieces[-1].get("more_body"):
            piece: Any = await receive()
            pieces.append(piece)
            size += len(piece.get("body", b""))
            if piece["type"] != "http.request" or size > self._body_max:
                raise ValueError("not a whole body")
        return b"".join(piece.get("body", b"") for piece in pieces)

    def _caller(self, headers: Mapping[bytes, bytes], lane: _Open) -> Principal | None:
        """Return a caller whose key this process has seen lately and who may enter."""
        bearer = headers.get(b"authorization", b"")
        if headers.get(b"content-type") != JSON or not bearer.startswith(BEARER):
            return None
        who: Principal | None = self._state.gate.recalled(bearer[len(BEARER) :].strip().decode("latin-1"))
        return who if who is not None and who.may(lane.allowed) else None


async def _send(send: Send, kind: bytes, given: Given) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(given.body)).encode()),
        *((name.encode(), value.encode()) for name, value in given.headers.items()),
    ]
    await send({"type": "http.response.start", "status": given.status, "headers": headers})
    await send({"type": "http.response.body", "body": given.body, "more_body": False})


def _again(pieces: Sequence[Any], receive: Receive) -> Receive:
    """Return what hands out the pieces of a body that were read already before what is still to come."""
    waiting = deque(pieces)

    async def once_more() -> Any:
        return waiting.popleft() if waiting else await receive()

    return once_more
