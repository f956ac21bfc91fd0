"""How history reads: moments, who did it, and an event's facts in words. What each event is called, the stages and the tower say."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from doorstep.platform import measures

MOMENT = "%d %b %Y %H:%M"
ISO = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
ID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
DOTTED = re.compile(r"^[a-z_]+\.[a-z_]+$")
TECHNICAL = frozenset(
    {"at", "was_until", "seed", "engine", "key", "lat", "lon", "currency", "quoted_currency"}
)
"""Facts that machines need: repeated elsewhere on the page, or without meaning for people."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a story, as the timeline shows it; `more` is said smaller, `tone` is one of the timeline's."""

    text: str
    at: datetime
    more: str
    tone: str
    href: None = None


def when(value: datetime | None, zone: str | None = None, form: str = MOMENT) -> str:
    """Return a moment as people read it; a dash when there is none.

    With an IANA `zone` it is a text on the clock of that place. Without one it is an element that an island tells on the
    clock of who looks, and that reads as UTC without a program in the browser.
    """
    if value is None:
        return "–"  # noqa: RUF001 - a dash is meant
    if zone:
        return value.astimezone(ZoneInfo(zone)).strftime(form)
    at = value.astimezone(UTC)
    return Markup('<time datetime="{}" data-when>{}</time>').format(at.isoformat(), at.strftime(MOMENT))


def by(actor: str) -> str:
    """Return who did something: `by ana@x`, `by the key shop`, `by the customer`, `by the carrier`, `by the house`."""
    kind, _, name = actor.partition(":")
    if kind in {"user", "key"}:
        return f"by {name}" if kind == "user" else f"by the key {name}"
    return f"by the {kind}" if kind in {"customer", "carrier"} else "by the house"


def said(facts: Mapping[str, Any]) -> list[str]:
    """Return an event's facts as short sentences, without ids and what only machines need.

    A reason and its note become one sentence, `from` and `until` one window, amounts get their currency, masses and
    distances their unit; moments are told by `when`.
    """
    left = {name: of for name, of in facts.items() if name not in TECHNICAL and not _empty(of)}
    told: list[str] = []
    if "reason" in left and "note" in left:
        told.append(f"{plain(left.pop('reason'))}: {left.pop('note')}")
    if "from" in left and "until" in left:
        told.append(Markup("{} to {}").format(_value(left.pop("from")), _value(left.pop("until"))))
    return [*told, *_pairs(left, facts)]


def _pairs(left: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterable[str]:
    for name, of in left.items():
        word, _, unit = name.rpartition("_")
        match unit:
            case "minor" if word:
                currency = facts.get(f"{word}_currency") or facts.get("currency") or ""
                said_as = measures.money(of, currency) if currency else f"{of / 100:.2f}"
            case "g" if word:
                said_as = measures.mass(of)
            case "m" if word:
                said_as = measures.distance(of)
            case _:
                word, said_as = name, _value(of)
        yield Markup("{}: {}").format(plain(word), said_as)


def _value(of: object) -> str:
    if isinstance(of, bool):
        return "yes" if of else "no"
    if isinstance(of, list):
        return Markup("; ").join(_value(one) for one in of)
    text = str(of)
    if ISO.match(text):
        return _moment(text)
    return plain(text) if DOTTED.match(text) or ("_" in text and " " not in text) else text


def plain(word: object) -> str:
    """Return a name of the program as people write it: `changed_mind` is `changed mind`, `consignee.absent` `consignee absent`."""
    return str(word).replace("_", " ").replace(".", " ")


def _moment(text: str) -> str:
    try:
        return when(datetime.fromisoformat(text))
    except ValueError:
        return text


def _empty(of: object) -> bool:
    return of is None or of in ("", {}, []) or (isinstance(of, str) and ID.match(of) is not None)
