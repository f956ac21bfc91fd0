"""Messages go out once each, the newest only, and bad days at the mail server lose none and double none."""

import asyncio
import email
import email.policy
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep.platform import journal
from doorstep.platform.house import House
from doorstep.stages import tracking
from doorstep.stages.tracking import Message, Status
from doorstep.stages.tracking.acts.telling import say_arrived, try_again
from doorstep.stages.tracking.jobs.sending import send_messages
from doorstep.stages.tracking.model import MESSAGE, MessageAct
from doorstep.world.mailbox import serve_mailbox
from doorstep.world.serving import free_port
from tests.worlds.tracking import Journeys, Sent, journeys, owed, seen

S = Status


@dataclass
class Outbox:
    """A house whose mail and text messages arrive in a mailbox that can be read."""

    house: House
    tenant: UUID
    floor: Journeys
    box: httpx.AsyncClient

    async def send(self) -> None:
        """Send what is owed."""
        await send_messages(self.house, self.tenant, self.tenant)

    async def arrived(self, **where: str) -> list[dict[str, Any]]:
        """Return what arrived, newest first."""
        found: list[dict[str, Any]] = (await self.box.get("/api/messages", params=where)).json()["messages"]
        return found

    async def go_wrong(self, *mishaps: str) -> None:
        """Let the next messages meet with mishaps."""
        await self.box.post("/simulate/mishaps", json={"next": list(mishaps), "hang_s": 0.2})

    async def tell(self, sent: Sent, status: Status, hours: float = 1) -> None:
        """Let a carrier see the parcel."""
        async with self.floor.tx() as tx:
            await tracking.record(tx, [seen(sent, status, hours)])

    async def make_due(self) -> None:
        """Let the time pass after which failed messages are tried again."""
        async with self.floor.tx() as tx:
            await tx.connection.execute(
                "UPDATE tracking.messages SET due_at = NULL WHERE tenant_id = %s", [self.tenant]
            )

    async def states(self, topic: str, channel: str = "mail") -> list[str]:
        """Return how the messages of a topic stand."""
        async with self.floor.tx() as tx:
            return [state for _, _, state in await owed(tx, topic=topic, channel=channel)]


@asynccontextmanager
async def outbox_of(house: House, tenant: UUID, folder: Path) -> AsyncIterator[Outbox]:
    async with (
        serve_mailbox(folder) as (url, smtp),
        httpx.AsyncClient(base_url=url) as box,
    ):
        settings = replace(house.settings, mail_url=smtp, sms_url=f"{url}/sms")
        ours = replace(house, settings=settings)
        yield Outbox(ours, tenant, await journeys(ours, tenant), box)


@pytest.fixture
async def outbox(house: House, tenant: UUID, tmp_path: Path) -> AsyncIterator[Outbox]:
    async with outbox_of(house, tenant, tmp_path) as one:
        yield one


async def test_a_delivery_is_told_by_mail_and_sms_in_the_merchants_brand_with_a_link(outbox: Outbox) -> None:
    sent = await outbox.floor.sent()
    await outbox.send()
    await outbox.tell(sent, S.DELIVERED, 24)
    await outbox.send()
    await outbox.send()
    mail, *earlier = await outbox.arrived(channel="mail")
    assert [one["subject"].split(" ")[0] for one in earlier] == ["Your"]
    assert mail["subject"] == "Your parcel from Juniper was delivered"
    assert "Tuesday 3 March, 13:00" in mail["text"]
    assert "background:#2d6a4f" in mail["html"]
    assert "Thank you for choosing slow things." in mail["html"]
    link = re.findall(r"http://[^\s\"<]+/t/[A-Za-z0-9_=-]+", mail["text"])
    assert len(set(link)) == 1
    assert link[0] in mail["html"]
    raw = (await outbox.box.get(f"/api/raw/{mail['id']}")).text
    parsed = email.message_from_string(raw, policy=email.policy.default)
    assert parsed["from"].addresses[0].addr_spec == "hello@juniper.example"
    assert parsed["from"].addresses[0].display_name == "Juniper"
    assert parsed["reply-to"].addresses[0].addr_spec == "care@juniper.example"
    sms = await outbox.arrived(channel="sms")
    assert sms[0]["text"].startswith("Juniper: your parcel was delivered on Tuesday 3 March, 13:00. http")
    assert await outbox.states("delivered") == ["sent"]


