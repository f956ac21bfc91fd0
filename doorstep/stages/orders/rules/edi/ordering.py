"""An order out of an 850 (purchase order) or a 940 (warehouse shipping order).

Quantities are in the partner's unit of measure; its settings say how many pieces that is. A price (PO104) is for one such unit. A
940 has no prices: its goods are the depositor's already. Who receives it stands in the loop N1*ST.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.edi import UNITS, Asked, Partner
from doorstep.stages.orders.model.shops import Heard, Said
from doorstep.stages.orders.rules.shops import Due, Sold, asked_of, by_units, minor, tidy
from doorstep.stages.orders.rules.x12 import Segment, Transaction, number_of

PURPOSES = {
    "00": Said.READY,
    "05": Said.READY,
    "06": Said.READY,
    "07": Said.READY,
    "01": Said.GONE,
    "03": Said.GONE,
}
"""What BEG01 says: original, replacement, confirmation, duplicate; called off, deleted."""

STATUSES = {"N": Said.READY, "R": Said.READY, "F": Said.GONE, "D": Said.GONE}
"""What W0501 says: new, replacement; called off, deleted."""

NUMBERS = ("VN", "VP", "SK", "VC", "UP", "UK", "UA", "EN", "IN", "BP", "CB", "ST")
"""Which of a line's article numbers is the merchant's: the first of these that is there."""

PIECES_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Read:
    """What a set says: the order for our API, and its lines in the partner's own words."""

    heard: Heard
    lines: Sequence[Asked]


def read_order(transaction: Transaction, partner: Partner, sent_at: datetime, control: str) -> Read:
    """Understand an 850 or 940; what is wrong with it is told with segment and element.

    Args:
        transaction: the set.
        partner: whose it is.
        sent_at: when its group says it was sent; of two with one number the later counts.
        control: of the interchange; of two sent at the same moment the higher counts.
    """
    faults: list[Fault] = []
    is_purchase = transaction.kind == "850"
    head = _first(transaction.segments, "BEG" if is_purchase else "W05") or transaction.segments[0]
    purpose = head.at(1)
    said = (PURPOSES if is_purchase else STATUSES).get(purpose)
    if said is None:
        faults.append(
            _fault(
                head, 1, "purpose", f"{purpose or 'nothing'} is no purpose that we know: send a new order."
            )
        )
    ref = tidy(head.at(3 if is_purchase else 2), 64)
    if not ref:
        faults.append(_fault(head, 3 if is_purchase else 2, "missing", "the number of the order is missing."))
    lines = _lines(transaction, partner, faults)
    if not lines and said is not Said.GONE and not faults:
        faults.append(
            _fault(head, 0, "no_lines", "the order has no line. Send it with what is to be shipped.")
        )
    to = _contact(transaction.segments, partner)
    if not to["name"] and said is not Said.GONE:
        faults.append(_fault(head, 0, "no_ship_to", "no N1*ST says who receives it. Send name and address."))
    asked: Mapping[str, Any] = {}
    if not faults and said is not Said.GONE:
        asked = _asked(transaction, partner, lines, to)
    ticks = int(control[-6:]) if control[-6:].isdecimal() else 0
    version = sent_at + timedelta(microseconds=ticks)
    heard = Heard(ref, ref, version, said or Said.WAITING, asked, tuple(faults))
    return Read(heard, lines)


class _Kept(msgspec.Struct):
    ref: str
    version: datetime
    said: Said
    asked: dict[str, Any]
    faults: list[list[str]]


def kept(heard: Heard) -> str:
    """Return what a set says as a text that is kept until the order is ours."""
    faults = [[one.pointer, one.code, one.message] for one in heard.faults]
    asked = dict(heard.asked)
    return msgspec.json.encode(_Kept(heard.ref, heard.version, heard.said, asked, faults)).decode()


def read_back(body: str) -> Heard:
    """Understand what was kept."""
    found = msgspec.json.decode(body, type=_Kept)
    asked = dict(found.asked)
    if placed_at := asked.get("placed_at"):
        asked["placed_at"] = datetime.fromisoformat(placed_at)
    faults = tuple(Fault(*one) for one in found.faults)
    return Heard(found.ref, found.ref, found.version, found.said, asked, faults)


