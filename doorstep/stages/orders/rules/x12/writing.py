"""Interchanges of X12 as text, in separators that no element can hold: whatever a name or a note says, segments stay whole.

Elements are written in X12's basic and extended characters: accents are taken off letters, what has no letter of its own becomes a
question mark, and what would end an element, a component, a repetition or a segment becomes a space.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

SEPARATOR, COMPONENT, REPETITION, TERMINATOR = "*", ">", "^", "~"
BREAKING = str.maketrans(dict.fromkeys(SEPARATOR + COMPONENT + REPETITION + TERMINATOR, " "))
LETTERS = {
    "ß": "ss",
    "ø": "o",
    "Ø": "O",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
}
SPELLED = str.maketrans(LETTERS)
VERSIONS = {"004010": "00401", "005010": "00501"}
"""What ISA12 says for each version of GS08."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends what to whom.

    Attributes:
        sender, receiver: qualifier (2 characters) and id (at most 15).
        control: the number of interchange and group; one group each.
        code: what the sets are about, in two letters (GS01).
        version: `004010` or `005010`.
        usage: `P` for production, `T` for tests.
    """

    sender: tuple[str, str]
    receiver: tuple[str, str]
    control: int
    code: str
    version: str
    usage: str
    at: datetime


def clean(text: str, most: int) -> str:
    """Return a text as an element may hold it, no longer than fits."""
    plain = unicodedata.normalize("NFKD", text.translate(SPELLED))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    ascii_only = "".join(
        c if " " <= c <= "~" else " " if c.isspace() or not c.isprintable() else "?" for c in kept
    )
    return " ".join(ascii_only.translate(BREAKING).split())[:most].strip()


def write(envelope: Envelope, kind: str, segments: Sequence[Sequence[str]]) -> str:
    """Return an interchange with one set.

    Args:
        envelope: who sends it to whom.
        kind: of the set: `997`.
        segments: between `ST` and `SE`, each a name and its elements; elements are cleaned here.
    """
    short, number = f"{envelope.control % 10_000:04}", str(envelope.control)
    inner = [["ST", kind, short], *segments]
    body = [*inner, ["SE", str(len(inner) + 1), short]]
    group = [
        "GS", envelope.code, clean(envelope.sender[1], 15), clean(envelope.receiver[1], 15), envelope.at.strftime("%Y%m%d"),
        envelope.at.strftime("%H%M"), number, "X", envelope.version,
    ]  # fmt: skip
    written = [_header(envelope)]
    written += [_line(one) for one in (group, *body, ["GE", "1", number])]
    written.append(_line(["IEA", "1", f"{envelope.control:09}"]))
    return "\n".join(written) + "\n"


def write_bare(envelope: Envelope, segments: Sequence[Sequence[str]]) -> str:
    """Return an interchange without a group, that holds segments about interchanges alone: `TA1`."""
    written = [_header(envelope)]
    written += [_line(one) for one in segments]
    written.append(_line(["IEA", "0", f"{envelope.control:09}"]))
    return "\n".join(written) + "\n"


def _header(envelope: Envelope) -> str:
    version = VERSIONS[envelope.version]
    repetition = REPETITION if version == "00501" else "U"
    parts = [
        "ISA", "00", " " * 10, "00", " " * 10, f"{clean(envelope.sender[0], 2):2}", f"{clean(envelope.sender[1], 15):15}",
        f"{clean(envelope.receiver[0], 2):2}", f"{clean(envelope.receiver[1], 15):15}", envelope.at.strftime("%y%m%d"),
        envelope.at.strftime("%H%M"), repetition, version, f"{envelope.control:09}", "0", envelope.usage, COMPONENT,
    ]  # fmt: skip
    return SEPARATOR.join(parts) + TERMINATOR


def _line(elements: Sequence[str]) -> str:
    cleaned = [clean(one, 256) for one in elements]
    while len(cleaned) > 1 and not cleaned[-1]:
        cleaned.pop()
    return SEPARATOR.join(cleaned) + TERMINATOR
