"""EDI over JSON: connect a partner, send an interchange, see what is exchanged."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.stages.orders.acts import find_merchant
from doorstep.stages.orders.acts.edi import partners, receiving
from doorstep.stages.orders.acts.edi.partners import NewPartner
from doorstep.stages.orders.api.shops import ADDRESS, LINE
from doorstep.stages.orders.model.edi import Partner

READERS = allow(*DESK, Role.MERCHANT, scope="orders:read")
SENDERS = allow(*DESK, Role.MERCHANT, scope="orders:write")
CONNECTORS = allow(*DESK, scope="channels:write")
"""Who may say where a partner is: the house calls that address."""

Party = Annotated[
    str, Meta(min_length=1, max_length=15, pattern=r"^[ -)+-=?-\]_-}]+$", examples=["ACMEWHOLESALE"])
]
Qualifier = Annotated[str, Meta(pattern="^[0-9A-Z]{2}$", examples=["ZZ"])]


class PartnerIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A partner to be connected. Its key is kept and never shown."""

    code: Annotated[
        str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="Our name of it.", examples=["acme-edi"])
    ]
    merchant: Annotated[
        str | None, Meta(description="The merchant's code; may be left out by a key of one merchant.")
    ] = None
    our_id: Annotated[Party, Meta(description="How the partner names us: ISA08 of what it sends.")]
    their_id: Annotated[Party, Meta(description="How it names itself: ISA06.")]
    our_qualifier: Annotated[Qualifier, Meta(description="ISA07.")] = "ZZ"
    their_qualifier: Annotated[Qualifier, Meta(description="ISA05.")] = "ZZ"
    base_url: Annotated[
        str,
        Meta(
            max_length=200,
            pattern=f"^$|{ADDRESS}",
            description="Takes our documents by POST; left out: they are kept to be fetched.",
        ),
    ] = ""
    api_key: Annotated[
        str, Meta(max_length=300, pattern=LINE, description="Sent as a bearer to `base_url`.")
    ] = ""
    usage: Annotated[Literal["P", "T"], Meta(description="ISA15: production or test.")] = "P"
    version: Literal["004010", "005010"] = "004010"
    documents: (
        Annotated[
            list[Annotated[str, Meta(pattern="^([0-9]{3}|TA1)$")]],
            Meta(max_length=10, description="Sets that are exchanged; left out: all that we know."),
        ]
        | None
    ) = None
    units: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=2)], Annotated[int, Meta(ge=1, le=100_000)]],
        Meta(max_length=50, description="Pieces by the partner's unit of measure; EA, PC and UN are one."),
    ] = {}
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="Where the order says none.")] = "USD"
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$", description="Where the address says none.")] = "US"
    strict: Annotated[
        bool,
        Meta(description="Refuse sets whose envelope is wrong; else note it, and take what can be read."),
    ] = True


class PartnerOut(msgspec.Struct, kw_only=True):
    """A partner and how it does."""

    id: UUID
    code: str
    merchant: str
    base_url: str
    our_qualifier: str
    our_id: str
    their_qualifier: str
    their_id: str
    usage: str
    version: str
    documents: list[str]
    units: dict[str, int]
    strict: bool
    heard_at: datetime | None
    error: str | None
    error_at: datetime | None


class InterchangeIn(msgspec.Struct, forbid_unknown_fields=True):
    """One or more interchanges, as text."""

    text: Annotated[str, Meta(max_length=10_000_000, description="From ISA to IEA, in X12.")]


class SetVerdict(msgspec.Struct):
    """What became of one set: accepted, noted (taken, with faults) or refused."""

    kind: str
    control: str
    verdict: str
    faults: list[dict[str, str]]


class InterchangeOut(msgspec.Struct):
    """What became of one interchange; `answer` is our TA1 and 997."""

    partner: str
    control: str
    repeated: bool
    faults: list[dict[str, str]]
    sets: list[SetVerdict]
    answer: str


class DocumentOut(msgspec.Struct):
    """A set to or from a partner, as text."""

    id: UUID
    goes: str
    kind: str
    control: str
    text: str


def _shown(partner: Partner) -> PartnerOut:
    return PartnerOut(**{name: getattr(partner, name) for name in PartnerOut.__struct_fields__})


@get("/api/edi/partners", opt=READERS)
async def read_partners(house: InHouse, who: Caller) -> list[PartnerOut]:
    """List the partners that are connected, and how each does. No key is shown."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return [_shown(one) for one in await partners.partners(tx, who.merchant_id)]


@post("/api/edi/partners", opt=CONNECTORS)
async def connect_partner(
    data: JSONBody[PartnerIn], request: Asked, house: InHouse, who: Caller
) -> Response[PartnerOut]:
    """Connect a partner that speaks EDI X12."""

    async def act(tx: Tx) -> PartnerOut:
        merchant_id = who.merchant_id if data.merchant is None else await find_merchant(tx, data.merchant)
        if merchant_id is None or who.merchant_id not in (None, merchant_id):
            raise unknown("merchant", (data.merchant or "")[:40])
        values = {name: getattr(data, name) for name in PartnerIn.__struct_fields__ if name != "merchant"}
        if values["documents"] is None:
            del values["documents"]
        partner_id = await partners.connect_partner(tx, NewPartner(merchant_id=merchant_id, **values))
        return _shown(await partners.find_partner(tx, partner_id, who.merchant_id))

    return await once(request, house, who, act)  # type: ignore[return-value]


@post("/api/edi/interchanges", opt=SENDERS, status_code=200)
async def send_interchange(
    data: JSONBody[InterchangeIn], house: InHouse, who: Caller
) -> list[InterchangeOut]:
    """Take interchanges of X12 from partners that are connected; answers each with its verdicts, our TA1 and 997.

    The same interchange again changes nothing and is answered with the first TA1 and 997.
    """
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        taken = await receiving.receive(tx, data.text, who.merchant_id)
    return msgspec.convert(taken, list[InterchangeOut], from_attributes=True)


@get("/api/edi/documents/{document_id:uuid}", opt=READERS)
async def read_document(house: InHouse, who: Caller, document_id: FromPath[UUID]) -> DocumentOut:
    """Return a set to or from a partner, as text."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await partners.fetch_document(tx, document_id, who.merchant_id)
    return DocumentOut(found.id, found.goes, found.kind, found.control, found.body)


ROUTES: list[Any] = [read_partners, connect_partner, send_interchange, read_document]
