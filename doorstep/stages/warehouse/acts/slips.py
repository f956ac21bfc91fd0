"""Packing slips: what lies in each box, in the merchant's brand and the customer's language, drawn for many boxes at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.messages import text
from doorstep.platform.statements import Statements
from doorstep.stages.warehouse.rules import slip as slips
from doorstep.stages.warehouse.rules.contents import Inside, slip_lines

Q = Statements("doorstep.stages.warehouse")
Linked = Callable[[UUID], str]
"""Writes the customer's address for an order: signing belongs to the edge."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A box that gets its slip."""

    parcel_id: UUID
    number: int
    order_id: UUID


@dataclass(frozen=True, slots=True)
class _Head:
    order_id: UUID
    order_number: int
    placed_at: datetime
    currency: str
    gift: bool
    note: str
    language: str
    name: str
    company: str
    street: str
    street2: str
    city: str
    region: str
    postal_code: str
    country: str
    brand: str
    brand_color: str
    logo: bytes | None
    message: str
    support_email: str
    more_parcels: bool


async def draw_slips(tx: Tx, boxes: Sequence[Enclosed], linked: Linked) -> Mapping[UUID, bytes]:
    """Return the packing slip (PDF) of each box, by parcel."""
    found = await tx.rows(Q.slip_heads, _Head, order_ids=list({one.order_id for one in boxes}))
    heads = {head.order_id: head for head in found}
    rows = await tx.tuples(Q.slip_lines, parcel_ids=[one.parcel_id for one in boxes])
    inside = {
        parcel_id: [Inside(*facts) for _, *facts in group]
        for parcel_id, group in groupby(rows, key=lambda row: row[0])
    }
    return {
        one.parcel_id: _draw(heads[one.order_id], one, inside[one.parcel_id], linked(one.order_id))
        for one in boxes
    }


def _draw(head: _Head, box: Enclosed, inside: Sequence[Inside], link: str) -> bytes:
    town = " ".join(part for part in (head.postal_code, head.city, head.region) if part)
    receiver = (head.name, head.company, head.street, head.street2, town, head.country)
    return slips.draw(
        slips.Slip(
            brand=slips.Brand(head.brand, head.brand_color, head.logo, head.message, head.support_email),
            order_number=str(head.order_number),
            ordered_on=f"{head.placed_at:%Y-%m-%d}",
            parcel_number=f"P-{box.number}",
            receiver=tuple(part for part in receiver if part),
            lines=tuple(slip_lines(inside)),
            currency=head.currency,
            link=link,
            words={key: text(f"slip.{key}", head.language) for key in slips.WORDS},
            gift=head.gift,
            note=head.note,
            more_parcels=head.more_parcels,
            language=head.language,
            code=f"P-{box.number}",
        )
    )
