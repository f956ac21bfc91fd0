"""The shipping desk: what is to buy, what stopped and its one next step, what is ready, what has left; and one label."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform import journal
from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.pages import back, page
from doorstep.stages.shipping.acts import buying, looking, printing, voiding, wanting
from doorstep.stages.shipping.api.labels import MEDIA, sent
from doorstep.stages.shipping.model import LABEL, LabelAct, LabelState
from doorstep.stages.shipping.rules.numbers import spoken, spoken_sscc

LOOKERS = allow(*DESK, Role.PACKER, Role.VIEWER)
WORKERS = allow(*DESK, Role.PACKER)
Queue = Annotated[Literal["trouble", "buy", "ready", "gone"] | None, QueryParameter()]


@get("/shipping", opt=LOOKERS, include_in_schema=False)
async def desk(request: Asked, house: InHouse, who: Caller, queue: Queue = None) -> Any:
    """Show one queue of the desk; trouble first when there is any."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        counts = await looking.counts(tx)
        shown = queue or ("trouble" if counts.trouble else "ready")
        labels = await looking.queue(tx, shown)
        docks = await looking.docks(tx) if shown == "ready" else []
        manifests = await looking.manifests(tx, None, 10) if shown in ("ready", "gone") else []
        now = tx.now
    return page(
        request,
        "shipping/desk.html",
        counts=counts,
        queue=shown,
        labels=labels,
        docks=docks,
        manifests=manifests,
        clock=now,
    )


@get("/shipping/labels/{label_id:uuid}", opt=LOOKERS, include_in_schema=False)
async def label(label_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller) -> Any:
    """Show one label: numbers, why this service, what happened, and what can be done."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        seen = await looking.label(tx, label_id, who.merchant_id)
        events = await journal.history(tx, [label_id])
    acts = LABEL.acts(seen.state)
    return page(
        request,
        "shipping/label.html",
        label=seen,
        events=list(reversed(events)),
        may_void=LabelAct.WANT_VOID in acts and seen.handed_over_at is None,
        may_print=seen.state == LabelState.BOUGHT,
        tracking=spoken(seen.tracking_number or ""),
        sscc=spoken_sscc(seen.sscc) if seen.sscc else "",
    )


@get("/shipping/labels/{label_id:uuid}/pdf", opt=LOOKERS, include_in_schema=False)
async def label_pdf(label_id: FromPath[UUID], house: InHouse, who: Caller) -> Any:
    """Show a label as the printer draws it, without entering a print."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        made = await printing.document(tx, label_id, "pdf", merchant_id=who.merchant_id)
    return sent(made, "pdf", f"label-{label_id}")


@post("/shipping/labels/{label_id:uuid}/print", opt=WORKERS, include_in_schema=False, status_code=200)
async def print_label(label_id: FromPath[UUID], house: InHouse, who: Caller, data: Form) -> Any:
    """Print a label, or print it again, as PDF, PNG or ZPL."""
    form = data.get("form", "") if data.get("form") in MEDIA else "pdf"
    dpi = 300 if data.get("dpi") == "300" else 203
    why = data.get("why", "")[:300].replace("\0", "")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        made = await printing.print_label(tx, label_id, form, dpi=dpi, why=why, merchant_id=who.merchant_id)
    return sent(made, form, f"label-{label_id}")


@post("/shipping/labels/{label_id:uuid}/retry", opt=WORKERS, include_in_schema=False, status_code=200)
async def retry(label_id: FromPath[UUID], house: InHouse, who: Caller) -> Any:
    """Do the one next step of a purchase that stopped."""
    path = f"/shipping/labels/{label_id}"
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await looking.label(tx, label_id, who.merchant_id)
        done = await buying.try_again(tx, [label_id])
    if not done:
        return back(path, "There is nothing to try again.", kind="warning")
    return back(path, "It is being tried again.")


@post("/shipping/labels/{label_id:uuid}/void", opt=WORKERS, include_in_schema=False, status_code=200)
async def void(label_id: FromPath[UUID], house: InHouse, who: Caller, data: Form) -> Any:
    """Take a label back."""
    path = f"/shipping/labels/{label_id}"
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await looking.label(tx, label_id, who.merchant_id)
            await voiding.void_one(tx, label_id, data.get("why", "")[:300].replace("\0", ""))
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    return back(path, "The label is being taken back.")


@post("/shipping/labels/{label_id:uuid}/again", opt=WORKERS, include_in_schema=False, status_code=200)
async def want_again(label_id: FromPath[UUID], house: InHouse, who: Caller) -> Any:
    """Owe a new label to the parcel of a voided one."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        seen = await looking.label(tx, label_id, who.merchant_id)
        made = await wanting.want(tx, [seen.parcel_id])
    if not made:
        return back(
            f"/shipping/labels/{label_id}",
            "The parcel has a label already, or is not packed any more.",
            kind="warning",
        )
    return back(f"/shipping/labels/{made[0]}", "A new label is on its way.")


ROUTES: list[Any] = [desk, label, label_pdf, print_label, retry, void, want_again]