async def test_a_customer_reads_portuguese_when_the_order_does(outbox: Outbox) -> None:
    await outbox.floor.place({"A": 2}, language="pt")
    await outbox.floor.settle()
    await outbox.send()
    (mail,) = await outbox.arrived(channel="mail")
    assert mail["subject"].startswith("A sua encomenda 1001 na Juniper está confirmada")
    assert "Stoneware mug" in mail["html"]
    assert "Previsão: " in mail["text"]
    assert "{" not in mail["text"] + mail["html"] + mail["subject"]


async def test_only_the_newest_news_of_a_parcel_is_told(outbox: Outbox) -> None:
    sent = await outbox.floor.sent()
    for hours, status in enumerate([S.PICKED_UP, S.OUT_FOR_DELIVERY, S.DELIVERED], 1):
        await outbox.tell(sent, status, hours)
    await outbox.send()
    subjects = [one["subject"] for one in await outbox.arrived(channel="mail")]
    assert subjects == ["Your parcel from Juniper was delivered", "Your order 1001 at Juniper is confirmed"]
    assert await outbox.states("shipped") == ["superseded"]
    assert await outbox.states("out_for_delivery", "sms") == ["superseded"]


async def test_a_mail_server_that_is_away_loses_nothing(outbox: Outbox) -> None:
    sent = await outbox.floor.sent()
    await outbox.tell(sent, S.DELIVERED, 24)
    settings = replace(outbox.house.settings, mail_url=f"smtp://127.0.0.1:{free_port()}")
    away = replace(outbox, house=replace(outbox.house, settings=settings))
    await away.send()
    assert await outbox.states("delivered") == ["owed"]
    assert await outbox.states("delivered", "sms") == ["sent"]
    await outbox.make_due()
    await outbox.send()
    assert await outbox.states("delivered") == ["sent"]


async def test_a_busy_server_is_tried_again_later_and_a_refusal_is_shown(outbox: Outbox) -> None:
    sent = await outbox.floor.sent()
    await outbox.send()
    await outbox.go_wrong("mail_busy")
    await outbox.tell(sent, S.OUT_FOR_DELIVERY, 20)
    await outbox.send()
    assert await outbox.states("out_for_delivery") == ["owed"]
    await outbox.go_wrong("mail_reject")
    await outbox.tell(sent, S.DELIVERED, 24)
    await outbox.send()
    assert await outbox.states("delivered") == ["failed"]
    async with outbox.floor.tx() as tx:
        failed = await tx.connection.execute(
            "SELECT id, refusal FROM tracking.messages WHERE tenant_id = %s AND state = 'failed'",
            [outbox.tenant],
        )
        ((message_id, refusal),) = await failed.fetchall()
        assert refusal.startswith("554")
        assert await try_again(tx, [message_id]) == [message_id]
    await outbox.send()
    assert await outbox.states("delivered") == ["sent"]


async def test_a_connection_that_breaks_after_the_data_leaves_a_doubt_and_no_second_mail(
    outbox: Outbox,
) -> None:
    sent = await outbox.floor.sent()
    await outbox.send()
    await outbox.go_wrong("mail_drop")
    await outbox.tell(sent, S.DELIVERED, 24)
    for _ in range(3):
        await outbox.send()
    assert await outbox.states("delivered") == ["failed"]
    delivered = [m for m in await outbox.arrived(channel="mail") if "delivered" in m["subject"]]
    assert len(delivered) == 1


async def test_a_crash_while_sending_doubles_nothing(outbox: Outbox) -> None:
    sent = await outbox.floor.sent()
    await outbox.send()
    await outbox.tell(sent, S.DELIVERED, 24)
    async with outbox.floor.tx() as tx:
        cursor = await tx.connection.execute(
            "SELECT id, channel FROM tracking.messages WHERE tenant_id = %s AND state = 'owed'",
            [outbox.tenant],
        )
        ids = {channel: one for one, channel in await cursor.fetchall()}
        await journal.move_all(tx, MESSAGE, MessageAct.SEND, list(ids.values()))
    before = len(await outbox.arrived())
    await outbox.send()
    await outbox.make_due()
    await outbox.send()
    assert await outbox.states("delivered") == ["failed"]
    assert await outbox.states("delivered", "sms") == ["sent"]
    assert len(await outbox.arrived()) == before + 1


