"""Labels over JSON: list, look, print, try again, void."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Response, get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.idempotency import once
from doorstep.stages.shipping.acts import buying, looking, printing, voiding, wanting
from doorstep.stages.shipping.acts.looking import Narrow
from doorstep.stages.shipping.api.shapes import LabelOut, LabelsOut, WantIn, WhyIn, label_out
from doorstep.stages.shipping.model import LabelState

READERS = allow(*DESK, Role.PACKER, Role.DISPATCHER, Role.VIEWER, Role.MERCHANT, scope="labels:read")
WRITERS = allow(*DESK, Role.PACKER, scope="labels:write")
Most = Annotated[int, QueryParameter(ge=1, le=200)]
Id = Annotated[UUID | None, QueryParameter()]
Act = Callable[[Tx], Awaitable[Any]]


@get("/api/labels", opt=READERS)
async def list_labels(
    house: InHouse,
    who: Caller,
    of_state: Annotated[LabelState | None, QueryParameter(name="state")] = None,
    order_id: Id = None,
    parcel_id: Id = None,
    after: Id = None,
    most: Most = 50,
) -> LabelsOut:
    """List labels, newest first."""
    narrow = Narrow(of_state, who.merchant_id, order_id, parcel_id)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        seen = await looking.page_of_labels(tx, narrow, after, most)
    return LabelsOut([label_out(one) for one in seen], seen[-1].id if len(seen) == most else None)


@get("/api/labels/{label_id:uuid}", opt=READERS)
async def read_label(label_id: FromPath[UUID], house: InHouse, who: Caller) -> LabelOut:
    """Read one label, with the reasons why its service was chosen."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return label_out(await looking.label(tx, label_id, who.merchant_id))


Stock = Annotated[Literal["4x6", "a6"], QueryParameter()]
Dpi = Annotated[Literal[203, 300], QueryParameter(description="Dots per inch of the printer.")]
Form = Annotated[Literal["pdf", "png", "zpl"], QueryParameter()]


@get("/api/labels/{label_id:uuid}/pdf", opt=READERS, media_type="application/pdf")
async def read_pdf(
    label_id: FromPath[UUID], house: InHouse, who: Caller, stock: Stock = "4x6", dpi: Dpi = 203
) -> Response[bytes]:
    """Look at a label as PDF, laid out on whole dots of the printer's resolution. This is not entered as a print."""
    return await _document(house, who, label_id, "pdf", stock, dpi)


@get("/api/labels/{label_id:uuid}/png", opt=READERS, media_type="image/png")
async def read_png(
    label_id: FromPath[UUID], house: InHouse, who: Caller, stock: Stock = "4x6", dpi: Dpi = 203
) -> Response[bytes]:
    """Look at a label as PNG in black and white, a pixel per dot of the printer. This is not entered as a print."""
    return await _document(house, who, label_id, "png", stock, dpi)


@get("/api/labels/{label_id:uuid}/zpl", opt=READERS, media_type="text/plain")
async def read_zpl(
    label_id: FromPath[UUID], house: InHouse, who: Caller, stock: Stock = "4x6", dpi: Dpi = 203
) -> Response[bytes]:
    """Look at a label as ZPL. This is not entered as a print."""
    return await _document(house, who, label_id, "zpl", stock, dpi)


async def _document(
    house: House, who: Caller, label_id: UUID, form: str, stock: str, dpi: int
) -> Response[bytes]:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        made = await printing.document(tx, label_id, form, stock=stock, dpi=dpi, merchant_id=who.merchant_id)
    return sent(made, form, f"label-{label_id}")


MEDIA = {"pdf": "application/pdf", "png": "image/png", "zpl": "text/plain"}


def sent(made: bytes, form: str, name: str) -> Response[bytes]:
    """Answer with a document that the browser shows."""
    media_type = MEDIA[form]
    headers = {"content-disposition": f'inline; filename="{name}.{form}"', "cache-control": "no-store"}
    return Response(made, media_type=media_type, headers=headers, status_code=200)


@post("/api/labels/{label_id:uuid}/print", opt=WRITERS, status_code=200, media_type="*/*")
async def print_label(
    label_id: FromPath[UUID],
    data: JSONBody[WhyIn],
    house: InHouse,
    who: Caller,
    form: Form = "zpl",
    stock: Stock = "4x6",
    dpi: Dpi = 203,
) -> Response[bytes]:
    """Fetch a label for a printer and enter that it was printed; printing again is entered as such, with why."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        made = await printing.print_label(
            tx, label_id, form, stock=stock, dpi=dpi, why=data.why, merchant_id=who.merchant_id
        )
    return sent(made, form, f"label-{label_id}")


async def _do(request: Asked, house: House, who: Caller, label_id: UUID, act: Act) -> Response[bytes]:
    """Run an act on a label that the caller may see, and answer with how it stands then."""

    async def whole(tx: Tx) -> LabelOut:
        await looking.label(tx, label_id, who.merchant_id)
        await act(tx)
        return label_out(await looking.label(tx, label_id))

    return await once(request, house, who, whole, status=200)


@post("/api/labels/{label_id:uuid}/retry", opt=WRITERS, status_code=200)
async def retry_label(
    label_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller
) -> Response[LabelOut]:
    """Do the next step of a purchase that stopped: rate and ask again after a refusal, ask what became of one in doubt."""

    async def act(tx: Tx) -> None:
        if not await buying.try_again(tx, [label_id]):
            raise Refused(Reason.CONFLICT, "There is nothing to try again: the label is bought or voided.")

    return await _do(request, house, who, label_id, act)  # type: ignore[return-value]


@post("/api/labels/{label_id:uuid}/void", opt=WRITERS, status_code=200)
async def void_label(
    label_id: FromPath[UUID], data: JSONBody[WhyIn], request: Asked, house: InHouse, who: Caller
) -> Response[LabelOut]:
    """Take a label back before its parcel leaves."""
    return await _do(request, house, who, label_id, lambda tx: voiding.void_one(tx, label_id, data.why))  # type: ignore[return-value]


@post("/api/labels", opt=WRITERS)
async def want_labels(
    data: JSONBody[WantIn], request: Asked, house: InHouse, who: Caller
) -> Response[LabelsOut]:
    """Owe new labels to packed parcels whose label was voided; parcels that have one keep it."""

    async def act(tx: Tx) -> LabelsOut:
        mine = await wanting.of_merchant(tx, data.parcel_ids, who.merchant_id)
        made = await wanting.want(tx, mine)
        return LabelsOut([label_out(one) for one in await looking.labels(tx, made)])

    return await once(request, house, who, act)  # type: ignore[return-value]


ROUTES: list[Any] = [
    list_labels,
    read_label,
    read_pdf,
    read_png,
    read_zpl,
    print_label,
    retry_label,
    void_label,
    want_labels,
]
