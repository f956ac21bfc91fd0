"""Reading ZPL with suspicion: what a carrier sends is checked before a printer sees it, and so is our own.

A printer obeys every command, also those that change its settings for good or leave it in another mode; real carriers have sent
both. So only commands that draw one label are known here, and everything else is a finding.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.platform.barcodes import QUIET_MODULES

_COMMAND = re.compile(r"([\^~])(A@|[A-Z][A-Z0-9@]|[A-Z]\d?)([^\^~]*)", re.IGNORECASE)
_DRAWING = frozenset(
    [
        "XA",
        "XZ",
        "CI",
        "PW",
        "LL",
        "LH",
        "LS",
        "LT",
        "FO",
        "FT",
        "FD",
        "FS",
        "FH",
        "FB",
        "FN",
        "FR",
        "FW",
        "FX",
        "FV",
        "BY",
        "BC",
        "BX",
        "BQ",
        "B7",
        "BD",
        "GB",
        "GC",
        "GD",
        "GF",
        "GE",
        "GS",
        "PQ",
        "PO",
    ]
)
"""What draws one label and is forgotten at its end. Fonts, `^A` and a letter, are known too."""
_ORIGINS = frozenset({"FO", "FT"})
_CONTENT = frozenset({"FD", "FV", "GB", "GC", "GD", "GE", "GF", "GS"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a piece of ZPL, and where (characters from its start)."""

    at: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field as it is read: its place, its commands in order with their texts."""

    at: int
    x: int
    y: int
    commands: tuple[tuple[str, str], ...]

    def first(self, *names: str) -> str | None:
        """Return the text after the first command of one of these names, or None."""
        return next((text for name, text in self.commands if name in names), None)


def commands(zpl: str) -> Iterator[tuple[int, str, str, str]]:
    """Cut ZPL into (place, `^` or `~`, name in capitals, text after it)."""
    for found in _COMMAND.finditer(zpl):
        name, text = found[2].upper(), found[3]
        if name[0] == "A" and name != "A@":  # ^A0N,30: the font is the letter after A, the rest belongs to it
            name, text = "A", found[2][1:] + text
        yield found.start(), found[1], name, text


def lint(zpl: str, *, width: int, height: int) -> list[Finding]:
    """Return everything that keeps this ZPL from being a label of `width` x `height` dots that leaves the printer as it was."""
    findings = [*_strangers(zpl), *_formats(zpl), *_open_fields(zpl), *_outside(zpl, width, height)]
    return sorted(findings, key=lambda finding: finding.at)


def _strangers(zpl: str) -> Iterator[Finding]:
    for at, sign, name, _ in commands(zpl):
        if sign == "~" or (name not in _DRAWING and name not in ("A", "A@")):
            yield Finding(at, "command", f"{sign}{name} does more than draw a label. Leave it out.")
    head = zpl[: match.start() if (match := _COMMAND.search(zpl)) else len(zpl)]
    if head.strip():
        yield Finding(0, "stray_text", "There is text before the first command.")


def _formats(zpl: str) -> Iterator[Finding]:
    open_at, formats = None, 0
    for at, _, name, _ in commands(zpl):
        if name == "XA":
            if open_at is not None:
                yield Finding(at, "format_open", "^XA inside a format: the one before has no ^XZ.")
            open_at, formats = at, formats + 1
        elif open_at is None:
            yield Finding(at, "outside", f"^{name} stands outside of ^XA and ^XZ.")
        elif name == "XZ":
            open_at = None
    if open_at is not None:
        yield Finding(open_at, "format_open", "^XA without ^XZ: the printer waits for more.")
    if not formats:
        yield Finding(0, "empty", "There is no format: nothing would print.")


def _open_fields(zpl: str) -> Iterator[Finding]:
    drawn_at = None
    for at, _, name, _ in commands(zpl):
        if name in ("XA", "XZ", *_ORIGINS) and drawn_at is not None:
            yield Finding(drawn_at, "field_open", "A field does not end with ^FS.")
        if name in _CONTENT:
            drawn_at = at
        elif name in ("XA", "XZ", "FS", *_ORIGINS):
            drawn_at = None


def fields(zpl: str) -> Iterator[Field]:
    """Return every field that is drawn; settings like ^BY last until they are set again."""
    place: tuple[int, int, int] | None = None
    held: list[tuple[str, str]] = []
    module = "2"
    for at, _, name, text in commands(zpl):
        if name == "BY":
            module = text
        if name in _ORIGINS:
            x, y = _whole(text, 0, 2)
            place, held = (at, x, y), [(name, text)]
        elif name == "FS":
            if place:
                yield Field(*place, (*held, ("BY", module)))
            place = None
        elif place:
            held.append((name, text))


def _outside(zpl: str, width: int, height: int) -> Iterator[Finding]:
    for name, size in (("PW", width), ("LL", height)):
        for at, _, command, text in commands(zpl):
            if command == name and _whole(text, size, 1)[0] > size:
                yield Finding(
                    at, "too_large", f"^{name}{text.strip()} is larger than the label ({size} dots)."
                )
    for one in fields(zpl):
        left, right, low = _extent(one)
        if left < 0 or right > width or low > height or one.y < 0:
            yield Finding(one.at, "off_paper", f"A field at {one.x},{one.y} reaches beyond the label.")


def _extent(one: Field) -> tuple[int, int, int]:
    """Return the left and right end and the bottom of a field, quiet zones included, as far as ZPL tells."""
    box = one.first("GB")
    if box is not None:
        wide, high = _whole(box, 1, 2)
        return one.x, one.x + wide, one.y + high
    code = one.first("BC")
    if code is not None:
        module = _whole(one.first("BY") or "", 2, 1)[0]
        data = one.first("FD") or ""
        quiet = QUIET_MODULES * module
        high = _whole(code.partition(",")[2], 10, 1)[0]
        return one.x - quiet, one.x + modules_of(data) * module + quiet, one.y + high
    matrix = one.first("BX")
    if matrix is not None:
        parts = [part.strip() for part in matrix.split(",")]
        sizes = [int(part) if part.isdigit() else 0 for part in (*parts, "", "", "", "", "")[1:5]]
        module, columns, rows = sizes[0], sizes[2], sizes[3]
        return one.x - module, one.x + (columns + 1) * module, one.y + (rows + 1) * module
    return one.x, one.x, one.y


def modules_of(data: str) -> int:
    """Return how many modules ^BC in mode N needs for its data: start, data, check and stop."""
    symbols = 2  # start and check
    in_c = data.startswith(">;")
    rest = data[2:] if data[:2] in (">;", ">:", ">9") else data
    at = 0
    while at < len(rest):
        if rest[at] == ">" and at + 1 < len(rest):
            in_c = {"5": True, "6": False}.get(rest[at + 1], in_c)
            at += 2
        else:
            at += 2 if in_c else 1
        symbols += 1
    return symbols * 11 + 13


def _whole(text: str, default: int, count: int) -> list[int]:
    parts = [part.strip() for part in text.split(",")][:count]
    found = [int(part) if re.fullmatch(r"-?\d{1,6}", part) else default for part in parts]
    return found + [default] * (count - len(found))