async def test_a_mail_in_doubt_counts_as_sent_once_a_person_says_that_it_arrived(outbox: Outbox) -> None:
    sent = await outbox.floor.sent()
    await outbox.send()
    await outbox.go_wrong("mail_drop")
    await outbox.tell(sent, S.DELIVERED, 24)
    await outbox.send()
    async with outbox.floor.tx() as tx:
        found = await tx.connection.execute(
            "SELECT id FROM tracking.messages WHERE tenant_id = %s AND state = 'failed'", [outbox.tenant]
        )
        ((message_id,),) = await found.fetchall()
        assert await say_arrived(tx, [message_id]) == [message_id]
    async with outbox.floor.tx() as tx:
        assert await say_arrived(tx, [message_id]) == []
        assert await try_again(tx, [message_id]) == []
    assert await outbox.states("delivered") == ["sent"]


async def test_a_text_message_that_is_under_way_in_another_run_is_not_sent_by_this_one(
    outbox: Outbox,
) -> None:
    sent = await outbox.floor.sent()
    await outbox.send()
    await outbox.tell(sent, S.DELIVERED, 24)
    before = len(await outbox.arrived(channel="sms"))
    await outbox.box.post("/simulate/mishaps", json={"next": ["sms_slow"], "hang_s": 0.5})
    slow = asyncio.create_task(outbox.send())
    while await outbox.states("delivered", "sms") != ["sending"]:  # noqa: ASYNC110 - the other run tells nobody
        await asyncio.sleep(0.01)
    await outbox.send()
    assert await outbox.states("delivered", "sms") == ["sending"]
    await slow
    assert await outbox.states("delivered", "sms") == ["sent"]
    assert len(await outbox.arrived(channel="sms")) == before + 1


@pytest.mark.parametrize(("mishap", "then"), [("sms_error_after", "sent"), ("sms_error_before", "owed")])
async def test_an_unanswered_text_message_is_asked_about_before_it_is_sent_again(
    outbox: Outbox, mishap: str, then: str
) -> None:
    sent = await outbox.floor.sent()
    await outbox.send()
    await outbox.go_wrong(mishap)
    await outbox.tell(sent, S.DELIVERED, 24)
    await outbox.send()
    assert await outbox.states("delivered", "sms") == [then]
    await outbox.make_due()
    await outbox.send()
    texts = [one["text"] for one in await outbox.arrived(channel="sms") if "delivered" in one["text"]]
    assert len(texts) == 1


async def test_an_address_that_does_not_exist_is_never_written_to_again(outbox: Outbox) -> None:
    sent = await outbox.floor.sent()
    async with outbox.floor.tx() as tx:
        await tx.connection.execute(
            "UPDATE orders.contacts SET email = 'Bounce@example.org' WHERE tenant_id = %s", [outbox.tenant]
        )
        await tracking.record(tx, [seen(sent, S.OUT_FOR_DELIVERY, 20)])
    await outbox.send()
    assert await outbox.states("out_for_delivery") == ["failed"]
    await outbox.tell(sent, S.DELIVERED, 24)
    await outbox.send()
    assert await outbox.states("delivered") == ["suppressed"]
    assert await outbox.states("delivered", "sms") == ["sent"]


async def test_without_an_sms_provider_text_messages_wait(outbox: Outbox) -> None:
    sent = await outbox.floor.sent()
    await outbox.tell(sent, S.DELIVERED, 24)
    silent = replace(
        outbox, house=replace(outbox.house, settings=replace(outbox.house.settings, sms_url=None))
    )
    await silent.send()
    assert await outbox.states("delivered", "sms") == ["owed"]
    assert await outbox.states("delivered") == ["sent"]


async def test_hostile_names_stay_text_in_every_part_of_a_mail(outbox: Outbox) -> None:
    hostile = "<script>alert(1)</script>{{ 7 * 7 }}"
    sent = await outbox.floor.sent()
    async with outbox.floor.tx() as tx:
        await tx.connection.execute(
            "UPDATE catalog.merchants SET name = %s, message = %s WHERE tenant_id = %s",
            [f"{hostile}\r\nBcc: all@example.org", hostile, outbox.tenant],
        )
        await tracking.record(tx, [seen(sent, S.AVAILABLE_FOR_PICKUP, 20, place=hostile)])
        await tracking.owe(tx, [Message(sent.order_id, "nobody_knows_this_topic", "x")])
    await outbox.send()
    mails = await outbox.arrived(channel="mail")
    assert all("<script" not in mail["html"] for mail in mails)
    for mail in mails:
        head = (await outbox.box.get(f"/api/raw/{mail['id']}")).text.replace("\r\n", "\n").split("\n\n")[0]
        assert "\nBcc:" not in head
    assert any("{{ 7 * 7 }}" in mail["text"] for mail in mails)
