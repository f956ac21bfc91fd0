"""A label that was bought is drawn and kept, in the transaction that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from doorstep.platform import barcodes, journal, series
from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.shipping.model import LABEL, Facts, LabelAct
from doorstep.stages.shipping.rules import asking, paper
from doorstep.stages.shipping.rules.label import STOCKS, unprintable
from doorstep.stages.shipping.rules.numbers import tracking_number

Q = Statements("doorstep.stages.shipping")
STOCK = STOCKS["4x6", 203]
"""What every label is kept as; for other printers it is drawn again from the same facts."""


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of a bought label; without a tracking number it gets one of ours."""

    facts: Facts
    tracking_number: str | None
    carrier_ref: str | None
    price_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Named:
    """How a service is called on a label."""

    id: UUID
    name: str
    tracking_prefix: str
    carrier: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Kept:
    id: UUID
    tracking_number: str
    sscc: str
    price_minor: int
    currency: str
    carrier_ref: str | None
    drawn: str
    unprintable: str
    zpl: str
    pdf: bytes


async def keep(tx: Tx, made: Sequence[Made], why: Mapping[UUID, Mapping[str, object]]) -> None:
    """Number, draw and store labels and say that they are bought.

    Args:
        tx: the open transaction.
        made: labels whose rows the caller has locked, in a state that allows buying.
        why: per label, what its journal entry tells beside the numbers.
    """
    if not made:
        return
    names = await service_names(tx, [one.facts.service_id for one in made])
    serials = await series.take(tx, "sscc", len(made))
    ours = sum(1 for one in made if one.tracking_number is None)
    numbers = iter(await series.take(tx, "tracking", ours) if ours else ())
    kept = []
    for one, serial in zip(made, serials, strict=True):
        named = names[one.facts.service_id]
        number = one.tracking_number or tracking_number(named.tracking_prefix, next(numbers))
        kept.append(_drawn(one, named, number, barcodes.sscc(one.facts.gs1_prefix, serial)))
    columns = (
        "id",
        "tracking_number",
        "sscc",
        "price_minor",
        "currency",
        "carrier_ref",
        "drawn",
        "unprintable",
        "zpl",
        "pdf",
    )
    await tx.run(Q.keep_labels, **{f"{name}s": [getattr(row, name) for row in kept] for name in columns})
    told = {
        row.id: {
            **why.get(row.id, {}),
            "tracking_number": row.tracking_number,
            "sscc": row.sscc,
            "price_minor": row.price_minor,
            "currency": row.currency,
            **({"unprintable": row.unprintable} if row.unprintable else {}),
        }
        for row in kept
    }
    await journal.move_all(tx, LABEL, LabelAct.BUY, list(told), told)


async def service_names(tx: Tx, ids: Sequence[UUID | None]) -> dict[UUID | None, Named]:
    """Return how services and their carriers are called."""
    rows = await tx.rows(Q.service_names, Named, ids=sorted({i for i in ids if i}))
    return {row.id: row for row in rows}


def _drawn(one: Made, named: Named, number: str, sscc: str) -> _Kept:
    label = asking.label(one.facts, named.carrier, named.name, number, sscc)
    return _Kept(
        one.facts.id,
        number,
        sscc,
        one.price_minor,
        one.currency,
        one.carrier_ref,
        msgspec.json.encode(label).decode(),
        ",".join(unprintable(label)),
        paper.zpl([label], STOCK),
        paper.pdf([label], STOCK),
    )
