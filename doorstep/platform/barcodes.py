"""Bar codes and the numbers in them: Code 128, GS1-128, DataMatrix and QR as modules; check digits and SSCCs.

Code 128 is encoded here (ISO/IEC 15417, whose Annex E says when to change sets), because a label must know the width in modules
before it is laid out, and because ZPL printers are told the same changes of set. Two-dimensional codes come from zint.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

import zint

QUIET_MODULES = 10
"""White on each side of a linear code."""

_BARS = """
11011001100 11001101100 11001100110 10010011000 10010001100 10001001100 10011001000 10011000100 10001100100
11001001000 11001000100 11000100100 10110011100 10011011100 10011001110 10111001100 10011101100 10011100110
11001110010 11001011100 11001001110 11011100100 11001110100 11101101110 11101001100 11100101100 11100100110
11101100100 11100110100 11100110010 11011011000 11011000110 11000110110 10100011000 10001011000 10001000110
10110001000 10001101000 10001100010 11010001000 11000101000 11000100010 10110111000 10110001110 10001101110
10111011000 10111000110 10001110110 11101110110 11010001110 11000101110 11011101000 11011100010 11011101110
11101011000 11101000110 11100010110 11101101000 11101100010 11100011010 11101111010 11001000010 11110001010
10100110000 10100001100 10010110000 10010000110 10000101100 10000100110 10110010000 10110000100 10011010000
10011000010 10000110100 10000110010 11000010010 11001010000 11110111010 11000010100 10001111010 10100111100
10010111100 10010011110 10111100100 10011110100 10011110010 11110100100 11110010100 11110010010 11011011110
11011110110 11110110110 10101111000 10100011110 10001011110 10111101000 10111100010 11110101000 11110100010
10111011110 10111101110 11101011110 11110101110 11010000100 11010010000 11010011100"""
_PATTERNS = _BARS.split()
_STOP = "1100011101011"
_TO_C, _TO_B, FNC1, START_B, START_C = 99, 100, 102, 104, 105
_ZPL = {_TO_C: ">5", _TO_B: ">6", FNC1: ">8", START_B: ">:", START_C: ">;"}

_SEPARATOR = "\x1d"
"""How FNC1 is written inside a text: the group separator that scanners send for it."""

_PARTS = re.compile(r"\x1d|[^\x1d]+")
_DIGITS = re.compile(r"^\d\d$|^\d{4,}|\d{6,}|\d{4,}$")
"""Runs of digits that are shorter in set C: a whole of two, four at an end, six anywhere."""


@dataclass(frozen=True, slots=True)
class Modules:
    """A bar code as modules: rows from the top, each padded to whole bytes, highest bit first, 1 is dark."""

    columns: int
    rows: int
    bits: bytes


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear code: its symbol values from the start character on, without check and stop."""

    values: tuple[int, ...]

    @property
    def columns(self) -> int:
        """How many modules wide it is, without quiet zones."""
        return 11 * len(self.values) + 24  # one for the check character, thirteen for the stop

    @property
    def modules(self) -> Modules:
        """Its modules, one row, without quiet zones."""
        values = self.values
        check = (values[0] + sum(map(mul, values, range(len(values))))) % 103
        bars = "".join([_PATTERNS[value] for value in values]) + _PATTERNS[check] + _STOP
        padded = -(-len(bars) // 8)
        return Modules(len(bars), 1, (int(bars, 2) << (padded * 8 - len(bars))).to_bytes(padded))

    @property
    def zpl(self) -> str:
        """Its data as ZPL's ^BC spells it, changes of set included."""
        said, in_c = "", self.values[0] == START_C
        for place, value in enumerate(self.values):
            if place and value == (
                _TO_B if in_c else _TO_C
            ):  # in set C, 99 is two digits and no change of set
                said, in_c = said + _ZPL[value], not in_c
            elif value == FNC1 or not place:
                said += _ZPL[value]
            elif in_c:
                said += f"{value:02}"
            else:
                said += ">0" if value == 30 else chr(value + 32)
        return said


@lru_cache(maxsize=4096)
def code128(text: str) -> Linear:
    """Encode printable ASCII as Code 128.

    Raises:
        ValueError: empty, longer than 80 characters, or not printable ASCII.
    """
    if not (1 <= len(text) <= 80 and text.isascii() and text.isprintable()):
        raise ValueError(f"{text!r} does not fit Code 128: use 1 to 80 printable ASCII characters")
    return Linear(tuple(_values(text)))


@lru_cache(maxsize=4096)
def gs1_128(elements: Sequence[tuple[str, str]]) -> Linear:
    """Encode application identifiers with their data as GS1-128; FNC1 separates what has no fixed length.

    Args:
        elements: pairs like `("00", "301234560000000017")`, in a tuple.

    Raises:
        ValueError: an identifier that is not 2 to 4 digits, data of the wrong length or characters, or more than
            the 48 characters that the GS1 General Specifications allow in one symbol.
    """
    text = ""
    for place, (identifier, data) in enumerate(elements):
        _check_element(identifier, data)
        fixed = identifier[:2] in _FIXED
        text += identifier + data + ("" if fixed or place == len(elements) - 1 else _SEPARATOR)
    if not 1 <= len(text) <= 48:
        raise ValueError("a GS1-128 symbol holds 1 to 48 characters: use a second symbol")
    return Linear(tuple(_values(_SEPARATOR + text)))


_FIXED = {
    "00": 20, "01": 16, "02": 16, "11": 8, "12": 8, "13": 8, "15": 8, "16": 8, "17": 8, "20": 4,
    "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16,
}  # fmt: skip
"""Length of identifier and data together for identifiers of predefined length (GS1 General Specifications, 7.8.5)."""


def _check_element(identifier: str, data: str) -> None:
    named = identifier.isascii() and identifier.isdigit() and 2 <= len(identifier) <= 4
    if not named or not data.isascii() or not data.isprintable() or not data:
        raise ValueError(f"({identifier}){data!r} is not a GS1 element")
    length = _FIXED.get(identifier[:2])
    if length is not None and (len(identifier) + len(data) != length or not data.isdigit()):
        raise ValueError(f"({identifier}) takes {length - len(identifier)} digits, got {data!r}")
    if identifier in ("00", "01", "02") and not gs1_checks(data):
        raise ValueError(f"({identifier}){data} has a wrong check digit")


def _values(text: str) -> list[int]:
    """Return the symbol values of a text from the start character on, without check and stop."""
    if text[0] == _SEPARATOR and text[1:].isdigit() and len(text) % 2:
        return [START_C, FNC1, *[int(text[at : at + 2]) for at in range(1, len(text), 2)]]
    values: list[int] = []
    in_c = False
    for digits, piece in _cut(text):
        if piece == _SEPARATOR:
            if not values:
                in_c = bool(re.match(r"\x1d(\d{4}|\d\d$)", text))
                values.append(START_C if in_c else START_B)
            values.append(FNC1)
            continue
        if not values:
            values.append(START_C if digits else START_B)
        elif digits != in_c:
            values.append(_TO_C if digits else _TO_B)
        in_c = digits
        values += (
            [int(piece[i : i + 2]) for i in range(0, len(piece), 2)]
            if digits
            else [ord(c) - 32 for c in piece]
        )
    return values


def _cut(text: str) -> Iterable[tuple[bool, str]]:
    """Cut a text into pieces for set C (True, an even number of digits) and set B, and separators."""
    for part in _PARTS.findall(text):
        at = 0
        for run in _DIGITS.finditer(part):
            begin, end = run.span()
            if (end - begin) % 2:  # the odd digit goes to the side that is in set B anyway
                begin, end = (begin, end - 1) if begin == 0 else (begin + 1, end)
            if begin > at:
                yield False, part[at:begin]
            yield True, part[begin:end]
            at = end
        if at < len(part):
            yield False, part[at:]


@lru_cache(maxsize=1024)
def datamatrix(text: str) -> Modules:
    """Encode a text as a square DataMatrix (ECC 200), without quiet zone.

    Raises:
        ValueError: empty, or too long for one symbol.
    """
    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.DATAMATRIX
    symbol.option_3 = zint.DataMatrixOptions.SQUARE
    return _matrix(symbol, text)


@lru_cache(maxsize=1024)
def qr(text: str) -> Modules:
    """Encode a text as a QR code of error correction level M, without quiet zone.

    Raises:
        ValueError: empty, or too long for one symbol.
    """
    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.QRCODE
    symbol.option_1 = 2
    return _matrix(symbol, text)


def _matrix(symbol: zint.Symbol, text: str) -> Modules:
    try:
        symbol.encode(text)
    except (RuntimeError, ValueError) as error:
        raise ValueError(f"the code was not made: {error}") from None
    made = symbol.encoded_data
    if made is None or made.shape is None:
        raise ValueError("the code was not made: it is empty")
    rows, stride = made.tobytes(), made.shape[1]
    used = -(-symbol.width // 8)
    lines = [rows[at : at + used] for at in range(0, symbol.rows * stride, stride)]
    return Modules(symbol.width, symbol.rows, b"".join(lines).translate(_MIRRORED))


_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""zint counts modules from the lowest bit, printers and PDF from the highest."""


def gs1_check_digit(payload: str) -> str:
    """Return the check digit of a GS1 number without it: weights 3, 1, 3... from the right (General Specifications, 7.9)."""
    return str(-(3 * sum(map(int, payload[-1::-2])) + sum(map(int, payload[-2::-2]))) % 10)


def gs1_checks(number: str) -> bool:
    """Whether a GS1 number (SSCC, GTIN, GLN) is digits and ends in its check digit."""
    return (
        number.isascii()
        and number.isdigit()
        and len(number) > 1
        and gs1_check_digit(number[:-1]) == number[-1]
    )


def sscc(prefix: str, serial: int) -> str:
    """Return the 18 digits of a Serial Shipping Container Code.

    Args:
        prefix: the GS1 company prefix, 7 to 10 digits.
        serial: counts from 0; what does not fit beside the prefix goes into the extension digit, so a prefix of seven
            digits names ten billion parcels.

    Raises:
        ValueError: the prefix is not 7 to 10 digits, or the serial is beyond what it can name.
    """
    if not re.fullmatch(r"[0-9]{7,10}", prefix):
        raise ValueError(f"a GS1 company prefix has 7 to 10 digits, not {prefix!r}")
    room = 16 - len(prefix)
    extension, rest = divmod(serial, 10**room)
    if not 0 <= extension <= 9:
        raise ValueError(
            f"the GS1 company prefix {prefix} has no serial {serial}: ask GS1 for a shorter prefix"
        )
    payload = f"{extension}{prefix}{rest:0{room}}"
    return payload + gs1_check_digit(payload)
