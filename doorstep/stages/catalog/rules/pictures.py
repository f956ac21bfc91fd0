"""The judgement of pictures: photographs by how they begin, drawings by what they hold. Bytes in, media type out."""

import re

PICTURE_MAX = 200_000
"""Bytes. A shop window shows dozens of them."""

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
SHAPES = frozenset(
    [
        "svg",
        "g",
        "title",
        "defs",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "lineargradient",
        "radialgradient",
        "stop",
    ]
)
TAG = re.compile(r"<\s*/?\s*([^\s/>]*)")
ACTIVE = re.compile(r"""[\s"'/]on\w+\s*=|href\s*=|url\s*\(\s*[^#\s]|javascript:|&#|@import""", re.IGNORECASE)
"""What a drawing could act or fetch with. Entities could spell any of it, so they are out too."""


def media_type(picture: bytes) -> str | None:
    """Return what a picture is: PNG, JPEG, or a drawing (SVG) of plain shapes; None for everything else."""
    if picture.startswith(PNG):
        return "image/png"
    if picture.startswith(JPEG):
        return "image/jpeg"
    return "image/svg+xml" if _plain_drawing(picture) else None


def _plain_drawing(picture: bytes) -> bool:
    """Whether bytes are an SVG of shapes only: nothing that runs, fetches or declares."""
    try:
        text = picture.decode()
    except UnicodeDecodeError:
        return False
    tags = [tag.lower() for tag in TAG.findall(text)]
    return text.startswith("<svg") and SHAPES.issuperset(tags) and not ACTIVE.search(text)