def moment(date: str, time: str, otherwise: datetime) -> datetime:
    """Return a moment of an envelope, `YYYYMMDD` or `YYMMDD` and `HHMM` or longer, in UTC."""
    try:
        full = date if len(date) == 8 else f"20{date}"
        return datetime.strptime(f"{full}{(time + '000000')[:6]}", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return otherwise


def _first(segments: Sequence[Segment], name: str) -> Segment | None:
    return next((one for one in segments if one.name == name), None)


def _fault(segment: Segment, element: int, code: str, says: str) -> Fault:
    where = f"{segment.name}{element:02}" if element else segment.name
    return Fault(f"/{segment.place}/{element}", code, f"{where} in segment {segment.place}: {says}")


def _lines(transaction: Transaction, partner: Partner, faults: list[Fault]) -> list[Asked]:
    found: list[Asked] = []
    number = ""
    for one in transaction.segments:
        if one.name == "LX":
            number = one.at(1)
        elif one.name == "PO1":
            line = _line(one, one.at(1) or str(len(found) + 1), 2, 6, partner, faults)
            found += [line] if line else []
        elif one.name == "W01":
            line = _line(one, number or str(len(found) + 1), 1, 4, partner, faults)
            found += [line] if line else []
    return found


def _line(
    segment: Segment, number: str, at: int, ids_at: int, partner: Partner, faults: list[Fault]
) -> Asked | None:
    """Return a line whose quantity stands in element `at`, its unit after it, its article numbers from `ids_at` on."""
    before = len(faults)
    unit = segment.at(at + 1)
    per = ({**UNITS, **partner.units}).get(unit)
    if per is None:
        says = (
            f"unit {unit or 'of nothing'} is not in the partner's settings. Say there how many pieces it is."
        )
        faults.append(_fault(segment, at + 1, "unit", says))
    quantity = Decimal(segment.at(at)) if number_of(segment.at(at)) is not None else Decimal(-1)
    pieces = quantity * (per or 1)
    if pieces <= 0 or pieces != int(pieces) or pieces > PIECES_MAX:
        says = f"{segment.at(at) or 'nothing'} is no quantity of whole pieces from 1 to {PIECES_MAX:,}."
        faults.append(_fault(segment, at, "quantity", says))
    ids = _ids(segment, ids_at)
    qualifier = next((one for one in NUMBERS if one in ids), "")
    if not qualifier:
        says = f"no article number of the kinds {', '.join(NUMBERS)} is there."
        faults.append(_fault(segment, ids_at, "missing_sku", says))
    price = segment.at(4) if segment.name == "PO1" else ""
    if price and (number_of(price) is None or price.startswith("-")):
        faults.append(_fault(segment, 4, "price", f"{price[:20]} is no price."))
    if len(faults) > before:
        return None
    return Asked(tidy(number, 20), qualifier, tidy(ids[qualifier], 64), quantity, unit, per or 1, price)


def _ids(segment: Segment, first: int) -> dict[str, str]:
    """Return article numbers by their kinds; a case's UPC in a W01 counts as `UA`."""
    found = {"UA": segment.at(3)} if segment.name == "W01" and segment.at(3) else {}
    for i in range(first, len(segment.elements) + 1, 2):
        if segment.at(i) and segment.at(i + 1):
            found.setdefault(segment.at(i), segment.at(i + 1))
    return found


def _currency(segments: Sequence[Segment], partner: Partner) -> str:
    told = _first(segments, "CUR")
    return tidy(told.at(2), 3) if told and told.at(2) else partner.currency


def _asked(
    transaction: Transaction, partner: Partner, lines: Sequence[Asked], to: Mapping[str, str]
) -> Mapping[str, Any]:
    currency = _currency(transaction.segments, partner)
    goods = []
    for one in lines:
        pieces = int(one.quantity * one.per)
        total = minor(str(one.quantity * Decimal(one.price)) if one.price else "0", currency)
        unit, off = by_units(total, total, pieces)
        goods.append(
            Sold(sku=one.sku, title="", quantity=pieces, kept=pieces, unit_minor=unit, discount_minor=off)
        )
    extra, off = _allowances(transaction.segments, currency)
    subtotal = sum(one.quantity * one.unit_minor - one.discount_minor for one in goods)
    due = Due(min(off, subtotal), extra, 0, subtotal - min(off, subtotal) + extra)
    asked = asked_of(goods, due, currency, "invoice")
    return {**asked, **_about(transaction.segments), "ship_to": dict(to)}


def _allowances(segments: Sequence[Segment], currency: str) -> tuple[int, int]:
    """Return charges and allowances of the whole order; SAC05 has two decimals that are not written, whatever the currency has."""
    sums = {"C": 0, "A": 0}
    seen_line = False
    for one in segments:
        seen_line = seen_line or one.name == "PO1"
        if one.name == "SAC" and not seen_line and one.at(1) in sums:
            value = Decimal(one.at(5)) if number_of(one.at(5)) is not None else Decimal(0)
            sums[one.at(1)] += minor(str(max(value, Decimal(0)).scaleb(-2)), currency)
    return sums["C"], sums["A"]


def _about(segments: Sequence[Segment]) -> dict[str, Any]:
    notes = [one.at(1) for one in segments if one.name == "MSG"]
    notes += [one.at(2) for one in segments if one.name == "NTE"]
    about: dict[str, Any] = {"note": "\n".join(tidy(one, 200) for one in notes if one)[:2000]}
    routed = _first(segments, "TD5") or _first(segments, "W66")
    if routed and (delivery := tidy(routed.at(5), 200)):
        about["delivery"] = delivery
    return about


def _contact(segments: Sequence[Segment], partner: Partner) -> dict[str, str]:
    loop = _loop(segments, "ST")
    name, street, city, reach = (
        _first(loop, one) or Segment(one, [], 0) for one in ("N1", "N3", "N4", "PER")
    )
    pairs = {reach.at(i): reach.at(i + 1) for i in range(3, 9, 2)}
    return {
        "name": tidy(name.at(2), 200),
        "street": tidy(street.at(1), 200),
        "street2": tidy(street.at(2), 200),
        "city": tidy(city.at(1), 200),
        "region": tidy(city.at(2), 200),
        "postal_code": tidy(city.at(3), 20),
        "country": tidy(city.at(4), 2) or partner.country,
        "email": tidy(pairs.get("EM", ""), 254),
        "phone": tidy(pairs.get("TE", ""), 40),
    }


def _loop(segments: Sequence[Segment], party: str) -> list[Segment]:
    """Return the segments about one party: from its N1 to the next one, or to what no party has."""
    found: list[Segment] = []
    for one in segments:
        if one.name == "N1":
            if found:
                break
            if one.at(1) == party:
                found.append(one)
        elif found:
            if one.name not in ("N2", "N3", "N4", "REF", "PER"):
                break
            found.append(one)
    return found
