"""Many orders at once: one act, an answer for each, and repeating the request is harmless."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import post
from psycopg import errors

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, InHouse, JSONBody
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.platform.house import House
from doorstep.platform.idempotency import Keep, Kept, find_kept, fingerprint, keep, read_key
from doorstep.platform.ids import new_id
from doorstep.stages.orders.acts.many import act_on_many, numbers_of, told_moves
from doorstep.stages.orders.acts.routing import rerouting
from doorstep.stages.orders.api.acting import Note
from doorstep.stages.orders.jobs.sourcing import think_together
from doorstep.stages.orders.model import HoldReason
from doorstep.stages.orders.model.listing import BulkAct, BulkOutcome, BulkRow

MANY_MAX = 1000
AT_ONCE = 100
"""So many orders share a transaction: others wait for their locks no longer than that takes."""

ACTORS = allow(*DESK, Role.MERCHANT, scope="orders:write")


class ManyIn(msgspec.Struct, forbid_unknown_fields=True):
    """What is done to many orders: hold them or release one reason, cancel, or look anew at where they leave from."""

    act: BulkAct
    order_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MANY_MAX)]
    reason: HoldReason = HoldReason.MANUAL
    note: Annotated[Note, msgspec.Meta(description="Why; a cancellation needs it.")] = ""


class ManyRow(msgspec.Struct):
    """What became of one order: `done`, `already` so before, or `refused`; `message` says why and what to do."""

    order_id: UUID
    number: int | None
    outcome: BulkOutcome
    message: str


class ManyOut(msgspec.Struct):
    """An answer for each order, in the sequence asked."""

    rows: list[ManyRow]


@dataclass(frozen=True, slots=True)
class Many:
    """An act on many orders under a key; the same key again gives the first answers."""

    key: str
    act: BulkAct
    reason: HoldReason
    note: str

    def fits(self) -> None:
        """Check what is asked.

        Raises:
            Refused: a cancellation without a why.
        """
        if self.act is BulkAct.CANCEL and not self.note.strip():
            raise invalid([Fault("/note", "why", "Say why they are canceled; their history tells it.")])

    def same(self, ids: Sequence[UUID]) -> bytes:
        """Return what makes two requests about these orders the same."""
        return fingerprint("MANY", self.act, msgspec.json.encode([self.reason, self.note, list(ids)]))

    def key_of(self, begin: int) -> str:
        """Return under which key the answers about its orders from this one on are kept."""
        return f"many {begin} {fingerprint('MANY', self.key, b'').hex()}"


async def do_many(house: House, who: Principal, asked: Many, ids: Sequence[UUID]) -> list[BulkRow]:
    """Do an act to orders, some of them in each transaction; a repeat goes on where the first one stopped.

    Raises:
        Refused: the request does not fit, or its key came with another request before.
    """
    asked.fits()
    ids = list(dict.fromkeys(ids))
    if asked.act is BulkAct.SOURCE:
        return await _source(house, who, asked, ids)
    rows: list[BulkRow] = []
    for begin in range(0, len(ids), AT_ONCE):
        some = ids[begin : begin + AT_ONCE]

        async def act(tx: Tx, some: Sequence[UUID] = some) -> list[BulkRow]:
            seen = await numbers_of(tx, some, who.merchant_id)
            theirs = [order_id for order_id in some if order_id in seen]
            return await act_on_many(tx, theirs, asked.act, asked.reason, asked.note)

        rows += await _once(house, who, asked.key_of(begin), asked.same(some), act)
    return rows


async def _source(house: House, who: Principal, asked: Many, ids: list[UUID]) -> list[BulkRow]:
    """Look at orders together and move those that cost less elsewhere; thinking holds no transaction open."""
    if who.merchant_id is not None:
        raise Refused(
            Reason.FORBIDDEN,
            "Where orders leave from is chosen by the house. Ask the people of the warehouse.",
        )
    key, same = asked.key_of(0), asked.same(ids)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if rows := _same(await find_kept(tx, [key]), key, same):
            return rows
        seen = await numbers_of(tx, ids, None)
        question = await rerouting.question(tx, list(seen))
    plan = await think_together(question)

    async def act(tx: Tx) -> list[BulkRow]:
        return told_moves(ids, seen, question, await rerouting.apply(tx, question, plan))

    return await _once(house, who, key, same, act)


async def _once(
    house: House, who: Principal, key: str, same: bytes, act: Callable[[Tx], Awaitable[list[BulkRow]]]
) -> list[BulkRow]:
    """Run one transaction of it, or return what it came to before."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            rows = _same(await find_kept(tx, [key]), key, same)
            if rows is None:
                rows = await act(tx)
                await keep(tx, [Keep(key, same, 200, msgspec.json.encode(rows))])
            return rows
    except errors.UniqueViolation:  # the same request at the same time: the other one did it
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            return _same(await find_kept(tx, [key]), key, same) or []


def _same(kept: Mapping[str, Kept], key: str, same: bytes) -> list[BulkRow] | None:
    if key not in kept:
        return None
    if kept[key].request_hash != same:
        raise Refused(
            Reason.KEY_REUSED, "This key was used with another request. Use a new key for a new request."
        )
    return msgspec.json.decode(kept[key].body, type=list[BulkRow])


@post("/api/orders/acts", opt=ACTORS, status_code=200)
async def act_on_orders(data: JSONBody[ManyIn], request: Asked, house: InHouse, who: Caller) -> ManyOut:
    """Hold, release, cancel or re-source up to 1,000 orders; each gets an answer of its own, one that is refused keeps none of the others.

    Send an `Idempotency-Key` to make repeating the request harmless, also when it was cut off half-way.
    """
    asked = Many(read_key(request) or new_id().hex, data.act, data.reason, data.note)
    rows = {one.order_id: one for one in await do_many(house, who, asked, data.order_ids)}
    return ManyOut([_shown(order_id, rows.get(order_id)) for order_id in dict.fromkeys(data.order_ids)])


def _shown(order_id: UUID, row: BulkRow | None) -> ManyRow:
    if row is None:
        return ManyRow(order_id, None, BulkOutcome.REFUSED, f"There is no order {order_id} here.")
    return ManyRow(order_id, row.number, row.outcome, row.said)


ROUTES: list[Any] = [act_on_orders]
