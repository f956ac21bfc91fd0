"""The two typefaces of every document, how wide their words are, and how words are made to fit.

Helvetica and Helvetica-Bold are in every PDF reader, so they are named and not embedded. Widths are those that Adobe
published for the standard fonts, in thousandths of the size, for the codes 32 to 255 of WinAnsi.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from doorstep.platform.documents.spelling import in_winansi, spell

_REGULAR = """
278x2 355 556x2 889 667 191 333x2 389 584 278 333 278x2 556x10 278x2 584x3 556 1015 667x2 722x2 667 611 778 722
278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667x2 611 278x3 469 556 333 556x2 500 556x2 278 556x2
222x2 500 222 833 556x4 333 500 278 556 500 722 500x3 334 260 334 584 0 667 0 222 556 333 1000 556x2 333 1000 667
333 1000 0 611 0x2 222x2 333x2 350 556 1000 333 1000 500 333 944 0 500 667 278 333 556x4 260 556 333 737 370 556 584
278 737 333 400 584 333x3 556 537 278 333x2 365 556 834x3 611 667x6 1000 722 667x4 278x4 722x2 778x5 584 778 722x4
667x2 611 556x6 889 500 556x4 278x4 556x7 584 611 556x4 500 556 500"""

_BOLD = """
278 333 474 556x2 889 722 238 333x2 389 584 278 333 278x2 556x10 333x2 584x3 611 1072 722x4 667 611 778 722 278
556 722 611 833 722 778 667 778 722 667 611 722 667 944 667x2 611 333 278 333 584 556 333 556 611 556 611 556 333
611x2 278x2 556 278 889 611x4 389 556 333 611 556 778 556x2 500 389 280 389 584 0 722 0 278 556 500 1000 556x2 333
1000 667 333 1000 0 611 0x2 278x2 500x2 350 556 1000 333 1000 556 333 944 0 500 667 278 333 556x4 280 556 333 737
370 556 584 278 737 333 400 584 333x3 611 556 278 333x2 365 556 834x3 611 722x6 1000 722 667x4 278x4 722x2 778x5 584
778 722x4 667x2 611 556x6 889 556x5 278x4 611x7 584 611x5 556 611 556"""

ELLIPSIS = "…"


def _widths(runs: str) -> dict[str, int]:
    found: list[int] = []
    for run in runs.split():
        width, _, times = run.partition("x")
        found += [int(width)] * int(times or 1)
    return {bytes([code]).decode("cp1252", "replace"): width for code, width in enumerate(found, 32)}


@dataclass(frozen=True, slots=True)
class Font:
    """A standard typeface: its name in a PDF's resources, its PostScript name, and how wide each letter is."""

    key: str
    name: str
    widths: Mapping[str, int] = field(hash=False, compare=False)


REGULAR = Font("F1", "Helvetica", _widths(_REGULAR))
BOLD = Font("F2", "Helvetica-Bold", _widths(_BOLD))


def plain(text: str) -> str:
    """Return the text as it will be printed: one line, in letters that WinAnsi has (see `spelling`)."""
    if text.isascii() and text.isprintable():
        return text
    return _plain(text)


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    if text.isprintable() and in_winansi(text):  # and so without marks to join: every sign stands for itself
        return text
    return "".join(spell(text))


def measure(text: str, font: Font, size_pt: float) -> float:
    """Return how wide the text prints, in points."""
    return sum(map(font.widths.__getitem__, plain(text))) * size_pt / 1000


def fit(text: str, font: Font, size_pt: float, width_pt: float) -> str:
    """Return the text as printed, shortened by whole characters with an ellipsis if it is wider than `width_pt`."""
    said = plain(text)
    if sum(map(font.widths.__getitem__, said)) * size_pt <= width_pt * 1000:
        return said
    parts = spell(text)
    room_pt = width_pt - measure(ELLIPSIS, font, size_pt)
    kept = 0
    for part in parts:
        room_pt -= measure(part, font, size_pt)
        if room_pt < 0:
            break
        kept += 1
    return "".join(parts[:kept]).rstrip() + ELLIPSIS


def wrap(text: str, font: Font, size_pt: float, width_pt: float, *, lines_max: int) -> list[str]:
    """Return the text as printed, in lines no wider than `width_pt`; the last one ends in an ellipsis if more is left.

    Lines break at spaces; a word wider than a line breaks between characters. Line feeds in the text begin a new line.
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        lines += _lines(paragraph.split(), font, size_pt, width_pt)
        if len(lines) > lines_max:
            last = _ended(lines[lines_max - 1], font, size_pt, width_pt)
            return [*lines[: lines_max - 1], last]
    return lines


def _ended(line: str, font: Font, size_pt: float, width_pt: float) -> str:
    while line and measure(line + ELLIPSIS, font, size_pt) > width_pt:
        line = line[:-1]
    return line.rstrip() + ELLIPSIS


def _lines(words: Sequence[str], font: Font, size_pt: float, width_pt: float) -> Iterator[str]:
    line = ""
    for piece in (piece for word in words for piece in _pieces(word, font, size_pt, width_pt)):
        longer = f"{line} {piece}" if line else piece
        if line and measure(longer, font, size_pt) > width_pt:
            yield line
            line = piece
        else:
            line = longer
    if line:
        yield line


def _pieces(word: str, font: Font, size_pt: float, width_pt: float) -> Iterator[str]:
    """Break a word that is wider than a line; every piece holds at least one character."""
    if measure(word, font, size_pt) <= width_pt:
        yield plain(word)
        return
    piece, left_pt = "", width_pt
    for part in spell(word):
        wide_pt = measure(part, font, size_pt)
        if piece and wide_pt > left_pt:
            yield piece
            piece, left_pt = "", width_pt
        piece += part
        left_pt -= wide_pt
    if piece:
        yield piece
