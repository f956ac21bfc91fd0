"""What keeps orders is read by owner and age, each with the one thing to do next."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import QueryParameter

from doorstep.platform.edge import Caller, InHouse
from doorstep.platform.errors import Fault, invalid
from doorstep.stages.orders.acts import tending
from doorstep.stages.orders.api.reading import PAGE_MAX, READERS
from doorstep.stages.orders.model.holding import Queued

NO_NUL = r"^[^\u0000]*$"
InOwner = Annotated[str, QueryParameter(max_length=64, pattern=NO_NUL)]
InCursor = Annotated[str, QueryParameter(max_length=300, pattern=NO_NUL)]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX)]


class QueuedOut(msgspec.Struct, kw_only=True):
    """An open hold; it ends `by_itself` on that condition, or at `release_at`; at `cancel_at` the order is canceled.

    Of scope `line` or `fulfillment` it keeps only the line or what the site sends, which `part` names.
    """

    order_id: UUID
    number: int
    merchant: str
    customer: str
    scope: str
    part: str
    line_id: UUID | None
    site_id: UUID | None
    reason: str
    note: str
    owner: str
    placed_by: str
    placed_at: datetime
    age_s: int
    release_at: datetime | None
    cancel_at: datetime | None
    leave_by: datetime | None
    by_itself: str
    next: str


class QueueOut(msgspec.Struct):
    """A page of open holds; send `next` as `cursor` for the following one."""

    holds: list[QueuedOut]
    next: str | None


@get("/api/holds", opt=READERS)
async def list_holds(
    house: InHouse, who: Caller, owner: InOwner = "", cursor: InCursor = "", limit: Limit = 50
) -> QueueOut:
    """List what keeps orders, by owner, the oldest first; of one `owner` when asked so."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found, more = await tending.queue(
            tx, owner=owner or None, merchant_id=who.merchant_id, after=read_cursor(cursor), most=limit
        )
        now = tx.now
    shown = [_out(one, now) for one in found]
    return QueueOut(shown, write_cursor(found[-1]) if more else None)


def _out(one: Queued, now: datetime) -> QueuedOut:
    values = {name: getattr(one, name) for name in QueuedOut.__struct_fields__ if name != "age_s"}
    return QueuedOut(**values, age_s=max(int((now - one.placed_at).total_seconds()), 0))


def write_cursor(one: Queued) -> str:
    """Return the text that goes on after this hold."""
    key = msgspec.json.encode((one.owner, one.placed_at, one.id))
    return urlsafe_b64encode(key).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[str, datetime, UUID]:
    """Return the place in the queue after which to go on; an empty cursor begins at its first.

    Raises:
        Refused: it is none of ours.
    """
    if not cursor:
        return tending.START
    try:
        key = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        owner, at, hold_id = msgspec.json.decode(key, type=tuple[str, datetime, UUID])
    except (ValueError, msgspec.MsgspecError):
        owner, at, hold_id = "\x00", *tending.START[1:]
    if "\x00" in owner:
        raise invalid(
            [Fault("/cursor", "cursor", "This is no cursor of ours. Send `next` of the page before.")]
        )
    return owner, at.replace(tzinfo=at.tzinfo or UTC), hold_id


ROUTES: list[Any] = [list_holds]
