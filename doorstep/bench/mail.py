"""Messages a second handed to a local SMTP server: claimed, written in text and HTML, sent, recorded; each exactly once.

The receiver speaks just enough SMTP to take mail, in a process of its own on the same cores.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from doorstep.bench.house_under_test import UnderTest, house_under_test
from doorstep.bench.parcels_on_the_way import BATCH, place_orders
from doorstep.bench.report import Options, Report
from doorstep.platform.ids import new_id
from doorstep.stages import tracking
from doorstep.stages.tracking import Message
from doorstep.stages.tracking.jobs.letters import Desk, Draft, Line, write
from doorstep.stages.tracking.jobs.sending import send_messages

MESSAGES, QUICK_MESSAGES = 6_000, 1_500
RENDERED = 3_000


def run(options: Options) -> Report:
    """Measure mails a second, from owed to sent."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Report:
    count = QUICK_MESSAGES if options.quick else MESSAGES
    async with house_under_test(options) as under, mail_receiver() as (url, receiver):
        options.progress(f"{count:,} messages to owe")
        order_ids = await place_orders(under, count, options.seed)
        for start in range(0, count, BATCH):
            async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
                part = order_ids[start : start + BATCH]
                await tracking.owe(tx, [Message(one, "order_confirmed", "confirmed") for one in part])
        house = replace(under.house, settings=replace(under.settings, mail_url=url, sms_url=None))
        began = time.perf_counter()
        while await _left(under):
            await send_messages(house, under.tenant_id, under.tenant_id)
        rate = count / (time.perf_counter() - began)
        options.progress(f"{rate:,.0f} mails/s")
        rendered = _rendered(Desk(house, under.tenant_id))
        receiver.terminate()
        taken = Counter((await receiver.stdout.read()).split()) if receiver.stdout else Counter[bytes]()
        sent = await _count(under, "sent")
    return Report(
        bench="mail",
        value=round(rate, 1),
        unit="mails/s",
        yardsticks={"rendered": round(rendered, 1)},
        ratios={"rendered": round(rate / rendered, 4)},
        checks={"once_each": len(taken) == count == sent and set(taken.values()) == {1}},
        details={"messages": count, "rendered_per_s": round(rendered)},
    )


async def _left(under: UnderTest) -> int:
    return await _count(under, "owed") + await _count(under, "sending")


async def _count(under: UnderTest, state: str) -> int:
    async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
        values = {"tenant_id": under.tenant_id, "state": state}
        row = await (await tx.connection.execute(COUNT, values)).fetchone()
    return int(row[0]) if row else 0


COUNT = (
    b"SELECT count(*) FROM tracking.messages WHERE tenant_id = %(tenant_id)s AND state = %(state)s"
    b" AND channel = 'mail'"
)


def _rendered(desk: Desk) -> float:
    """Return how many complete mails a second are written on one core: texts, both parts, MIME, link."""
    now = datetime.now(UTC)
    facts = {"from": "2026-03-03T08:00:00+00:00", "until": "2026-03-04T19:00:00+00:00", "why": "today"}
    order_id = new_id()
    line = Line(order_id, "Stoneware mug", 2, 2500)
    began = time.perf_counter()
    for _ in range(RENDERED):
        draft = Draft(
            new_id(), order_id, None, "mail", "order_confirmed", "ana@example.org", "pt", facts, 0, now, 1001, "EUR",
            2990, now, "Ana Keller", "Juniper", "#2d6a4f", "Thank you.", "hello@juniper.example", "care@juniper.example", False,
            None, None, "", "DE", 53.5, 10.0, False, [],
        )  # fmt: skip
        write(desk, draft, [line])
    return RENDERED / (time.perf_counter() - began)


@asynccontextmanager
async def mail_receiver() -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """Run the receiver; yield its URL and its process, which prints every Message-ID when it is told to end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "doorstep.bench.receiver", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        port = int(await process.stdout.readline())
        yield f"smtp://127.0.0.1:{port}", process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()
