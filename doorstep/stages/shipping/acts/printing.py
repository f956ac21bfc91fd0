"""Printing a label, with an entry for every time: a jammed printer needs another one, and each is accounted for."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from doorstep.platform import barcodes, journal, series
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.statements import Statements
from doorstep.stages.shipping.model import LABEL, LabelState, ReturnLabel
from doorstep.stages.shipping.rules import paper
from doorstep.stages.shipping.rules.label import STOCKS, Label, Party, Stock
from doorstep.stages.shipping.rules.lint import lint
from doorstep.stages.shipping.rules.numbers import tracking_number

Q = Statements("doorstep.stages.shipping")
RETURN_PREFIX = "RT"


@dataclass(frozen=True, slots=True)
class _Drawn:
    state: str
    drawn: Any
    zpl: str | None
    pdf: bytes | None
    printed: bool
    merchant_id: UUID


async def document(
    tx: Tx, label_id: UUID, form: str, *, stock: str = "4x6", dpi: int = 203, merchant_id: UUID | None = None
) -> bytes:
    """Return a bought label as `pdf`, `png` or `zpl` for a printer, without an entry: for looking.

    Raises:
        Refused: there is no such label (for this merchant), it was not bought, or its ZPL would harm a printer.
    """
    found = await _drawn(tx, label_id, merchant_id)
    wanted = STOCKS[stock, dpi]
    kept = (stock, dpi) == ("4x6", 203) and form != "png"
    if kept:
        made = (found.pdf or b"") if form == "pdf" else (found.zpl or "").encode()
    elif found.drawn is None:
        raise Refused(
            Reason.CONFLICT,
            "This label is kept for 4x6 inches at 203 dpi as PDF and ZPL only. Print that one.",
        )
    else:
        made = _drawn_as(form, msgspec.convert(found.drawn, Label), wanted)
    if form != "zpl":
        return made
    text = made.decode()
    findings = lint(text, width=wanted.width, height=wanted.height)
    if findings:
        raise Refused(
            Reason.CONFLICT, f"The label's ZPL is not safe to print: {findings[0].message} Print the PDF."
        )
    return made


def _drawn_as(form: str, label: Label, stock: Stock) -> bytes:
    if form == "pdf":
        return paper.pdf([label], stock)
    return paper.png(label, stock) if form == "png" else paper.zpl([label], stock).encode()


async def _drawn(tx: Tx, label_id: UUID, merchant_id: UUID | None) -> _Drawn:
    found = await tx.row(Q.drawn_label, _Drawn, id=label_id)
    if found is None or merchant_id not in (None, found.merchant_id):
        raise unknown("label", label_id)
    if found.state != LabelState.BOUGHT:
        raise Refused(
            Reason.CONFLICT,
            f"The label is {found.state}: there is nothing to print. Look at its page for the next step.",
        )
    return found


async def print_label(
    tx: Tx,
    label_id: UUID,
    form: str,
    *,
    stock: str = "4x6",
    dpi: int = 203,
    why: str = "",
    merchant_id: UUID | None = None,
) -> bytes:
    """Return a label for a printer and enter that it was printed, or printed again and why.

    Raises:
        Refused: as `document`.
    """
    made = await document(tx, label_id, form, stock=stock, dpi=dpi, merchant_id=merchant_id)
    found = await _drawn(tx, label_id, merchant_id)
    await tx.run(Q.mark_printed, id=label_id)
    said = {"form": form, "stock": stock, "dpi": dpi, **({"why": why} if why else {})}
    await journal.note(tx, LABEL, "reprinted" if found.printed else "printed", [label_id], said)
    return made


@dataclass(frozen=True, slots=True)
class _Return:
    order_number: int
    name: str
    company: str
    street: str
    street2: str
    city: str
    region: str
    postal_code: str
    country: str
    merchant: str
    site_code: str
    site_name: str
    site_street: str
    site_city: str
    site_region: str
    site_postal_code: str
    site_country: str
    gs1_prefix: str
    carrier: str | None


async def return_label(tx: Tx, order_id: UUID, site_id: UUID, reference: str) -> ReturnLabel:
    """Make a label for the way back to a site, with a number of ours; whoever brought the parcel takes it along.

    Args:
        tx: the open transaction.
        order_id: whose customer sends.
        site_id: where the goods go.
        reference: what people at the receiving dock look for (`Return 1003`).

    Raises:
        Refused: there is no such order or site.
    """
    facts = await tx.row(Q.return_facts, _Return, order_id=order_id, site_id=site_id)
    if facts is None:
        raise unknown("order", order_id)
    (serial,) = await series.take(tx, "sscc", 1)
    (number,) = await series.take(tx, "tracking", 1)
    label = Label(
        Party(
            facts.name,
            facts.street,
            facts.city,
            facts.country,
            facts.postal_code,
            facts.region,
            facts.company,
            facts.street2,
        ),
        Party(
            facts.site_name,
            facts.site_street,
            facts.site_city,
            facts.site_country,
            facts.site_postal_code,
            facts.site_region,
            facts.merchant,
        ),
        facts.carrier or facts.merchant,
        "Return",
        facts.site_code,
        tracking_number(RETURN_PREFIX, number),
        barcodes.sscc(facts.gs1_prefix, serial),
        f"{reference} · Order {facts.order_number}",
    )
    return ReturnLabel(label.tracking, label.sscc, paper.pdf([label], STOCKS["4x6", 203]))
