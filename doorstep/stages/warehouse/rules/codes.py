"""What a scanned code means for the task at hand.

A code first counts as it is. Only when that fits nothing is it read as GS1, and only when its parts fit the task: a lot
number "10D9T" that happens to parse as (10)D9T stays a text.
"""

from collections.abc import Iterable

import biip

from doorstep.stages.catalog import is_tote
from doorstep.stages.inventory import SERIAL_NUMBER

_GTIN_LENGTHS = (8, 12, 13, 14)


def same(scanned: str, code: str) -> bool:
    """Whether a scan is this code of a place, tote or order: blanks and case do not matter."""
    return scanned.strip().casefold() == code.casefold()


def match(scanned: str, wanted: Iterable[str]) -> str | None:
    """Return which of the wanted product codes was scanned, or None.

    Args:
        scanned: what the scanner sent, symbology prefix and group separators included.
        wanted: the codes that would fit the task.
    """
    text = scanned.strip()
    codes = list(wanted)
    for code in codes:
        if text == code:
            return code
    gtin = _gtin(text)
    return next((code for code in codes if gtin and _as_gtin14(code) == gtin), None)


def readings(scanned: str) -> list[str]:
    """Return the product codes that a scan may stand for: the text itself, and its trade item number in every length."""
    text = scanned.strip()
    gtin = _gtin(text)
    if gtin is None:
        return [text]
    shorter = [gtin[-length:] for length in _GTIN_LENGTHS if set(gtin[:-length]) <= {"0"}]
    return list(dict.fromkeys([text, *shorter]))


def is_serial(text: str) -> bool:
    """Whether a scan may be a serial number: printable, without blanks, and no tote."""
    return SERIAL_NUMBER.fullmatch(text) is not None and not is_tote(text)


def _gtin(text: str) -> str | None:
    """Return the trade item number in a scan, in 14 digits: a plain one, or the (01) of a complete GS1 message."""
    if plain := _as_gtin14(text):
        return plain
    try:
        read = biip.parse(text)
    except biip.ParseError:
        return None
    return read.gtin.as_gtin_14() if read.gtin else None


def _as_gtin14(code: str) -> str | None:
    if code.isascii() and code.isdigit() and len(code) in _GTIN_LENGTHS:
        return code.zfill(14)
    return None
