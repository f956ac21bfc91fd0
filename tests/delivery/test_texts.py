"""What customers read: the mail and the text message with the PIN, in both languages, and no text that is missing."""

import email
import email.policy
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages.delivery import model
from doorstep.stages.tracking.jobs.letters import Desk, Draft, write

TEXTS = Path(model.__file__).parents[1] / "texts"
TEMPLATES = Path(model.__file__).parents[1] / "templates"


def draft(channel: str, language: str) -> Draft:
    values = {
        "id": new_id(),
        "order_id": new_id(),
        "channel": channel,
        "topic": "door_pin",
        "recipient": "ana@example.org" if channel == "mail" else "+4232321234",
        "language": language,
        "facts": {"pin": "0417", "path": "/door"},
        "merchant": "Juniper",
        "customer": "Ana Keller",
        "brand_color": "#2d6a4f",
        "sender_email": "hello@juniper.example",
        "support_email": "care@juniper.example",
        "order_number": 1001,
        "country": "LI",
        "tracking_number": "NV0000000001",
        "carrier": "Northside Vans",
        "owed_at": datetime(2026, 3, 3, 7, tzinfo=UTC),
        "placed_at": datetime(2026, 3, 2, 7, tzinfo=UTC),
    }
    known = Draft.__slots__
    return Draft(**{name: values.get(name) for name in known})  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "pt"])
async def test_the_mail_says_the_pin_and_leads_to_the_door(house: House, tenant: UUID, language: str) -> None:
    written = write(Desk(house, tenant), draft("mail", language), [])
    mail = email.message_from_bytes(written.wire, policy=email.policy.default)
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert "0417" in body.get_content()
        assert "/door" in body.get_content()
    assert "{" not in written.subject


@pytest.mark.parametrize("language", ["en", "pt"])
async def test_the_text_message_says_the_pin(house: House, tenant: UUID, language: str) -> None:
    said = write(Desk(house, tenant), draft("sms", language), []).text
    assert "0417" in said
    assert "/door" in said


def test_every_text_is_there_in_both_languages_with_the_same_places() -> None:
    english, portuguese = (json.loads((TEXTS / f"{name}.json").read_text("utf-8")) for name in ("en", "pt"))
    places = re.compile(r"\{\w+\}")
    assert {key: sorted(places.findall(text)) for key, text in english.items()} == {
        key: sorted(places.findall(text)) for key, text in portuguese.items()
    }


def test_every_text_that_a_page_asks_for_is_there() -> None:
    english = json.loads((TEXTS / "en.json").read_text("utf-8"))
    asked = {
        key
        for page in TEMPLATES.rglob("*.html")
        for key in re.findall(r't\("(delivery\.[\w.]+)"', page.read_text("utf-8"))
        if not key.endswith(".")
    }
    assert asked - english.keys() == set()
    assert len(asked) > 10
