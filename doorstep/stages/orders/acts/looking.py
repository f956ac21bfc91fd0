"""Reading orders: one page of the list, or everything about some."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.statements import Statement, Statements
from doorstep.stages.orders.model import Hold, Line, Order, OrderState, Payment, Refund

Q = Statements("doorstep.stages.orders")
SEARCHED_MAX = 500
"""Most orders that one word of a search is looked up in, newest first."""

FAR = datetime(9999, 12, 31, tzinfo=UTC)
LAST = UUID(int=2**128 - 1)
Of = TypeVar("Of", Line, Hold, Payment, Refund)


class Sort(StrEnum):
    """In which order a list shows orders."""

    NEWEST = "newest"
    RISK = "risk"
    """Open ones that have not left, those first that must leave first to keep their promise."""


FIRST = {Sort.NEWEST: (FAR, LAST), Sort.RISK: (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))}
"""Where each list begins."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders a list shows.

    Attributes:
        merchant_id: only this merchant's.
        state: only in this state.
        q: an order number, external reference, e-mail address or SKU.
        before: the place in the list after which to go on: time and id of the last one shown.
        sort: a search is always newest first.
    """

    merchant_id: UUID | None = None
    state: OrderState | None = None
    q: str = ""
    before: tuple[datetime, UUID] = (FAR, LAST)
    most: int = 50
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything about one order."""

    order: Order
    lines: list[Line]
    holds: list[Hold]
    payments: list[Payment]
    refunds: list[Refund]
    history: list[journal.Event]

    @property
    def open_holds(self) -> list[Hold]:
        """The holds that keep it now."""
        return [hold for hold in self.holds if hold.released_at is None]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list; `more` when others follow."""

    orders: list[Order]
    holds: dict[UUID, list[Hold]]
    more: bool


async def look(tx: Tx, wanted: Wanted) -> Page:
    """Return one page of orders with their open holds."""
    statement, search = _statement(wanted)
    before, before_id = wanted.before
    ids = await tx.values(
        statement,
        before=before,
        before_id=before_id,
        most=wanted.most + 1,
        merchant_id=wanted.merchant_id,
        state=wanted.state,
        **search,
    )
    shown = ids[: wanted.most]
    by_id = {order.id: order for order in await fetch_orders(tx, shown)}
    orders = [by_id[order_id] for order_id in shown]
    holds = _by_order(await tx.rows(Q.holds, Hold, ids=shown))
    open_holds = {
        order_id: [hold for hold in some if hold.released_at is None] for order_id, some in holds.items()
    }
    return Page(orders, open_holds, len(ids) > wanted.most)


def _statement(wanted: Wanted) -> tuple[Statement, dict[str, object]]:
    """Return the statement whose index serves this list."""
    if wanted.q:
        word = wanted.q.strip().lstrip("#")
        number = int(word) if word.isascii() and word.isdigit() and len(word) < 18 else None
        return Q.search, {"q": wanted.q.strip(), "number": number, "widest": SEARCHED_MAX}
    if wanted.sort is Sort.RISK:
        return Q.page_of_risk, {}
    if wanted.state is not None:
        return Q.page_of_state, {}
    return (Q.page_of_merchant if wanted.merchant_id else Q.page), {}


async def find_merchant(tx: Tx, code: str) -> UUID | None:
    """Return the merchant with this code."""
    found: UUID | None = await tx.value(Q.sellers, codes=[code], ids=[])
    return found


async def count_open(tx: Tx, merchant_id: UUID | None) -> dict[str, int]:
    """Return how many orders are in each unfinished state."""
    return dict(await tx.tuples(Q.counts, merchant_id=merchant_id))


async def read(tx: Tx, order_id: UUID, merchant_id: UUID | None = None) -> Whole | None:
    """Return everything about an order; None when it is not there, or not this merchant's."""
    found = await fetch_orders(tx, [order_id], merchant_id)
    if not found:
        return None
    payments = await tx.rows(Q.payments_of, Payment, ids=[order_id])
    refunds = await tx.rows(Q.refunds, Refund, ids=[], order_ids=[order_id])
    return Whole(
        order=found[0],
        lines=await tx.rows(Q.lines, Line, ids=[order_id]),
        holds=await tx.rows(Q.holds, Hold, ids=[order_id]),
        payments=payments,
        refunds=refunds,
        history=await journal.history(
            tx, [order_id, *(one.id for one in payments), *(one.id for one in refunds)]
        ),
    )


async def fetch_orders(tx: Tx, ids: Sequence[UUID], merchant_id: UUID | None = None) -> list[Order]:
    """Return orders by id, newest first; only one merchant's when asked so."""
    return await tx.rows(Q.orders, Order, ids=list(ids), merchant_id=merchant_id)


async def fetch_lines(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, list[Line]]:
    """Return the lines of orders, by order."""
    return _by_order(await tx.rows(Q.lines, Line, ids=list(ids)))


def _by_order(records: Sequence[Of]) -> dict[UUID, list[Of]]:
    found: dict[UUID, list[Of]] = defaultdict(list)
    for record in records:
        found[record.order_id].append(record)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order of a channel stands; `holds` are the reasons that keep it, amounts in minor units."""

    external_ref: str
    merchant: str
    id: UUID
    state: str
    shipped: bool
    total_minor: int
    rounding_minor: int
    holds: list[str]
    payments_minor: int
    captured_minor: int
    refunded_minor: int
    promised_until: datetime | None


async def standing(tx: Tx, channel: str, ids: Sequence[UUID] | None = None) -> list[Standing]:
    """Return how the orders of a channel stand that have an external reference: for importers that go on, and for the books.

    Args:
        tx: the open transaction.
        channel: whose orders.
        ids: only these of them; None: all.
    """
    return await tx.rows(Q.standing, Standing, channel=channel, ids=None if ids is None else list(ids))
