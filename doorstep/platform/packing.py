"""Pages are sent packed: a phone in a warehouse has a thin connection."""

import gzip
from collections.abc import Iterable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

Headers = Iterable[tuple[bytes, bytes]]
SMALL_MIN = 1024


class Packed:
    """Packs whole HTML pages for browsers that take gzip. Streams, files and the API pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != ScopeType.HTTP or not _takes_gzip(scope):
            await self.app(scope, receive, send)
            return
        begun: HTTPResponseStartEvent | None = None

        async def pack(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start" and _is_page(message["headers"]):
                begun = message
                return
            if begun is not None and message["type"] == "http.response.body":
                body = message["body"]
                if not message.get("more_body") and len(body) >= SMALL_MIN:
                    body = gzip.compress(body, 5, mtime=0)
                    begun["headers"] = _packed_headers(begun["headers"], len(body))
                await send(begun)
                begun = None
                message["body"] = body
            await send(message)

        await self.app(scope, receive, pack)


def _takes_gzip(scope: Scope) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])


def _is_page(headers: Headers) -> bool:
    names = {name.lower(): value for name, value in headers}
    return names.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in names


def _packed_headers(headers: Headers, length: int) -> list[tuple[bytes, bytes]]:
    return [
        *((name, value) for name, value in headers if name.lower() != b"content-length"),
        (b"content-length", str(length).encode()),
        (b"content-encoding", b"gzip"),
        (b"vary", b"accept-encoding"),
    ]
