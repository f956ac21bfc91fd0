"""Orders without limit: a verdict per line, whatever the neighbors are, and a summary that tells a whole answer from a cut one."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from doorstep.platform.house import House
from doorstep.stages import inventory
from doorstep.stages.orders.api import streaming
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD
from tests.worlds.orders import body, new_order


def line(ref: str | None, quantity: Any = 1) -> bytes:
    """Return an order for mugs as a line."""
    one = body(new_order({"A": 1}, external_ref=ref))
    one["lines"][0]["quantity"] = quantity
    return msgspec.json.encode(one) + b"\n"


async def send(client: httpx.AsyncClient, key: str, content: Any) -> list[dict[str, Any]]:
    """Stream lines in; return the lines that come out."""
    headers = bearer(key, **{"content-type": "application/x-ndjson"})
    answer = await client.post("/api/orders/stream", content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    return [msgspec.json.decode(one) for one in answer.content.splitlines()]


async def test_every_line_gets_its_verdict_and_the_last_one_sums_up(
    web_client: httpx.AsyncClient, key: str, world: None
) -> None:
    lines = [
        line("S-0"),
        b"\n",
        line("S-0"),
        b"{no json}\n",
        line("S-1", "two"),
        line(None),
        b"[]\n",
        line("S-2"),
    ]
    said = await send(web_client, key, b"".join(lines).rstrip())
    assert [(one["row"], one["outcome"]) for one in said[:-1]] == [
        (0, "created"),
        (1, "duplicate"),
        (2, "refused"),
        (3, "refused"),
        (4, "refused"),
        (5, "refused"),
        (6, "created"),
    ]
    codes = [one["errors"][0]["code"] for one in said[2:4]] + [said[4]["errors"][0]["pointer"]]
    assert codes == ["not_json", said[3]["errors"][0]["code"], "/external_ref"]
    assert said[3]["errors"][0]["pointer"] == "/lines/0/quantity"
    assert said[-1] == {"end": True, "rows": 7, "created": 2, "held": 0, "duplicate": 1, "refused": 4}


async def test_the_same_stream_again_creates_nothing(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        receipt = inventory.Receipt(
            site_id=WORLD.north, product_id=WORLD.a, place="bin:A-01-01", quantity=2 * streaming.TOGETHER
        )
        await inventory.receive(tx, [receipt])
    content = b"".join(line(f"T-{i}") for i in range(streaming.TOGETHER + 3))
    first, again = await send(web_client, key, content), await send(web_client, key, content)
    assert first[-1]["created"] == again[-1]["duplicate"] == streaming.TOGETHER + 3
    assert [one["row"] for one in first[:-1]] == list(range(streaming.TOGETHER + 3))
    assert [one["id"] for one in first[:-1]] == [one["id"] for one in again[:-1]]


async def test_a_line_that_never_ends_is_refused_and_the_next_one_is_read(
    web_client: httpx.AsyncClient, key: str, world: None
) -> None:
    endless = b"x" * (2 * streaming.LINE_MAX + 5) + b"\n"
    said = await send(web_client, key, endless + line("U-1"))
    assert [one["outcome"] for one in said[:-1]] == ["refused", "created"]
    assert said[0]["errors"][0]["code"] == "too_long"


async def test_more_than_any_disk_should_keep_is_refused(
    web_client: httpx.AsyncClient, key: str, world: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "BODY_MAX", 10_000)

    def chunks() -> Iterator[bytes]:
        yield from (line(f"V-{i}") for i in range(40))

    headers = bearer(key, **{"content-type": "application/x-ndjson"})
    answer = await web_client.post("/api/orders/stream", content=b"".join(chunks()), headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (413, "too_large")


async def test_an_empty_stream_is_answered_with_nothing_but_its_end(
    web_client: httpx.AsyncClient, key: str, world: None
) -> None:
    assert await send(web_client, key, b"") == [
        {"end": True, "rows": 0, "created": 0, "held": 0, "duplicate": 0, "refused": 0}
    ]
