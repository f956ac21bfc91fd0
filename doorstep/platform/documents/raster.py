"""Pages as pictures in black and white, for whoever takes neither PDF nor a printer's own language.

PDFium draws the page at the printer's resolution; what is darker than half is black. Bar codes were laid out on whole dots, so
they come out as sharp as a printer draws them. The picture says its resolution, so that it is printed in its own size.
"""

import struct
import zlib

import numpy as np
import pypdfium2

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HALF = 128


def png(document: bytes, width_px: int, height_px: int, dpi: int) -> bytes:
    """Return the first page of a PDF as PNG of one bit per pixel (PNG specification, third edition).

    Args:
        document: the PDF.
        width_px: of the picture, as the page was laid out; likewise `height_px`.
        height_px: see there.
        dpi: pixels per inch of the page.
    """
    opened = pypdfium2.PdfDocument(document)
    drawn = opened[0].render(scale=dpi / 72, grayscale=True).to_numpy()
    white = np.ones((height_px, width_px), dtype=bool)
    seen = drawn.reshape(drawn.shape[0], -1)[:height_px, :width_px] >= HALF
    white[: seen.shape[0], : seen.shape[1]] = seen
    rows = np.packbits(white, axis=1)
    unfiltered = np.zeros(
        (height_px, 1 + rows.shape[1]), dtype=np.uint8
    )  # each row says first how it is filtered
    unfiltered[:, 1:] = rows
    opened.close()
    dots_per_m = round(dpi / 0.0254)
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width_px, height_px, 1, 0, 0, 0, 0)),
            _chunk(b"pHYs", struct.pack(">IIB", dots_per_m, dots_per_m, 1)),
            _chunk(b"IDAT", zlib.compress(unfiltered.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
