"""The mailbox: what is sent arrives, counts as often as it came, and can be read without danger."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
import pytest

from doorstep.world.mailbox import serve_mailbox


@dataclass
class Post:
    """A mailbox and the two ways into it."""

    http: httpx.AsyncClient
    smtp_port: int

    async def send(self, to: str = "ana@example.com", **change: str) -> Any:
        """Send a mail with a text and an HTML part."""
        mail = EmailMessage()
        mail["From"], mail["To"] = "shop@example.com", to
        mail["Subject"] = change.get("subject", "Encomenda a caminho ✓")
        mail["Message-ID"] = change.get("reference", "<one@example.com>")
        mail.set_content("Em texto: olá")
        mail.add_alternative(change.get("html", "<p>olá <b>Ana</b></p>"), subtype="html")
        return await aiosmtplib.send(mail, hostname="127.0.0.1", port=self.smtp_port)

    async def messages(self, **where: str) -> list[dict[str, Any]]:
        """Return what arrived, newest first."""
        found: list[dict[str, Any]] = (await self.http.get("/api/messages", params=where)).json()["messages"]
        return found


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Post]:
    async with (
        serve_mailbox(folder) as (url, smtp),
        httpx.AsyncClient(base_url=url) as http,
    ):
        yield Post(http, int(smtp.rsplit(":", 1)[1]))


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with opened(tmp_path) as one:
        yield one


async def test_a_mail_arrives_with_all_its_parts(post: Post) -> None:
    await post.send()
    (mail,) = await post.messages(recipient="ana@example.com")
    assert mail["subject"] == "Encomenda a caminho ✓"
    assert mail["text"].strip() == "Em texto: olá"
    assert "<b>Ana</b>" in mail["html"]
    assert mail["reference"] == "one@example.com"
    raw = (await post.http.get(f"/api/raw/{mail['id']}")).text
    assert "Message-ID: <one@example.com>" in raw


async def test_a_mail_sent_twice_is_there_twice(post: Post) -> None:
    await post.send()
    await post.send()
    assert len(await post.messages(reference="one@example.com")) == 2


async def test_a_text_message_arrives_and_is_found_by_its_reference(post: Post) -> None:
    sent = {"to": "+351912345678", "text": "A caminho", "reference": "m1"}
    assert (await post.http.post("/sms", json=sent)).status_code == 201
    found = (await post.http.get("/sms", params={"reference": "m1"})).json()["messages"]
    assert [one["text"] for one in found] == ["A caminho"]
    assert (await post.http.post("/sms", json={"to": "nobody", "text": "x"})).status_code == 400


@pytest.mark.parametrize(("mishap", "accepted"), [("sms_error_before", 0), ("sms_error_after", 1)])
async def test_a_text_message_without_a_good_answer_can_be_asked_for(
    post: Post, mishap: str, accepted: int
) -> None:
    await post.http.post("/simulate/mishaps", json={"next": [mishap]})
    sent = {"to": "+351912345678", "text": "A caminho", "reference": "m1"}
    assert (await post.http.post("/sms", json=sent)).status_code >= 500
    assert len(await post.messages(channel="sms")) == accepted


async def test_mail_servers_have_bad_days(post: Post) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await post.send(to="bounce@example.com")
    for mishap, code in (("mail_busy", 451), ("mail_reject", 554)):
        await post.http.post("/simulate/mishaps", json={"next": [mishap]})
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await post.send()
        assert refused.value.code == code
    assert await post.messages() == []
    await post.http.post("/simulate/mishaps", json={"next": ["mail_drop"]})
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await post.send()
    assert len(await post.messages()) == 1


async def test_a_mail_is_shown_as_the_customer_sees_it_with_scripts_off(post: Post) -> None:
    await post.send(html="<script>alert(1)</script><p>Hi</p>", subject="<b>bold</b>")
    await post.http.post("/sms", json={"to": "+351912345678", "text": "<i>SMS</i>"})
    front = (await post.http.get("/")).text
    assert "&lt;b&gt;bold&lt;/b&gt;" in front
    assert "&lt;i&gt;SMS&lt;/i&gt;" in front
    (mail,) = await post.messages(channel="mail")
    page = (await post.http.get(f"/messages/{mail['id']}")).text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    framed = await post.http.get(f"/messages/{mail['id']}/html")
    assert framed.headers["content-security-policy"].startswith("default-src 'none'")
    person = await post.http.get("/people", params={"who": "+351912345678"})
    assert "1 message<" in person.text
    assert (await post.http.get("/messages/none")).status_code == 404


async def test_the_book_outlives_the_server(tmp_path: Path) -> None:
    async with opened(tmp_path) as post:
        await post.send()
    async with opened(tmp_path) as post:
        assert len(await post.messages()) == 1
