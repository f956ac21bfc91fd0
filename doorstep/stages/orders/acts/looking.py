"""Reading orders: one page of the list, or everything about some."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.aspects import Named
from doorstep.platform.db import Tx
from doorstep.platform.statements import Statement, Statements
from doorstep.stages import inventory
from doorstep.stages.orders.model import (
    Hold,
    HoldReason,
    Line,
    Order,
    OrderState,
    Payment,
    PaymentState,
    Refund,
    Risk,
)
from doorstep.stages.orders.model.found import SOON
from doorstep.stages.orders.model.holding import Scope
from doorstep.stages.orders.model.listing import Ended, Sort

Q = Statements("doorstep.stages.orders")
SEARCHED_MAX = 500
"""Most orders that one word of a search is looked up in, newest first."""

AMONG_MAX = 5000
"""Most orders of which a hold or a payment is looked up, the newest."""

NAME_MIN = 3
"""So many letters of a name are looked for at least."""

FAR = datetime(9999, 12, 31, tzinfo=UTC)
LAST = UUID(int=2**128 - 1)
Of = TypeVar("Of", Line, Hold, Payment, Refund)


FIRST = {Sort.NEWEST: (FAR, LAST), Sort.RISK: (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))}
"""Where each list begins."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders a list shows.

    Attributes:
        merchant_id: only this merchant's.
        state: only in this state.
        q: an order number, external reference, e-mail address, SKU, or the beginning of a name.
        before: the place in the list after which to go on: time and id of the last one shown.
        sort: a search is always newest first.
        hold: only those that are held for this.
        payment: only those with a payment in this state, one of `TROUBLED`.
        risk: only open ones that have not left and stand at least so badly; the list is by risk then.
        among: only these, as later stages know them.
        named: what later stages found by `q`.
    """

    merchant_id: UUID | None = None
    state: OrderState | None = None
    q: str = ""
    before: tuple[datetime, UUID] = (FAR, LAST)
    most: int = 50
    sort: Sort = Sort.NEWEST
    hold: HoldReason | None = None
    payment: PaymentState | None = None
    risk: Risk | None = None
    among: Sequence[UUID] | None = None
    named: Sequence[UUID] = ()

    @property
    def by_risk(self) -> bool:
        """Whether the list goes by what must leave first."""
        return not self.q and (self.sort is Sort.RISK or self.risk is not None)


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
        """The holds that keep the whole of it now."""
        return [hold for hold in self.holds if hold.released_at is None and hold.scope == Scope.ORDER]

    @property
    def part_holds(self) -> list[Hold]:
        """The holds that keep parts of it now."""
        return [hold for hold in self.holds if hold.released_at is None and hold.scope != Scope.ORDER]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list; `more` when others follow."""

    orders: list[Order]
    holds: dict[UUID, list[Hold]]
    more: bool


async def look(tx: Tx, wanted: Wanted) -> Page:
    """Return one page of orders with their open holds."""
    ids = await choose(tx, wanted)
    shown = ids[: wanted.most]
    by_id = {order.id: order for order in await fetch_orders(tx, shown)}
    orders = [by_id[order_id] for order_id in shown]
    holds = _by_order(await tx.rows(Q.holds, Hold, ids=shown))
    open_holds = {
        order_id: [hold for hold in some if hold.released_at is None] for order_id, some in holds.items()
    }
    return Page(orders, open_holds, len(ids) > wanted.most)


async def choose(tx: Tx, wanted: Wanted) -> list[UUID]:
    """Return the ids of a page of the list, and one more when others follow."""
    before, before_id = wanted.before
    among = await _among(tx, wanted)
    statement, more = _statement(wanted, among, tx.now)
    return await tx.values(
        statement,
        before=before,
        before_id=before_id,
        most=wanted.most + 1,
        merchant_id=wanted.merchant_id,
        state=wanted.state,
        among=among,
        **more,
    )


async def _among(tx: Tx, wanted: Wanted) -> list[UUID] | None:
    """Return the orders that a list is narrowed to by what has an index of its own; None: it is not."""
    sets = [] if wanted.among is None else [list(wanted.among)]
    if wanted.hold is not None:
        sets.append(await tx.values(Q.held_for, reason=wanted.hold, most=AMONG_MAX))
    if wanted.payment is not None:
        sets.append(await tx.values(Q.in_trouble_with, payment=wanted.payment, most=AMONG_MAX))
    return sorted(set(sets[0]).intersection(*sets[1:])) if sets else None


def _statement(wanted: Wanted, among: list[UUID] | None, now: datetime) -> tuple[Statement, dict[str, Any]]:
    """Return the statement whose index serves this list."""
    unfinished = wanted.hold is not None or wanted.payment is not None or wanted.risk is not None
    if wanted.q:
        word = wanted.q.strip()
        digits = word.lstrip("#")
        number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 18 else None
        name = word if len(word) >= NAME_MIN and not number else None
        found = {"q": word, "number": number, "name": name, "named": list(wanted.named)}
        return Q.search, {**found, "widest": SEARCHED_MAX, "unfinished": unfinished}
    if wanted.by_risk:
        late = now if wanted.risk is Risk.LATE else None
        leave = {Risk.AT_RISK: now, Risk.SOON: now + SOON}.get(wanted.risk) if wanted.risk else None
        return Q.page_of_risk, {"leave_before": leave, "promised_before": late}
    if among is not None:
        return Q.page_among, {"unfinished": unfinished}
    if wanted.state is not None:
        return Q.page_of_state, {}
    return (Q.page_of_merchant if wanted.merchant_id else Q.page), {}


@dataclass(frozen=True, slots=True)
class Axes:
    """How orders stand on the axes that this stage sees: their payments, and in one word their goods."""

    payments: dict[UUID, list[Payment]]
    goods: dict[UUID, str]


async def axes_of(tx: Tx, ids: Sequence[UUID]) -> Axes:
    """Return how the money and the goods of orders stand; goods of which nothing is to be promised any more are left out."""
    payments = _by_order(await tx.rows(Q.payments_of, Payment, ids=list(ids)))
    lacking = set(await tx.values(Q.lacking, ids=list(ids)))
    promised = {one.order_id for one in await inventory.reserved_for(tx, list(ids))}
    goods = dict.fromkeys(promised - lacking, "reserved")
    goods |= {order_id: "partly reserved" if order_id in promised else "not reserved" for order_id in lacking}
    return Axes(payments, goods)


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


async def named(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Named]:
    """Return what people call orders, and how they stand; unknown ones are left out."""
    found = await tx.rows(Q.how_they_ended, Ended, ids=list(ids))
    return {one.id: Named(one.number, one.state) for one in found}


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
