"""Orders without limit: one per line in, one verdict per line out (NDJSON).

What is sent is kept on disk until it is whole, so that memory stays small and a client that reads no answer while it still
sends cannot make both wait for ever. Then the lines are placed by hundreds, each hundred in one transaction, and their verdicts
go out at once. The last line sums up; an answer without it was cut off, and what was sent may be sent again: every order
has its external reference, and one that is there is answered with the first.
"""

import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from typing import IO, Any

import msgspec
from litestar import post
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream
from psycopg import errors

from doorstep.platform.db import broken_rule
from doorstep.platform.edge import Asked, Caller, InHouse
from doorstep.platform.errors import Fault, Reason, Refused
from doorstep.platform.house import House
from doorstep.stages.orders.api.intake import TRIES, Sender, sender
from doorstep.stages.orders.api.placing import WRITERS
from doorstep.stages.orders.api.rows import Row, place_all, read_row
from doorstep.stages.orders.api.shapes import BulkOut, RowOut
from doorstep.stages.orders.model import NewOrder

TOGETHER = 500
LINE_MAX = 1_000_000
"""Longest line in bytes; the longest order has less."""

BODY_MAX = 4 << 30
KEPT_IN_MEMORY = 4 << 20


class SummaryOut(msgspec.Struct, kw_only=True):
    """The last line: how many of each kind."""

    end: bool = True
    rows: int = 0
    created: int = 0
    held: int = 0
    duplicate: int = 0
    refused: int = 0

    def add(self, part: BulkOut) -> None:
        """Count some more."""
        self.rows += len(part.rows)
        for kind in ("created", "held", "duplicate", "refused"):
            setattr(self, kind, getattr(self, kind) + getattr(part, kind))


@post(
    "/api/orders/stream",
    opt=WRITERS,
    status_code=200,
    request_max_body_size=None,
    responses={
        200: ResponseSpec(
            RowOut,
            description="A verdict per line; the last line sums up.",
            media_type="application/x-ndjson",
        )
    },
)
async def stream_orders(request: Asked, house: InHouse, who: Caller) -> Stream:
    """Place any number of orders, one per line (`application/x-ndjson`), each with the fields of `POST /api/orders`.

    Every order needs an `external_ref`: it makes sending a stream again harmless. The answer has a verdict per line, with
    its number from 0, as soon as it is known; a wrong line holds up none of the others. The last line sums up.
    """
    kept = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - closed when all is answered
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_MAX:
            kept.close()
            raise Refused(Reason.TOO_LARGE, "A stream has at most 4 GiB. Send it in parts.")
        kept.write(chunk)
    kept.seek(0)
    return Stream(_placed(house, sender(who), kept), media_type="application/x-ndjson")


async def _placed(house: House, whose: Sender, kept: IO[bytes]) -> AsyncIterator[bytes]:
    """Place line after line, and yield the verdicts."""
    summary, first = SummaryOut(), 0
    with kept:
        rows = _rows(kept, house)
        while asked := list(islice(rows, TOGETHER)):
            part = await _place(house, whose, asked)
            summary.add(part)
            for one in part.rows:
                one.row += first
            first += len(asked)
            yield b"".join(msgspec.json.encode(one) + b"\n" for one in part.rows)
    yield msgspec.json.encode(summary) + b"\n"


async def _place(house: House, whose: Sender, asked: list[Row]) -> BulkOut:
    for _ in range(TRIES - 1):
        try:
            return await _place_once(house, whose, asked)
        except errors.UniqueViolation as error:  # somebody placed one of them meanwhile; now it is found
            if broken_rule(error) != "external_ref_taken":
                raise
    return await _place_once(house, whose, asked)


async def _place_once(house: House, whose: Sender, asked: list[Row]) -> BulkOut:
    async with house.db.transaction(whose.tenant_id, actor=whose.actor) as tx:
        return await place_all(tx, whose, asked)


def _rows(kept: IO[bytes], house: House) -> Iterator[Row]:
    for line in _lines(kept):
        yield _row(line, house)


def _row(line: bytes, house: House) -> Row:
    if len(line) > LINE_MAX:
        return [Fault("", "too_long", f"A line has at most {LINE_MAX:,} bytes. Split the order.")]
    try:
        one: Any = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        return [Fault("", "not_json", f"The line is not JSON: {error}. Send one order per line in UTF-8.")]
    order = read_row(one, house)
    if isinstance(order, NewOrder) and order.external_ref is None:
        return [
            Fault("/external_ref", "required", "In a stream every order needs an external_ref, so that it counts once.")
        ]  # fmt: skip
    return order


def _lines(kept: IO[bytes]) -> Iterable[bytes]:
    """Yield lines that say something; of one that is too long only so much that it is known to be."""
    while line := kept.readline(LINE_MAX + 1):
        if len(line) > LINE_MAX and not line.endswith(b"\n"):
            while (rest := kept.readline(LINE_MAX)) and not rest.endswith(b"\n"):
                pass
        if line.strip():
            yield line


ROUTES: list[Any] = [stream_orders]
