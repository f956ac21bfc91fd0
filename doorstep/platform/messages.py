"""Every text that customers see, through one catalog per language; and the one sentence a form leaves for the next page."""

import base64
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent.parent
LANGUAGES = ("en", "pt")
"""English first; Portuguese is complete for what customers see."""


@cache
def catalog(language: str) -> dict[str, str]:
    """Return the texts of a language, the ground's and every stage's: key -> text with `{names}`."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.glob(f"**/texts/{language}.json")):
        found |= json.loads(path.read_text(encoding="utf-8"))
    return found


def text(key: str, lang: str = "en", **values: Any) -> str:
    """Return the text for a key in a language, English where it is missing, the key itself where nothing is."""
    found = catalog(lang).get(key) or catalog("en").get(key) or key
    return found.format(**values) if values else found


WORDS = "page.word."


def words(lang: str) -> dict[str, str]:
    """Return what a page's scripts say in a language, by their names for it."""
    return {key.removeprefix(WORDS): said for key, said in catalog(lang).items() if key.startswith(WORDS)}


def language(accept: str, chosen: str | None) -> str:
    """Return the first language we have from the reader's choice or the browser's `Accept-Language`."""
    wanted = [chosen or "", *(part.split(";")[0].strip()[:2].lower() for part in accept.split(","))]
    return next((lang for lang in wanted if lang in LANGUAGES), "en")


@dataclass(frozen=True, slots=True)
class Flash:
    """One sentence about what was just done: `good`, `warning` or `wrong`."""

    kind: str
    text: str


def write_flash(kind: str, said: str) -> str:
    """Spell a flash for a cookie."""
    return base64.urlsafe_b64encode(json.dumps([kind, said[:600]]).encode()).decode()


def read_flash(cookie: str) -> Flash | None:
    """Read a flash from a cookie; nonsense is no flash."""
    try:
        kind, said = json.loads(base64.urlsafe_b64decode(cookie))
    except (ValueError, TypeError):
        return None
    return Flash(str(kind), str(said)) if kind in ("good", "warning", "wrong") else None
