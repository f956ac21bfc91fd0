"""Looking at PDFs as a printer and a reader do."""

from typing import Any

import numpy as np
import pypdfium2


def gray(pdf: bytes, dpi: float, page: int = 0) -> Any:
    """Return a page as gray dots, rows from the top."""
    drawn = pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72, grayscale=True).to_numpy()
    return np.asarray(drawn).reshape(drawn.shape[0], drawn.shape[1])


def words_of(pdf: bytes, page: int = 0) -> str:
    """Return the text of a page as a reader copies it."""
    return (
        str(pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_bounded()).replace("\r\n", "\n").strip()
    )
