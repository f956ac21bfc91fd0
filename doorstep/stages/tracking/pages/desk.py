"""The desk: parcels that need somebody, one parcel's whole story, messages that failed."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import ALL_STAFF, DESK, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import unknown
from doorstep.platform.pages import back, page
from doorstep.platform.statements import Statements
from doorstep.stages.tracking.acts import looking, telling
from doorstep.stages.tracking.acts.recording import heard_so_far, record
from doorstep.stages.tracking.model import Scan, Status
from doorstep.stages.tracking.rules import saying
from doorstep.stages.tracking.rules.fold import in_order
from doorstep.stages.tracking.rules.mapping import acts_next

Q = Statements("doorstep.stages.tracking")
Short = Annotated[str, QueryParameter(max_length=120)]
READERS = allow(*ALL_STAFF, Role.MERCHANT)
WRITERS = allow(*DESK, Role.DISPATCHER)
PAGE = 100


@dataclass(frozen=True, slots=True)
class Count:
    """How many parcels stand at a status."""

    state: str
    parcels: int


@dataclass(frozen=True, slots=True)
class Starved:
    """What waits at the edges: questions to carriers, calls from them."""

    late_polls: int
    waiting_calls: int


@get("/tracking", opt=READERS, include_in_schema=False)
async def tracking_desk(request: Asked, house: InHouse, who: Caller, q: Short = "", view: Short = "") -> Any:
    """Show the parcels that need somebody, or all of them, or those of a number."""
    number = q.strip().replace("\0", "")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        mine = looking.Wanted(merchant_id=who.merchant_id, number=number or None, most=PAGE)
        if number or view == "all":
            found = await looking.trackers(tx, mine)
        else:
            found = await looking.attention(tx, who.merchant_id, PAGE)
        counts = await tx.rows(Q.counted, Count, merchant_id=who.merchant_id)
        starved = await tx.row(Q.starved, Starved)
        failed = await looking.messages(
            tx, looking.Wanted(merchant_id=who.merchant_id, state="failed", most=20)
        )
        now = tx.now
    return page(
        request,
        "tracking/desk.html",
        found=found,
        counts={one.state: one.parcels for one in counts},
        starved=starved,
        failed=failed,
        q=number,
        view=view,
        now=now,
        acts_next=lambda one: acts_next(Status(one.state), one.reason),
        saying=saying,
    )


@get("/tracking/{tracker_id:uuid}", opt=READERS, include_in_schema=False)
async def tracker_page(tracker_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller) -> Any:
    """Show one parcel's whole story and what its customer was told."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await looking.trackers(tx, looking.Wanted(merchant_id=who.merchant_id, tracker_id=tracker_id))
        if not found:
            raise unknown("tracker", tracker_id)
        heard = in_order((await heard_so_far(tx, [tracker_id]))[tracker_id])
        told = await looking.messages(tx, looking.Wanted(order_id=found[0].order_id, most=PAGE))
    return page(
        request,
        "tracking/tracker.html",
        one=found[0],
        heard=heard[::-1],
        told=[message for message in told if message.tracker_id in {None, tracker_id}],
        statuses=[status for status in Status if status not in {Status.CREATED, Status.CANCELED}],
        acts_next=acts_next(Status(found[0].state), found[0].reason),
        saying=saying,
    )


@post("/tracking/{tracker_id:uuid}/scan", opt=WRITERS, include_in_schema=False, status_code=200)
async def add_scan(tracker_id: FromPath[UUID], house: InHouse, who: Caller, data: Form) -> Any:
    """Add what a person knows to a parcel's story."""
    status, note = data.get("status", ""), data.get("note", "").replace("\0", "").strip()[:300]
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await looking.trackers(tx, looking.Wanted(merchant_id=who.merchant_id, tracker_id=tracker_id))
        if not found or status not in set(Status):
            raise unknown("tracker or status", f"{tracker_id} {status}")
        scan = Scan(
            parcel_id=found[0].parcel_id,
            number=found[0].number,
            status=Status(status),
            raw_code=f"by_hand:{status}",
            raw_text=note,
            occurred_at=tx.now,
            zone=found[0].zone,
            via="person",
        )
        await record(tx, [scan])
        after = await looking.trackers(tx, looking.Wanted(tracker_id=tracker_id))
    if after[0].state != status:
        return back(f"/tracking/{tracker_id}", f"Noted; the parcel stays {after[0].state}.", kind="warning")
    return back(f"/tracking/{tracker_id}", "The story is up to date.")


@post("/tracking/messages/{message_id:uuid}/retry", opt=WRITERS, include_in_schema=False, status_code=200)
async def retry(message_id: FromPath[UUID], house: InHouse, who: Caller) -> Any:
    """Send a failed message again."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        there = await tx.values(Q.message_there, message_id=message_id, merchant_id=who.merchant_id)
        again = await telling.try_again(tx, [message_id]) if there else []
    if not again:
        return back("/tracking", "That message does not wait any more.", kind="warning")
    return back("/tracking", "The message will be sent again now.")


@post("/tracking/messages/{message_id:uuid}/arrived", opt=WRITERS, include_in_schema=False, status_code=200)
async def arrived(message_id: FromPath[UUID], house: InHouse, who: Caller) -> Any:
    """Take a person's word that a message in doubt did arrive."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        there = await tx.values(Q.message_there, message_id=message_id, merchant_id=who.merchant_id)
        settled = await telling.say_arrived(tx, [message_id]) if there else []
    if not settled:
        return back("/tracking", "That message is not in doubt any more.", kind="warning")
    return back("/tracking", "The message counts as sent.")


ROUTES: list[Any] = [tracking_desk, tracker_page, add_scan, retry, arrived]
