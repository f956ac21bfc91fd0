"""Mail assembled by hand, held against the standard library's parser."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.tracking.rules.mime import Letter, wire
from tests.edge.payloads import PAYLOADS

AT = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


def letter(**change: str) -> Letter:
    parts: dict[str, str] = {
        "sender_name": "Casa Azul",
        "sender": "shop@example.com",
        "to": "ana@example.com",
        "subject": "On its way",
        "text": "Hello",
        "html": "<p>Hello</p>",
        "message_id": "0195-ab@example.com",
        **change,
    }
    return Letter(at=AT, **parts)


def parsed(one: Letter) -> EmailMessage:
    data = wire(one)
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk()] == [[], [], []]
    assert all(not header.defects for _, header in message.items())
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    assert max(len(line) for line in data.split(b"\r\n\r\n")[0].split(b"\r\n")) <= 78
    return message


def squeezed(text: str) -> str:
    """What a header keeps of a text: control characters become one blank."""
    found: list[str] = []
    for letter_ in text:
        control = ord(letter_) < 32 or ord(letter_) == 127
        if control and found and found[-1] == "\0":
            continue
        found.append("\0" if control else letter_)
    return "".join(found).replace("\0", " ")


texts = st.text(st.characters(codec="utf-8"), max_size=120)


@given(texts, texts, texts)
def test_any_text_comes_out_as_it_went_in(subject: str, text: str, name: str) -> None:
    message = parsed(letter(subject=subject, text=text, sender_name=name))
    assert str(message["subject"]).split() == squeezed(subject).split()
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_payload(decode=True) == re.sub(r"\r\n?|\n", "\r\n", text).encode()
    sender = message["from"].addresses[0]
    assert sender.addr_spec == "shop@example.com"
    # Python 3.11 puts a blank between two encoded words of a name, which RFC 2047, section 6.2, says to leave out.
    assert "".join(sender.display_name.split()) == "".join(squeezed(name).split())
    assert len(message.keys()) == len(set(message.keys()))


@pytest.mark.parametrize(
    "subject", ["x\r\nBcc: everyone@example.com", "x\nBcc: e@example.com", "x\rBcc: e@example.com"]
)
def test_a_subject_cannot_smuggle_in_a_header(subject: str) -> None:
    message = parsed(letter(subject=subject, sender_name=subject))
    assert message["bcc"] is None
    assert set(message.keys()) == set(parsed(letter()).keys())


def test_no_hostile_payload_becomes_a_header_or_a_part() -> None:
    harmless = set(parsed(letter()).keys())
    for payload in PAYLOADS:
        message = parsed(letter(subject=payload, sender_name=payload, text=payload))
        assert set(message.keys()) == harmless, payload
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "to", ["", "ana", "a b@example.com", "a@x\r\nBcc: b@example.com", "<a@b.c>", "a@b.c,d@e.f"]
)
def test_an_address_that_no_header_holds_is_refused(to: str) -> None:
    with pytest.raises(ValueError, match="address"):
        wire(letter(to=to))


def test_a_mail_has_a_plain_part_a_rich_part_and_a_stable_name() -> None:
    message = parsed(letter(html="<p>Olá</p>"))
    rich = message.get_body(("html",))
    assert rich is not None
    assert rich.get_content().strip() == "<p>Olá</p>"
    assert message.get_content_type() == "multipart/alternative"
    assert message["message-id"] == "<0195-ab@example.com>"
    assert message["date"].datetime == AT
    assert message["auto-submitted"] == "auto-generated"
    assert wire(letter()) == wire(letter())


def test_only_mail_that_asks_for_something_can_be_stopped_by_one_click() -> None:
    assert parsed(letter())["list-unsubscribe"] is None
    asked = parsed(letter(unsubscribe="https://example.com/u/1", reply_to="help@example.com"))
    assert asked["list-unsubscribe"] == "<https://example.com/u/1>"
    assert asked["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert asked["reply-to"].addresses[0].addr_spec == "help@example.com"
