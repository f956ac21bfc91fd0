"""Documents that print and scan: a small PDF writer, its letters, and its pictures.

Everything here is pure and repeatable: the same facts give the same bytes, on every machine and every day.
"""

from doorstep.platform.documents.letters import BOLD, REGULAR, Font, fit, measure, plain, wrap
from doorstep.platform.documents.pdf import Document, Page
from doorstep.platform.documents.pictures import Picture, PictureUnreadableError, read_picture
from doorstep.platform.documents.raster import png
from doorstep.platform.documents.spelling import lost

__all__ = [
    "BOLD",
    "REGULAR",
    "Document",
    "Font",
    "Page",
    "Picture",
    "PictureUnreadableError",
    "fit",
    "lost",
    "measure",
    "plain",
    "png",
    "read_picture",
    "wrap",
]
