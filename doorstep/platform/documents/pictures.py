"""Pictures as PDF wants them: PNG and JPEG, read far enough to be sure of what they are.

A JPEG goes into a PDF as it is. So do the pixels of a PNG without transparency, since PDF knows PNG's predictors; with
transparency, colors and mask are taken apart (PNG specification, third edition, sections 7 to 9).
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

PIXELS_MAX = 4_000_000
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
SPACES = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}


class PictureUnreadableError(ValueError):
    """The bytes are not a picture that documents can show; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready for a PDF.

    Attributes:
        name: made from the content, so that the same logo is stored once in a file.
        entries: the entries of its dictionary.
        data: its pixels, compressed as `entries` says.
        mask_entries, mask: how much of each pixel is seen; empty when it has no transparency.
    """

    name: str
    width_px: int
    height_px: int
    entries: str
    data: bytes
    mask_entries: str = ""
    mask: bytes = b""


@lru_cache(maxsize=64)
def read_picture(data: bytes) -> Picture:
    """Return a PNG or JPEG as documents need it.

    Raises:
        PictureUnreadableError: another format, broken, interlaced, or more than four million pixels.
    """
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(data)
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
    except (struct.error, IndexError, zlib.error) as error:
        raise PictureUnreadableError(f"The picture is broken ({error}). Save it again.") from None
    raise PictureUnreadableError("The picture is neither PNG nor JPEG. Save it as one of these.")


def _name(data: bytes) -> str:
    return f"I{hashlib.sha256(data).hexdigest()[:12]}"


def _checked(width_px: int, height_px: int) -> None:
    if not 0 < width_px * height_px <= PIXELS_MAX:
        raise PictureUnreadableError(
            f"The picture has {width_px} x {height_px} pixels. Save it with at most {PIXELS_MAX:,} pixels in all."
        )


def _jpeg(data: bytes) -> Picture:
    at = 2
    while True:
        marker, length = struct.unpack_from(">HH", data, at)
        if marker >> 8 != 0xFF:
            raise PictureUnreadableError("The JPEG is broken. Save it again.")
        if 0xFFC0 <= marker <= 0xFFCF and marker not in (0xFFC4, 0xFFC8, 0xFFCC):
            break
        at += 2 + length
    depth, height_px, width_px, channels = struct.unpack_from(">BHHB", data, at + 4)
    _checked(width_px, height_px)
    if depth != 8 or channels not in SPACES:
        raise PictureUnreadableError("The JPEG has an unusual color format. Save it as 8-bit RGB.")
    turned = " /Decode [1 0 1 0 1 0 1 0]" if channels == 4 else ""
    entries = f"{_size(width_px, height_px)} /ColorSpace {SPACES[channels]} /BitsPerComponent 8{turned} /Filter /DCTDecode"
    return Picture(_name(data), width_px, height_px, entries, data)


def _size(width_px: int, height_px: int) -> str:
    return f"/Width {width_px} /Height {height_px}"


@dataclass(frozen=True, slots=True)
class _Png:
    width_px: int
    height_px: int
    depth: int
    kind: int
    palette: bytes
    clear: bytes
    pixels: bytes

    @property
    def row_bytes(self) -> int:
        return (self.width_px * CHANNELS[self.kind] * self.depth + 7) // 8


def _png(data: bytes) -> Picture:
    png = _read_png(data)
    size = _size(png.width_px, png.height_px)
    space = {0: "/DeviceGray", 2: "/DeviceRGB", 4: "/DeviceGray", 6: "/DeviceRGB"}.get(png.kind, "")
    if png.kind == 3:
        space = f"[/Indexed /DeviceRGB {len(png.palette) // 3 - 1} <{png.palette.hex()}>]"
    if png.kind in (0, 2, 3) and not png.clear:
        entries = (
            f"{size} /ColorSpace {space} /BitsPerComponent {png.depth} /Filter /FlateDecode /DecodeParms"
            f" << /Predictor 15 /Colors {CHANNELS[png.kind]} /BitsPerComponent {png.depth} /Columns {png.width_px} >>"
        )
        return Picture(_name(data), png.width_px, png.height_px, entries, zlib.compress(png.pixels, 9))
    color, mask = _apart(png)
    depth = png.depth if png.kind in (0, 2, 3) else 8
    entries = f"{size} /ColorSpace {space} /BitsPerComponent {depth} /Filter /FlateDecode"
    seen = f"{size} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"
    return Picture(
        _name(data),
        png.width_px,
        png.height_px,
        entries,
        zlib.compress(color, 9),
        seen,
        zlib.compress(mask, 9),
    )


def _read_png(data: bytes) -> _Png:
    header, palette, clear, packed, at = b"", b"", b"", [], 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            header = body
        elif kind == b"PLTE":
            palette = body
        elif kind == b"tRNS":
            clear = body
        elif kind == b"IDAT":
            packed.append(body)
        elif kind == b"IEND":
            break
        at += 12 + length
    width_px, height_px, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    _checked(width_px, height_px)
    if interlaced or color not in CHANNELS or depth not in (1, 2, 4, 8, 16) or (color == 3 and not palette):
        raise PictureUnreadableError("The PNG is interlaced or unusual. Save it without interlacing.")
    png = _Png(width_px, height_px, depth, color, palette[: 3 << depth], clear, b"")
    wanted = (png.row_bytes + 1) * height_px
    pixels = zlib.decompressobj().decompress(b"".join(packed), wanted)
    if len(pixels) != wanted or max(pixels[:: png.row_bytes + 1]) > 4:
        raise PictureUnreadableError("The PNG is broken or cut off. Save it again.")
    return _Png(width_px, height_px, depth, color, png.palette, clear, pixels)


def _apart(png: _Png) -> tuple[bytes, bytes]:
    """Return the colors and, 8 bits per pixel, how much of each is seen."""
    raw = b"".join(_unfiltered(png))
    if png.kind in (4, 6):
        if png.depth == 16:
            raw = raw[::2]
        if png.kind == 4:
            return raw[::2], raw[1::2]
        color = bytearray(len(raw) // 4 * 3)
        for channel in range(3):
            color[channel::3] = raw[channel::4]
        return bytes(color), raw[3::4]
    samples = list(_samples(png, raw))
    if png.kind == 3:
        seen = png.clear + b"\xff" * (256 - len(png.clear))
        return raw, bytes(seen[index] for index in samples)
    step = CHANNELS[png.kind]
    key = list(struct.unpack_from(f">{step}H", png.clear))
    return raw, bytes(0 if samples[i : i + step] == key else 255 for i in range(0, len(samples), step))


def _samples(png: _Png, raw: bytes) -> Iterator[int]:
    """The numbers of every pixel, row by row; rows end on whole bytes."""
    if png.depth == 16:
        yield from struct.unpack(f">{len(raw) // 2}H", raw)
        return
    each, in_row = 8 // png.depth, png.width_px * CHANNELS[png.kind]
    most = (1 << png.depth) - 1
    for row in range(0, len(raw), png.row_bytes):
        for i in range(in_row):
            byte = raw[row + i // each]
            yield byte >> (8 - png.depth * (i % each + 1)) & most


def _unfiltered(png: _Png) -> Iterator[bytes]:
    """Undo the filters of the rows (PNG specification, section 9.2)."""
    step = max(1, CHANNELS[png.kind] * png.depth // 8)
    above = bytes(png.row_bytes)
    for start in range(0, len(png.pixels), png.row_bytes + 1):
        row = bytearray(png.pixels[start + 1 : start + 1 + png.row_bytes])
        _unfilter(png.pixels[start], row, above, step)
        above = bytes(row)
        yield above


def _unfilter(kind: int, row: bytearray, above: bytes, step: int) -> None:
    for i in range(len(row)) if kind else ():
        left = row[i - step] if i >= step else 0
        if kind == 1:
            near = left
        elif kind == 2:
            near = above[i]
        elif kind == 3:
            near = (left + above[i]) // 2
        else:
            near = _paeth(left, above[i], above[i - step] if i >= step else 0)
        row[i] = (row[i] + near) & 0xFF


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    far = (abs(guess - left), abs(guess - up), abs(guess - corner))
    return (left, up, corner)[far.index(min(far))]
