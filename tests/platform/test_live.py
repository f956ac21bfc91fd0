"""Event streams: what a page hears when something is new."""

import asyncio
from typing import Any, cast

from litestar import Litestar, get
from litestar.types import Message, Scope

from doorstep.platform.live import stream


async def _look() -> int:
    return 1


async def _render() -> str:
    return '<p id="board">\nnew</p>'


class _EnoughError(Exception):
    """The reader has heard what it wanted."""


async def _hear() -> list[Message]:
    """Read a stream of a handler that promises nothing about its answer, until the first event."""

    @get("/live")
    async def live() -> Any:
        return stream(_look, _render)

    heard: list[Message] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Message) -> None:
        heard.append(message)
        if message["type"] == "http.response.body":
            raise _EnoughError

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/live",
        "raw_path": b"/live",
        "query_string": b"",
    }
    rest: dict[str, Any] = {
        "asgi": {},
        "headers": [],
        "scheme": "http",
        "http_version": "1.1",
        "server": ("t", 80),
    }
    try:
        await Litestar([live])(cast("Scope", {**scope, **rest}), receive, send)
    except Exception:  # noqa: BLE001 - the reader hangs up; how the server takes it is its own matter
        return heard
    return heard


async def test_a_stream_says_that_it_is_one_and_begins_with_the_pieces() -> None:
    start, first = (await _hear())[:2]
    assert start["type"] == "http.response.start"
    assert dict(start["headers"])[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert first["type"] == "http.response.body"
    assert first["body"].splitlines() == [b"event: html", b'data: <p id="board">', b"data: new</p>", b""]
