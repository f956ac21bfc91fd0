"""Orders are read: a page of the list, or everything about one."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter

from doorstep.platform.auth import ALL_STAFF, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Caller, FromPath, InHouse
from doorstep.platform.errors import Fault, Refused, invalid, unknown
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.shapes import PageOut, WholeOut, brief, whole
from doorstep.stages.orders.model import ORDER, Order, OrderState

READERS = allow(*ALL_STAFF, Role.MERCHANT, scope="orders:read")
PAGE_MAX = 200
NO_NUL = r"^[^\u0000]*$"
Code = Annotated[str | None, QueryParameter(max_length=64, pattern=NO_NUL)]
Word = Annotated[str, QueryParameter(max_length=254, pattern=NO_NUL)]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX)]
InSort = Annotated[acts.Sort, QueryParameter()]
InState = Annotated[OrderState | None, QueryParameter(name="state")]
"""The framework keeps the plain name for itself."""


@get("/api/orders", opt=READERS)
async def list_orders(
    house: InHouse,
    who: Caller,
    of_state: InState = None,
    merchant: Code = None,
    q: Word = "",
    cursor: Word = "",
    limit: Limit = 50,
    sort: InSort = acts.Sort.NEWEST,
) -> PageOut:
    """List orders, newest first or (`sort=risk`) what must leave first, by state, merchant (code), and `q`: a number, external reference, e-mail address or SKU, or how a name begins."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        wanted = acts.Wanted(
            await merchant_of(tx, who, merchant), of_state, q.strip(), read_cursor(cursor, sort), limit, sort
        )
        page = await acts.look(tx, wanted)
        now = tx.now
    shown = [brief(order, page.holds.get(order.id, []), now) for order in page.orders]
    return PageOut(shown, write_cursor(page.orders[-1], wanted) if page.more else None)


async def merchant_of(tx: Tx, who: Principal, code: str | None) -> UUID | None:
    """Return the merchant whose orders are asked for: the named one, the caller's own, or None for all.

    Raises:
        Refused: there is no such merchant, or not for this caller.
    """
    if not code:
        return who.merchant_id
    found = await acts.find_merchant(tx, code)
    if found is None or who.merchant_id not in {None, found}:
        raise unknown("merchant", code)
    return found


def write_cursor(order: Order, wanted: acts.Wanted) -> str:
    """Return the text that goes on after this order."""
    at = order.leave_by if wanted.by_risk and order.leave_by else order.placed_at
    return urlsafe_b64encode(f"{at.isoformat()} {order.id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: acts.Sort = acts.Sort.NEWEST) -> tuple[datetime, UUID]:
    """Return the place in the list after which to go on; an empty cursor begins at its first.

    Raises:
        Refused: it is none of ours.
    """
    if not cursor:
        return acts.FIRST[sort]
    try:
        when, order_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split()
        return datetime.fromisoformat(when).astimezone(UTC), UUID(order_id)
    except (ValueError, OverflowError):
        raise _bad_cursor() from None


def _bad_cursor() -> Refused:
    return invalid([Fault("/cursor", "cursor", "This is no cursor of ours. Send `next` of the page before.")])


@get("/api/orders/{order_id:uuid}", opt=READERS)
async def read_order(order_id: FromPath[UUID], house: InHouse, who: Caller) -> WholeOut:
    """Read everything about an order: lines, payments, holds, promise, timeline, and what may be done with it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await show(tx, order_id, who)


async def show(tx: Tx, order_id: UUID, who: Principal) -> WholeOut:
    """Return everything about an order as the API shows it.

    Raises:
        Refused: it is not there, or not the caller's.
    """
    found = await acts.read(tx, order_id, who.merchant_id)
    if found is None:
        raise unknown("order", order_id)
    return whole(found, acts_now(found))


def acts_now(found: acts.Whole) -> list[str]:
    """Return what may be done with an order now."""
    legal = [str(act) for act in ORDER.acts(found.order.state)]
    return [act for act in legal if act != "cancel" or found.order.shipped_at is None]


ROUTES: list[Any] = [list_orders, read_order]
