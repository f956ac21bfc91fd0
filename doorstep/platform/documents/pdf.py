"""A small PDF writer: text, lines, boxes, codes and pictures on pages of any size.

Places are in points (1/72 inch) from the top left corner of the page, as one lays out a sheet by hand. Bar codes are
1-bit images with one pixel per module: a linear code is an image one pixel high, stretched by the page's matrix, so that a
label of four codes has less than 3 kB and every module lands on whole dots of the printer it was laid out for.
Readers are told not to scale when printing. No dates and no random numbers: the same pages give the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from doorstep.platform.barcodes import Modules
from doorstep.platform.documents.letters import BOLD, REGULAR, Font, measure, plain
from doorstep.platform.documents.pictures import Picture

Align = Literal["left", "right", "center"]
BLACK = "#000000"


@dataclass(slots=True)
class Page:
    """One sheet being filled; `width_pt` and `height_pt` are its size."""

    width_pt: float
    height_pt: float
    pictures: dict[str, Picture] = field(default_factory=dict)
    _drawn: list[str] = field(default_factory=list)

    def text(
        self,
        x_pt: float,
        y_pt: float,
        words: str,
        *,
        font: Font = REGULAR,
        size_pt: float = 9,
        align: Align = "left",
        color: str = BLACK,
    ) -> None:
        """Print one line with its baseline at `y_pt`; `x_pt` is its left end, right end or middle."""
        said = plain(words)
        if align != "left":
            wide_pt = measure(said, font, size_pt)
            x_pt -= wide_pt if align == "right" else wide_pt / 2
        self._drawn.append(
            f"{_ink(color)}BT /{font.key} {size_pt:g} Tf {x_pt:.2f} {self.height_pt - y_pt:.2f} Td"
            f" ({_escaped(said)}) Tj ET\n"
        )

    def line(
        self,
        x1_pt: float,
        y1_pt: float,
        x2_pt: float,
        y2_pt: float,
        *,
        thick_pt: float = 0.5,
        color: str = BLACK,
    ) -> None:
        """Draw a straight line."""
        up = self.height_pt
        self._drawn.append(
            f"{_pen(color)}{thick_pt:g} w {x1_pt:.2f} {up - y1_pt:.2f} m {x2_pt:.2f} {up - y2_pt:.2f} l S\n"
        )

    def box(self, x_pt: float, y_pt: float, width_pt: float, height_pt: float, *, color: str = BLACK) -> None:
        """Fill a rectangle; `x_pt, y_pt` is its top left corner."""
        low = self.height_pt - y_pt - height_pt
        self._drawn.append(f"{_ink(color)}{x_pt:.4f} {low:.4f} {width_pt:.4f} {height_pt:.4f} re f\n")

    def code(self, x_pt: float, y_pt: float, width_pt: float, height_pt: float, modules: Modules) -> None:
        """Draw a bar code in black into a rectangle whose top left corner is `x_pt, y_pt`."""
        low = self.height_pt - y_pt - height_pt
        self._drawn.append(
            f"{_ink(BLACK)}q {width_pt:.4f} 0 0 {height_pt:.4f} {x_pt:.4f} {low:.4f} cm"
            f" BI /W {modules.columns} /H {modules.rows} /IM true /D [1 0] /I false /F /AHx"
            f" ID {modules.bits.hex()}> EI Q\n"
        )

    def picture(self, x_pt: float, y_pt: float, width_pt: float, height_pt: float, picture: Picture) -> None:
        """Draw a picture into a rectangle, as large as fits there in its own proportions, at the top left."""
        scale = min(width_pt / picture.width_px, height_pt / picture.height_px)
        wide_pt, high_pt = picture.width_px * scale, picture.height_px * scale
        self.pictures[picture.name] = picture
        low = self.height_pt - y_pt - high_pt
        self._drawn.append(
            f"q {wide_pt:.2f} 0 0 {high_pt:.2f} {x_pt:.2f} {low:.2f} cm /{picture.name} Do Q\n"
        )

    def again(self, drawn: "Page") -> None:
        """Draw everything that another page of the same size shows: what many pages share is laid out once."""
        self._drawn.extend(drawn._drawn)  # noqa: SLF001 - one page reads another
        self.pictures.update(drawn.pictures)

    def content(self) -> bytes:
        """Return the page's content stream."""
        drawn = "".join(self._drawn)
        try:  # Latin 1 is most of WinAnsi, the same there, and many times as fast to write
            return drawn.encode("latin-1")
        except UnicodeEncodeError:
            return drawn.encode("cp1252")


