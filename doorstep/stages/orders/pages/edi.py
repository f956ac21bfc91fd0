"""The pages of partners that speak EDI: who is connected; one partner with its test, its documents, what to try again and to fetch."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Refused, invalid, unknown
from doorstep.platform.house import House
from doorstep.platform.pages import back, page
from doorstep.platform.shape import faults as faults_of
from doorstep.stages import catalog
from doorstep.stages.orders.acts.channels import shops
from doorstep.stages.orders.acts.edi import answering, partners, receiving
from doorstep.stages.orders.acts.edi.partners import NewPartner
from doorstep.stages.orders.api.edi import PartnerIn
from doorstep.stages.orders.jobs.shops import Troubles
from doorstep.stages.orders.model.edi import IN, OUT, Partner
from doorstep.stages.orders.ports.channels import partner as port
from doorstep.stages.orders.rules.x12.reading import TEXT_MAX

WRITERS = allow(*DESK, Role.MERCHANT)
CONNECTORS = allow(*DESK)
TITLES = {**IN, **OUT}
FIELDS = (
    "code", "our_qualifier", "our_id", "their_qualifier", "their_id", "base_url", "api_key", "usage", "version", "currency", "country",
)  # fmt: skip


@get("/partners", opt=WRITERS, include_in_schema=False)
async def partner_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the partners that are connected, and the form for one more."""
    return await _list(request, house, who, {}, [])


async def _list(
    request: Asked, house: House, who: Principal, said: dict[str, str], faults: list[Fault]
) -> Any:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await partners.partners(tx, who.merchant_id)
        counts = await shops.counts(tx, [one.id for one in found])
        sellers = await catalog.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
    return page(
        request, "orders/partners.html", partners=found, counts=counts, merchants=list(sellers.values()), said=said, faults=faults,
        connects=bool({Role.OWNER, *DESK} & who.roles),
    )  # fmt: skip


