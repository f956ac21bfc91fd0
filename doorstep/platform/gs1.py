"""Reading GS1 labels: which article, which lot, which unit, until when (GS1 General Specifications, application identifiers 01, 02, 10, 15, 17, 21, 37)."""

from dataclasses import dataclass
from datetime import date

import biip
from biip.gs1_messages import GS1Message

SEPARATOR = "\x1d"
LENGTHS = (14, 13, 12, 8)
"""How long a GTIN is printed, the longest first."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says.

    Attributes:
        codes: how the article's number may be printed, best first; the same number with and without leading zeros.
        expires_on: the last day on which it may be sold: its expiry, else its best before.
        count: how many units lie in what carries the label, if it says so.
        serial: the number of the one unit that carries the label.
    """

    codes: tuple[str, ...]
    lot: str = ""
    expires_on: date | None = None
    count: int | None = None
    serial: str = ""


def read_label(code: str) -> Label | None:
    """Return what a scanned GS1 label says; None when the code is none, or names no article.

    Args:
        code: as a scanner sends it (with or without `]C1`, `]d2`, `]Q3` in front, FNC1 as a group separator), or as it is
            printed below the bars: `(01)04006381333931(17)271231(10)L7`.
    """
    try:
        message = GS1Message.parse_hri(code) if code.startswith("(") else _scanned(code)
    except biip.ParseError:
        return None
    if message is None:
        return None
    said = {one.ai.ai: one for one in message.element_strings}
    article = said.get("01") or said.get("02")
    if article is None or article.gtin is None:
        return None
    day = next((said[ai].date for ai in ("17", "15") if ai in said and said[ai].date), None)
    count = said["37"].value if "37" in said else ""
    return Label(
        _spelled(article.value),
        said["10"].value if "10" in said else "",
        day,
        int(count) if count.isdecimal() else None,
        said["21"].value if "21" in said else "",
    )


def _scanned(code: str) -> GS1Message | None:
    plain = code.isdecimal() and len(code) in LENGTHS
    return None if plain else biip.parse(code.strip(SEPARATOR)).gs1_message


def _spelled(gtin: str) -> tuple[str, ...]:
    whole = gtin.zfill(14)
    return tuple(whole[14 - length :] for length in LENGTHS if not whole[: 14 - length].strip("0"))


def serial_in(code: str) -> str:
    """Return the serial number that a label says; '' if it says none."""
    label = read_label(code)
    return label.serial if label else ""


def read_serials(text: str) -> list[str]:
    """Read serial numbers that were scanned or pasted, with blanks or lines between them; of a label its number counts."""
    return [serial_in(part) or part for part in text.replace("\x00", "").split()]