class Document:
    """Pages in order, and the bytes of the file."""

    def __init__(self, title: str, *, language: str = "en") -> None:
        self.title = title
        self.language = language
        self.pages: list[Page] = []

    def page(self, width_pt: float, height_pt: float) -> Page:
        """Add an empty page and return it."""
        self.pages.append(Page(width_pt, height_pt))
        return self.pages[-1]

    def bytes(self) -> bytes:
        """Return the file."""
        pictures = {name: picture for page in self.pages for name, picture in page.pictures.items()}
        if len(self.pages) == 1 and not pictures:
            (page,) = self.pages
            before, after = _single(self.title, self.language, page.width_pt, page.height_pt)
            content = page.content()
            stream = b"<< /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (len(content), content)
            return b"%b%b%b%d\n%%%%EOF\n" % (before, stream, after, len(before) + len(stream))
        return _file(_objects(self, pictures))


def _objects(document: Document, pictures: Mapping[str, Picture]) -> list[bytes]:
    places, objects = _placed(pictures, first=6)
    named = "".join(f" /{name} {places[name]} 0 R" for name in pictures)
    head = _head(document.title, document.language, len(document.pages), named, 6 + len(objects))
    for page in document.pages:
        content = page.content()
        objects.append(_page(page.width_pt, page.height_pt, 6 + len(objects) + 1))
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
    return [*head, *objects]


def _head(title: str, language: str, pages: int, named: str, first: int) -> list[bytes]:
    """Return the first five objects; `first` is the number of the first page's object, a page and its content are two."""
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(pages))
    resources = f"<< /Font << /F1 4 0 R /F2 5 0 R >> /XObject <<{named} >> >>"
    return [
        f"<< /Type /Catalog /Pages 2 0 R /Lang ({_escaped(plain(language))}) "
        "/ViewerPreferences << /PrintScaling /None /DisplayDocTitle true >> >>".encode("cp1252"),
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] /Resources {resources} >>".encode(),
        f"<< /Title ({_escaped(plain(title))}) /Producer (Doorstep) >>".encode("cp1252"),
        _font(REGULAR),
        _font(BOLD),
    ]


def _page(width_pt: float, height_pt: float, content: int) -> bytes:
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %g %g] /Contents %d 0 R >>" % (
        width_pt,
        height_pt,
        content,
    )


@lru_cache(maxsize=64)
def _single(title: str, language: str, width_pt: float, height_pt: float) -> tuple[bytes, bytes]:
    """Return what stands before and after the content of a file of one page: the same for every label of a stock."""
    whole = _file([*_head(title, language, 1, "", 6), _page(width_pt, height_pt, 7), b""])
    before, _, rest = whole.partition(b"7 0 obj\n")
    after = rest[rest.index(b"xref") : rest.index(b"startxref\n") + len(b"startxref\n")]
    return before + b"7 0 obj\n", after


def _file(objects: Sequence[bytes]) -> bytes:
    parts, starts, at = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"], [], 15
    for number, body in enumerate(objects, 1):
        starts.append(at)
        part = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        parts.append(part)
        at += len(part)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    parts.append(b"".join([b"%010d 00000 n \n" % start for start in starts]))
    parts.append(
        b"trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, at)
    )
    return b"".join(parts)


def _placed(pictures: Mapping[str, Picture], first: int) -> tuple[dict[str, int], list[bytes]]:
    """Return the object number of each picture, and the objects; a picture's mask follows it."""
    places: dict[str, int] = {}
    objects: list[bytes] = []
    for name, picture in pictures.items():
        number = places[name] = first + len(objects)
        mask = f" /SMask {number + 1} 0 R" if picture.mask else ""
        objects.append(_stream(f"{picture.entries}{mask}", picture.data))
        if picture.mask:
            objects.append(_stream(picture.mask_entries, picture.mask))
    return places, objects


def _stream(entries: str, data: bytes) -> bytes:
    head = f"<< /Type /XObject /Subtype /Image {entries} /Length {len(data)} >>\nstream\n"
    return head.encode() + data + b"\nendstream"


@lru_cache
def _font(font: Font) -> bytes:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{font.name} /Encoding /WinAnsiEncoding >>".encode()


def _escaped(text: str) -> str:
    if text.isalnum():
        return text
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


@lru_cache
def _ink(color: str) -> str:
    return f"{_parts(color)} rg "


@lru_cache
def _pen(color: str) -> str:
    return f"{_parts(color)} RG "


def _parts(color: str) -> str:
    return " ".join(f"{int(color[i : i + 2], 16) / 255:.3g}" for i in (1, 3, 5))
