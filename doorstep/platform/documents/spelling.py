# ruff: noqa: RUF001, RUF002 - letters that look like others are what this file is about
"""Spelling any text with the letters that every printer and PDF reader has (WinAnsi, that is Windows code page 1252).

What WinAnsi has stays as it is. What it lacks is spelled in this order: Greek and Cyrillic in Latin letters (after
ELOT 743 and BGN/PCGN, without their marks), a few Latin letters of their own, then the compatibility decomposition of
Unicode without its marks (`Ń` -> `N`, `Ａ` -> `A`, `№` -> `No`). What is left becomes one `?` for each character a
reader would see; `lost` counts those, so that a page can warn before a label is printed. Controls become spaces, and
invisible formatting (direction marks, joiners) goes.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_GREEK = (
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o"
)
_CYRILLIC = (
    "а a б b в v г g д d е e ё yo ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh"
    " щ shch ъ ' ы y ь ' э e ю yu я ya і i ї yi є ye ґ g ў u ј j љ lj њ nj ђ dj ћ c џ dz ѓ g ќ k ѕ dz"
)
_LATIN = "đ d ħ h ı i ł l ŋ ng ŧ t ĸ k ə e ɛ e ɔ o ɖ d ɣ g ƴ y"
_SIGNS = {"‐": "-", "‑": "-", "‒": "-", "−": "-", "′": "'", "″": '"', "ẞ": "SS", "⁄": "/"}


def _pairs(words: str) -> Iterator[tuple[str, str]]:
    split = words.split()
    for letter, spelled in zip(split[::2], split[1::2], strict=True):
        yield letter, spelled
        if letter.upper() != letter and len(letter.upper()) == 1:
            yield letter.upper(), spelled.capitalize()


_SPELLED = _SIGNS | dict(pair for words in (_LATIN, _CYRILLIC, _GREEK) for pair in _pairs(words))

_JOINER, _NON_JOINER = "\u200d", "\u200c"


def clusters(text: str) -> Iterator[str]:
    """Split text into what a reader sees as one character: a base with its marks, joined emoji, a flag.

    A short form of Unicode's extended grapheme clusters (UAX 29): marks, joiners, skin tones, the tags of a flag and pairs
    of regional indicators stay with their base.
    """
    held = ""
    for char in text:
        if held and not _joins(held, char):
            yield held
            held = ""
        held += char
    if held:
        yield held


def _joins(held: str, char: str) -> bool:
    if char in (_JOINER, _NON_JOINER) or unicodedata.category(char).startswith("M"):
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return True
    if "\U0001f1e6" <= char <= "\U0001f1ff":
        return len(held) == 1 and "\U0001f1e6" <= held <= "\U0001f1ff"
    return held[-1] == _JOINER


def spell(text: str) -> list[str]:
    """Return the text cluster by cluster, each spelled in WinAnsi; what has no spelling is `?`."""
    return [spelled for cluster in clusters(unicodedata.normalize("NFC", text)) if (spelled := _one(cluster))]


def lost(text: str) -> int:
    """Return how many characters of the text have no spelling and will print as `?`."""
    if in_winansi(text):
        return 0
    composed = unicodedata.normalize("NFC", text)
    return sum(1 for cluster in clusters(composed) if cluster != "?" and _one(cluster) == "?")


@lru_cache(maxsize=4096)
def _one(cluster: str) -> str:
    if in_winansi(cluster):
        return cluster if cluster.isprintable() else " "
    if unicodedata.category(cluster[0]) in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    seen = [char for char in cluster if unicodedata.category(char) not in ("Mn", "Me", "Cf")]
    if not seen:
        return ""
    return "".join(_letter(char) for char in seen) or "?"


def _letter(char: str) -> str:
    if char in _SPELLED:
        return _SPELLED[char]
    apart = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    apart = "".join(_SPELLED.get(c, c) for c in apart)
    return apart if apart.isprintable() and in_winansi(apart) else ""


def in_winansi(text: str) -> bool:
    """Whether every letter of the text is one of WinAnsi's own."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
