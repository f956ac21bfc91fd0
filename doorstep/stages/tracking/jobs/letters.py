"""Writing a message: the texts of its topic in the customer's language, in the merchant's brand, with the link to the parcel."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Template

from doorstep.platform.house import House
from doorstep.platform.links import write_link
from doorstep.platform.messages import catalog, text
from doorstep.platform.pages import environment
from doorstep.platform.zones import zone_of
from doorstep.stages.tracking.model import LINK_GOOD_FOR
from doorstep.stages.tracking.rules import saying
from doorstep.stages.tracking.rules.mime import ADDRESS, Letter, wire
from doorstep.stages.tracking.rules.telling import NOT_SHIPPING_MAIL

TEMPLATES = Path(__file__).parent.parent / "templates"


@dataclass(slots=True)
class Draft:
    """A message to be written, with all that its texts may name."""

    id: UUID
    order_id: UUID
    tracker_id: UUID | None
    channel: str
    topic: str
    recipient: str
    language: str
    facts: dict[str, Any]
    attempts: int
    owed_at: datetime
    order_number: int
    currency: str
    total_minor: int
    placed_at: datetime
    customer: str
    merchant: str
    brand_color: str
    merchant_message: str
    sender_email: str
    support_email: str
    has_logo: bool
    tracking_number: str | None
    carrier: str | None
    zone: str
    country: str
    lat: float | None
    lon: float | None
    suppressed: bool
    newer: list[str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the order, for the mail's list."""

    order_id: UUID
    name: str
    quantity: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Written:
    """A message in its words; `wire` is the mail's bytes, empty for a text message."""

    subject: str
    text: str
    wire: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every letter of one run needs: whose house, from which address, with links to where."""

    house: House
    tenant_id: UUID

    def link(self, draft: Draft, path: str = "") -> str:
        """Return the customer's link to the order; the same one in every message."""
        last_day = (draft.placed_at + LINK_GOOD_FOR).date()
        token = write_link(self.house, "order", self.tenant_id, draft.order_id, last_day)
        return f"{self.house.settings.public_url}/t/{token}{path}"


def write(desk: Desk, draft: Draft, lines: Sequence[Line]) -> Written:
    """Return a message in its words.

    Raises:
        ValueError: the address cannot be written to.
    """
    words = _words(desk, draft)
    if draft.channel == "sms":
        return Written("", f"{_said('sms', draft, words)} {words['link']}")
    subject = _said("mail", draft, words, "subject")
    shown = {
        **words,
        "lang": draft.language,
        "subject": subject,
        "headline": _said("mail", draft, words, "headline"),
        "lead": _said("mail", draft, words, "lead"),
        "button": _said("mail", draft, words, "button"),
        "brand": draft.brand_color,
        "ink": saying.ink_on(draft.brand_color),
        "logo": desk.link(draft, "/logo") if draft.has_logo else "",
        "lines": lines if draft.topic == "order_confirmed" else (),
        "draft": draft,
    }
    plain, rich = _template("mail.txt").render(shown), _template("mail.html").render(shown)
    return Written(subject, plain, _wired(desk, draft, subject, plain, rich))


def _wired(desk: Desk, draft: Draft, subject: str, plain: str, rich: str) -> bytes:
    ours = desk.house.settings.mail_from
    stoppable = draft.topic in NOT_SHIPPING_MAIL
    return wire(
        Letter(
            sender_name=draft.merchant,
            sender=draft.sender_email if ADDRESS.match(draft.sender_email) else ours,
            to=draft.recipient,
            subject=subject,
            text=plain,
            html=rich,
            message_id=message_id(draft.id, ours),
            at=datetime.now(UTC),
            reply_to=draft.support_email if ADDRESS.match(draft.support_email) else "",
            unsubscribe=desk.link(draft, f"/stop/{draft.topic}") if stoppable else "",
        )
    )


def message_id(one: UUID, ours: str) -> str:
    """Return the Message-ID of a message: the same however often it is written."""
    return f"{one.hex}@{ours.rpartition('@')[2]}"


def _words(desk: Desk, draft: Draft) -> dict[str, Any]:
    """Return what the texts may name."""
    facts = draft.facts
    zone = draft.zone or zone_of(draft.country, draft.lat, draft.lon)
    begin, end = _time(facts.get("from")), _time(facts.get("until"))
    at = _time(facts.get("at")) or draft.owed_at
    window = saying.window(begin, end, zone, draft.language) if begin and end else ""
    said = {name: value for name, value in facts.items() if isinstance(value, str | int)}
    return {
        **said,
        "merchant": draft.merchant,
        "customer": draft.customer.split(" ")[0],
        "order": draft.order_number,
        "number": draft.tracking_number or "",
        "carrier": draft.carrier or "",
        "window": window or text("tracking.soon", draft.language),
        "when": saying.moment(at, zone, draft.language),
        "place": facts.get("place", ""),
        "link": desk.link(draft, str(facts.get("path", ""))),
    }


def _time(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _said(kind: str, draft: Draft, words: dict[str, Any], part: str = "") -> str:
    """Return a text of the message's topic, sharper where there is one for its status."""
    key = f"{kind}.{draft.topic}" + (f".{part}" if part else "")
    sharp = f"{key}.{draft.facts.get('status', '')}"
    return text(sharp if sharp in catalog("en") else key, draft.language, **words)


@cache
def _template(name: str) -> Template:
    return environment([TEMPLATES]).get_template(f"tracking/{name}")