@post("/partners", opt=CONNECTORS, include_in_schema=False, status_code=200)
async def connect(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Connect a partner, or show again what was typed with what is wrong."""
    said = {name: value.strip().replace("\x00", "") for name, value in data.items()}
    try:
        partner_id = await _connect(house, who, said)
    except Refused as refused:
        plain = [Fault("", "refused", refused.message)]
        return await _list(request, house, who, said, list(refused.faults) or plain)
    return back(f"/partners/{partner_id}", "The partner is connected. Send its first interchange below.")


async def _connect(house: House, who: Principal, said: dict[str, str]) -> UUID:
    asked: dict[str, Any] = {name: said.get(name, "") for name in FIELDS}
    asked |= {"units": _units(said.get("units", "")), "strict": said.get("strict") == "yes"}
    body = msgspec.json.encode(asked)
    try:
        partner = msgspec.json.decode(body, type=PartnerIn)
    except msgspec.ValidationError as error:
        found = faults_of(body, PartnerIn) or [Fault("", "invalid", str(error))]
        names = [(one, one.pointer.strip("/").replace("_", " ")) for one in found]
        raise invalid(
            [Fault(one.pointer, one.code, f"{name}: {one.message}") for one, name in names]
        ) from None
    values = {
        name: getattr(partner, name)
        for name in PartnerIn.__struct_fields__
        if name not in ("merchant", "documents")
    }
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        sellers = await catalog.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
        merchant_id = next((one for one in sellers if str(one) == said.get("merchant")), None)
        if merchant_id is None:
            raise unknown("merchant", said.get("merchant", "")[:40])
        return await partners.connect_partner(tx, NewPartner(merchant_id=merchant_id, **values))


def _units(text: str) -> dict[str, Any]:
    """Return units as people write them: `CA=12, DZ=12`; what is no number stays a text, and is told as a fault."""
    pairs = (part.split("=", 1) for part in text.replace(";", ",").split(",") if "=" in part)
    return {
        unit.strip().upper(): int(count) if count.strip().isdecimal() else count.strip()
        for unit, count in pairs
    }


@get("/partners/{partner_id:uuid}", opt=WRITERS, include_in_schema=False)
async def partner_page(request: Asked, house: InHouse, who: Caller, partner_id: FromPath[UUID]) -> Any:
    """Show one partner: its health, its documents with what is wrong with them, its orders, and what waits."""
    return await _page(request, house, who, partner_id, [])


async def _page(request: Asked, house: House, who: Principal, partner_id: UUID, faults: list[Fault]) -> Any:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        partner = await partners.find_partner(tx, partner_id, who.merchant_id)
        documents = await partners.documents(tx, partner_id)
        return page(
            request, "orders/partner.html", partner=partner, counts=(await shops.counts(tx, [partner_id]))[partner_id],
            documents=documents, orders=await shops.orders_of(tx, partner_id), titles=TITLES, faults=faults, at_now=tx.now,
            waiting=sum(one.goes == "out" and one.sent_at is None for one in documents),
        )  # fmt: skip


@post("/partners/{partner_id:uuid}/interchanges", opt=WRITERS, include_in_schema=False, status_code=200)
async def upload(
    request: Asked,
    house: InHouse,
    who: Caller,
    partner_id: FromPath[UUID],
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Any:
    """Take a file of interchanges; whom each is from stands in it."""
    sent = data.get("file")
    try:
        content = await sent.read() if isinstance(sent, UploadFile) else b""
        if not content or len(content) > TEXT_MAX:
            message = f"Choose a file of X12 with at most {TEXT_MAX // 10**6} MB."
            raise invalid([Fault("/file", "missing", message)])
        text = content.decode("utf-8", "replace").replace("\x00", "")
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await partners.find_partner(tx, partner_id, who.merchant_id)
            taken = await receiving.receive(tx, text, who.merchant_id)
    except Refused as refused:
        if not refused.faults:
            raise
        return await _page(request, house, who, partner_id, list(refused.faults))
    sets = sum(len(one.sets) for one in taken)
    again = " It came before, and changed nothing." if any(one.repeated for one in taken) else ""
    return back(f"/partners/{partner_id}", f"Taken: {len(taken)} interchange(s) with {sets} set(s).{again}")


@post("/partners/{partner_id:uuid}/{act:str}", opt=WRITERS, include_in_schema=False, status_code=200)
async def act_on_partner(
    house: InHouse, who: Caller, partner_id: FromPath[UUID], act: FromPath[str], data: Form
) -> Any:
    """Test a partner's address, judge a refused order anew, or deliver anew what waits."""
    address = f"/partners/{partner_id}"
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        partner = await partners.find_partner(tx, partner_id, who.merchant_id)
        if act == "again":
            await receiving.read_again(tx, partner, data.get("ref", "").replace("\x00", "")[:200])
            return back(address, "The order is judged anew; look again in a moment.")
        if act == "settings":
            units = _units(data.get("units", ""))
            if wrong := [one for one, count in units.items() if not isinstance(count, int) or count < 1]:
                return back(
                    address, f"{', '.join(wrong)[:60]}: say how many pieces, as in CA=12.", kind="wrong"
                )
            await partners.set_units(tx, partner_id, units, strict=data.get("strict") == "yes")
            return back(address, "The settings are saved. Orders that were refused can be tried again.")
        if act == "send" and partner.base_url:
            count = await answering.send_again(tx, partner_id)
            return back(address, f"{count} set(s) are being delivered.")
    if act != "test":
        raise unknown("act", act)
    return await _test(house, who, partner)


async def _test(house: House, who: Principal, partner: Partner) -> Any:
    address = f"/partners/{partner.id}"
    if not partner.base_url:
        return back(address, "The partner has no address: what it is owed is kept below, to be fetched.")
    try:
        await port.greet(house.http, partner)
    except Troubles as trouble:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await partners.went_wrong(tx, partner.id, str(trouble))
        return back(address, f"The test failed: {trouble}"[:300], kind="wrong")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await partners.went_well(tx, partner.id)
    return back(address, "The partner's address answers.")


@get("/partners/documents/{document_id:uuid}", opt=WRITERS, include_in_schema=False)
async def fetch(house: InHouse, who: Caller, document_id: FromPath[UUID]) -> Response[str]:
    """Hand out a set as a file; one that waited to be fetched counts as sent."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await partners.fetch_document(tx, document_id, who.merchant_id)
        partner = await partners.find_partner(tx, found.shop_id, who.merchant_id)
        if found.goes == "out" and not partner.base_url:
            await answering.sent(tx, document_id)
    name = "".join(c for c in f"{found.kind}-{found.control}" if c.isascii() and (c.isalnum() or c == "-"))
    headers = {
        "content-disposition": f'attachment; filename="{name}.edi"',
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return Response(found.body, media_type="application/edi-x12", headers=headers)


ROUTES: list[Any] = [partner_list, connect, partner_page, upload, act_on_partner, fetch]
