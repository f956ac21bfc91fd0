"""What left the house: the 856 (ship notice) to who bought, the 945 (shipping advice) to whose goods they are. One for each parcel."""

from collections.abc import Sequence
from datetime import datetime

from doorstep.stages.orders.model.edi import Asked
from doorstep.stages.orders.model.shops import ParcelLeft

Segments = list[list[str]]


def _shares(lines: Sequence[Asked], parcel: ParcelLeft) -> list[tuple[Asked, int]]:
    """Return how many pieces of which line a parcel holds; lines of the same article are filled in their sequence."""
    left = dict(parcel.lines)
    found = []
    for place, one in enumerate(lines):
        later = any(other.sku == one.sku for other in lines[place + 1 :])
        pieces = min(left.get(one.sku, 0), int(one.quantity * one.per)) if later else left.get(one.sku, 0)
        if pieces > 0:
            left[one.sku] -= pieces
            found.append((one, pieces))
    return found


def _kg(weight_g: int) -> str:
    return f"{weight_g / 1000:.3f}"


def notice(ref: str, parcel: ParcelLeft, lines: Sequence[Asked], at: datetime) -> Segments:
    """Return an 856: shipment, order, parcel with its tracking number, and what is in it."""
    date, time = at.strftime("%Y%m%d"), at.strftime("%H%M")
    weight = ["TD1", "CTN", "1", "", "", "", "G", _kg(parcel.weight_g), "KG"]
    written: Segments = [
        ["BSN", "00", parcel.number[:30], date, time, "0001"],
        ["HL", "1", "", "S"],
        weight if parcel.weight_g else ["TD1", "CTN", "1"],
        ["TD5", "", "", "", "", parcel.carrier[:35]],
        ["REF", "CN", parcel.number[:50]],
        ["DTM", "011", date],
        ["HL", "2", "1", "O"],
        ["PRF", ref],
        ["HL", "3", "2", "P"],
        ["MAN", "CP", parcel.number[:48]],
    ]
    shares = _shares(lines, parcel)
    for place, (one, pieces) in enumerate(shares, 4):
        count, unit = one.in_units(pieces)
        written += [
            ["HL", str(place), "3", "I"],
            ["LIN", one.line, one.qualifier, one.sku],
            ["SN1", one.line, count, unit],
        ]
    return [*written, ["CTT", str(3 + len(shares))]]


def advice(ref: str, parcel: ParcelLeft, lines: Sequence[Asked], at: datetime) -> Segments:
    """Return a 945: what of a warehouse shipping order left in a parcel, against what was ordered."""
    written: Segments = [
        ["W06", "F" if parcel.last else "P", ref, at.strftime("%Y%m%d"), parcel.number[:30]],
        ["G62", "11", at.strftime("%Y%m%d")],
        ["W27", "M", "", parcel.carrier[:35]],
    ]
    shares = _shares(lines, parcel)
    for place, (one, pieces) in enumerate(shares, 1):
        count, unit = one.in_units(pieces)
        ordered, _ = (
            one.in_units(int(one.quantity * one.per))
            if unit == one.unit
            else (str(int(one.quantity * one.per)), "")
        )
        short = str(max(int(ordered) - int(count), 0))
        status = "CC" if short == "0" else "CP"
        written += [
            ["LX", str(place)],
            ["MAN", "CP", parcel.number[:48]],
            ["W12", status, ordered, count, short, unit, "", one.qualifier, one.sku],
        ]
    total = ["W03", str(sum(pieces for _, pieces in shares))]
    return [*written, total + ([_kg(parcel.weight_g), "KG"] if parcel.weight_g else [])]
