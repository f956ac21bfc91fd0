"""Partners of EDI are connected and looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from psycopg import errors

from doorstep.platform.db import Tx, broken_rule
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.stages.orders.model.edi import IN, OUT, Document, Partner
from doorstep.stages.orders.model.shops import ShopKind

Q = Statements("doorstep.stages.orders")
SHOWN_MAX = 100
TAKEN = {
    "shop_code_taken": "There is a shop or partner of this name already. Choose another name.",
    "partner_taken": "There is a partner with these ids already. Look at its settings.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPartner:
    """What somebody says to connect a partner; see `model.edi.Partner`."""

    code: str
    merchant_id: UUID
    our_id: str
    their_id: str
    our_qualifier: str = "ZZ"
    their_qualifier: str = "ZZ"
    base_url: str = ""
    api_key: str = ""
    usage: str = "P"
    version: str = "004010"
    documents: Sequence[str] = field(default_factory=lambda: [*IN, *(one for one in OUT if one not in IN)])
    units: Mapping[str, int] = field(default_factory=dict)
    currency: str = "USD"
    country: str = "US"
    strict: bool = True


async def connect_partner(tx: Tx, new: NewPartner) -> UUID:
    """Connect a partner.

    Raises:
        Refused: its name or its ids are taken, or a document is none that is exchanged.
    """
    if strange := sorted(set(new.documents) - {*IN, *OUT}):
        known = ", ".join(sorted({*IN, *OUT}))
        message = f"{', '.join(strange)[:60]} is no document of ours. Choose of {known}."
        raise invalid([Fault("/documents", "unknown_document", message)])
    shop_id = new_id()
    row: dict[str, object] = {name: getattr(new, name) for name in NewPartner.__slots__}
    row |= {"documents": list(new.documents), "units": msgspec.json.encode(new.units).decode()}
    try:
        await tx.run(
            Q.add_shop,
            id=shop_id,
            kind=str(ShopKind.EDI),
            since=tx.now,
            levels=False,
            **{name: row[name] for name in ("code", "merchant_id", "base_url", "api_key")},
            **dict.fromkeys(
                ("api_secret", "hook_secret", "location", "login_url", "refresh_token", "market", "account"),
                "",
            ),
        )
        await tx.run(Q.add_partner, id=shop_id, **row)
    except errors.UniqueViolation as error:
        if (taken := TAKEN.get(broken_rule(error))) is None:
            raise
        raise Refused(Reason.CONFLICT, taken) from None
    return shop_id


async def set_units(tx: Tx, partner_id: UUID, units: Mapping[str, int], *, strict: bool) -> None:
    """Say how many pieces a partner's units of measure hold, and whether what has a wrong envelope is refused."""
    await tx.run(
        Q.set_units, shop_id=partner_id, units=msgspec.json.encode(dict(units)).decode(), strict=strict
    )


async def partners(
    tx: Tx, own: UUID | None = None, *, partner_id: UUID | None = None, parties: Sequence[str] | None = None
) -> list[Partner]:
    """Return partners, by code; only one merchant's when asked so.

    Args:
        tx: the open transaction.
        own: the merchant.
        partner_id: the one that is meant.
        parties: their qualifier and id, ours, and `P` or `T`, as an envelope says.
    """
    given = None if parties is None else list(parties)
    return await tx.rows(Q.partners, Partner, own=own, id=partner_id, parties=given)


async def find_partner(tx: Tx, partner_id: UUID, own: UUID | None = None) -> Partner:
    """Return a partner.

    Raises:
        Refused: it is not there, or another merchant's.
    """
    found = await partners(tx, own, partner_id=partner_id)
    if not found:
        raise unknown("partner", partner_id)
    return found[0]


async def documents(tx: Tx, partner_id: UUID) -> list[Document]:
    """Return the newest sets to and from a partner, those at fault first."""
    return await tx.rows(Q.documents, Document, shop_id=partner_id, most=SHOWN_MAX)


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A set with its text."""

    id: UUID
    shop_id: UUID
    goes: str
    kind: str
    control: str
    body: str
    sent_at: object


async def fetch_document(tx: Tx, document_id: UUID, own: UUID | None = None) -> DocumentText:
    """Return a set with its text.

    Raises:
        Refused: it is not there, or another merchant's.
    """
    found = await tx.row(Q.document, DocumentText, id=document_id, own=own)
    if found is None:
        raise unknown("document", document_id)
    return found


async def went_well(tx: Tx, partner_id: UUID) -> None:
    """Note that a partner answered."""
    await tx.run(Q.shop_well, id=partner_id)


async def went_wrong(tx: Tx, partner_id: UUID, error: str) -> None:
    """Note what went wrong with a partner."""
    await tx.run(Q.shop_wrong, id=partner_id, error=error[:500], resumes_at=None)
