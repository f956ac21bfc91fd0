"""How often a caller may ask, and how long answers took: the numbers behind 429 and `/metrics`."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Send
from prometheus_client import Counter, Histogram

from doorstep.platform.errors import Reason, Refused
from doorstep.platform.ids import new_id

log = structlog.get_logger()
REQUESTS = Counter("doorstep_requests_total", "Requests answered", ["method", "status"])
SECONDS = Histogram(
    "doorstep_request_seconds", "Time to answer", buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
)
REFUSALS = Counter("doorstep_refusals_total", "Requests refused", ["status"])


Headers = Sequence[tuple[bytes, bytes]]


@dataclass(slots=True)
class Limiter:
    """A token bucket per caller: `per_minute` on average, a tenth of it at once."""

    per_minute: int
    _buckets: dict[tuple[UUID, str], tuple[float, float]] = field(default_factory=dict)

    def take(self, actor: str, tenant_id: UUID) -> None:
        """Take one token of the caller.

        Raises:
            Refused: the bucket is empty; says when to come back.
        """
        now = time.monotonic()
        rate = self.per_minute / 60
        most = max(self.per_minute / 10, 1)
        tokens, at = self._buckets.get((tenant_id, actor), (most, now))
        tokens = min(most, tokens + (now - at) * rate)
        if tokens < 1:
            wait_s = int((1 - tokens) / rate) + 1
            raise Refused(
                Reason.TOO_MANY, f"Too many requests. Come back in {wait_s} s.", retry_after_s=wait_s
            )
        if len(self._buckets) > 50_000:
            self._buckets.clear()
        self._buckets[(tenant_id, actor)] = (tokens - 1, now)


async def measured(app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send, headers: Headers) -> None:
    """Give the request an id, call the application, count the answer, and add the id and some headers to it."""
    request_id = scope["state"]["request_id"] = str(new_id())
    begun = time.perf_counter()
    status = 500

    async def watch(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), *headers]
        await send(message)

    try:
        await app(scope, receive, watch)
    finally:
        took = time.perf_counter() - begun
        REQUESTS.labels(scope["method"], str(status)).inc()
        SECONDS.observe(took)
        if status >= 400:
            REFUSALS.labels(str(status)).inc()
        log.debug(
            "request",
            id=request_id,
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(took * 1000, 1),
        )
