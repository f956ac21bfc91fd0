"""The files that pages are made of: named by their content, kept by browsers, sent small."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from litestar import HttpMethod, Response, route

from doorstep.platform.auth import public
from doorstep.platform.edge import Asked, FromPath
from doorstep.platform.errors import unknown

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
SMALL_MIN = 1024
"""Shorter files are sent as they are: a packet is a packet."""

NAMED_BY_CONTENT = re.compile(r"-[A-Z0-9]{8}\.js$")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: as it is, packed where that helps, and the first letters of its hash."""

    whole: bytes
    packed: bytes | None
    tag: str
    media_type: str


def address(name: str) -> str:
    """Return where a page finds a file; the address changes with the content, so that browsers may keep it for ever."""
    found = _find(name)
    return f"/static/{name}?v={found.tag}" if found else f"/static/{name}"


def _find(name: str) -> Asset | None:
    path = FOLDER / name
    if path.suffix not in TYPES or not path.resolve().is_relative_to(FOLDER) or not path.is_file():
        return None
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=128)
def _read(path: Path, _changed_ns: int) -> Asset:
    whole = path.read_bytes()
    packable = path.suffix != ".png" and len(whole) >= SMALL_MIN
    packed = gzip.compress(whole, 6, mtime=0) if packable else None
    return Asset(whole, packed, hashlib.sha256(whole).hexdigest()[:12], TYPES[path.suffix])


@route(
    "/static/{file_path:path}",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    opt=public(),
    include_in_schema=False,
    sync_to_thread=False,
)
def send_asset(request: Asked, file_path: FromPath[str]) -> Response[bytes]:
    """Send a file of the pages: for ever when it is asked for by its content, else to be asked for again."""
    name = str(file_path).lstrip("/")
    found = _find(name)
    if found is None:
        raise unknown("file", name[:100])
    by_content = request.query_params.get("v") == found.tag or NAMED_BY_CONTENT.search(name)
    headers = {
        "cache-control": FOR_EVER if by_content else ASK_AGAIN,
        "etag": f'"{found.tag}"',
        "vary": "accept-encoding",
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    if found.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(found.packed, headers=headers, media_type=found.media_type)
    return Response(found.whole, headers=headers, media_type=found.media_type)
