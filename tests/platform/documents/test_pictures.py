"""Logos of every common kind come out on paper as they went in, and broken ones are refused in words."""

import struct
import zlib

import numpy as np
import pytest

from doorstep.platform.documents import Document, PictureUnreadableError, read_picture
from tests.platform.documents.sheets import gray

WIDE, HIGH = 8, 4


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(depth: int, kind: int, rows: list[bytes], extra: bytes = b"", interlaced: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", WIDE, len(rows), depth, kind, 0, 0, interlaced)
    pixels = zlib.compress(b"".join(rows))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


PALETTE = chunk(b"PLTE", bytes([0, 0, 0, 255, 255, 255]))
LEFT_BLACK = [[0] * 4 + [255] * 4 for _ in range(HIGH)]
KINDS = {
    "gray": png(8, 0, [b"\0" + bytes(row) for row in LEFT_BLACK]),
    "gray of one bit": png(1, 0, [b"\0\x0f"] * HIGH),
    "gray with a clear color": png(
        8, 0, [b"\0" + bytes(row) for row in LEFT_BLACK], chunk(b"tRNS", b"\0\xff")
    ),
    "colors": png(8, 2, [b"\0" + bytes(v for p in row for v in (p, p, p)) for row in LEFT_BLACK]),
    "a palette": png(8, 3, [b"\0" + b"\0" * 4 + b"\1" * 4] * HIGH, PALETTE),
    "a palette with clear entries": png(1, 3, [b"\0\x0f"] * HIGH, PALETTE + chunk(b"tRNS", b"\xff\x00")),
    "gray with a mask": png(8, 4, [b"\0" + b"\0\xff" * 4 + b"\0\0" * 4] * HIGH),
    "colors with a mask": png(8, 6, [b"\0" + b"\0\0\0\xff" * 4 + b"\0\0\0\0" * 4] * HIGH),
    "colors with a mask, 16 bits": png(16, 6, [b"\0" + b"\0\0\0\0\0\0\xff\xff" * 4 + b"\0" * 32] * HIGH),
    "filtered rows with a mask": png(
        8,
        4,
        [
            b"\1" + b"\0\xff" + b"\0\0" * 3 + b"\0\1" + b"\0\0" * 3,  # each like its left neighbor
            b"\2" + bytes(16),  # each like the one above
            b"\3" + b"\0\x80" + b"\0\0" * 3 + b"\0\x80" + b"\0\0" * 3,  # half of left and above
            b"\4" + bytes(16),  # Paeth
        ],
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_drawn_as_it_was_saved(kind: str) -> None:
    document = Document("logo")
    document.page(80, 40).picture(0, 0, 80, 40, read_picture(KINDS[kind]))
    dots = gray(document.bytes(), 72)
    if kind.startswith("filtered"):
        assert dots[:10, :40].max() < 40
    else:
        assert np.abs(dots[5:35, 5:35]).max() < 40
        assert dots[5:35, 45:75].min() > 215


JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04JF\xff\xc0\x00\x11\x08\x00\x10\x00\x20\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
)


def test_a_jpeg_is_taken_as_it_is_with_the_size_its_frame_tells() -> None:
    picture = read_picture(JPEG)
    assert (picture.width_px, picture.height_px, picture.data) == (32, 16, JPEG)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"GIF89a", "neither PNG nor JPEG"),
        (KINDS["gray"][:40], "broken"),
        (KINDS["gray"].replace(b"IDAT", b"IDOT"), "broken"),
        (png(8, 0, [b"\0" * 9] * HIGH, interlaced=1), "interlac"),
        (png(8, 0, [b"\7" * 9] * HIGH), "broken"),
        (KINDS["gray"].replace(struct.pack(">II", WIDE, HIGH), struct.pack(">II", 90_000, 90_000)), "pixels"),
        (b"\xff\xd8\xff\xc0", "broken"),
        (b"\xff\xd8\x00\x00\x00\x00", "broken"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_refused_with_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(PictureUnreadableError, match=says):
        read_picture(data)
