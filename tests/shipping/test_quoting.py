"""Carriers whose prices are not in our tables are asked, all at once and not for long: one that hangs holds up nobody."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep.stages import catalog
from doorstep.stages.catalog import Carrier
from doorstep.stages.shipping import jobs
from doorstep.stages.shipping.acts import buying
from doorstep.stages.shipping.ports import rate_table
from doorstep.stages.shipping.ports.rate_table import Account
from doorstep.stages.shipping.rules.tariff import Quote
from tests.worlds.catalog import fixed, services
from tests.worlds.shipping import KEY, SWIFT_EXPRESS, SWIFT_STANDARD, Dock, Swift, swift

OTTER, OTTER_STANDARD = fixed(5, 8), fixed(6, 7)
QUESTION = {
    "from": {"name": "A", "street": "B 1", "city": "C", "country": "DE"},
    "to": {"name": "D", "street": "E 2", "city": "F", "country": "CH"},
    "weight_g": 470,
    "sides_mm": [200, 150, 100],
}


@pytest.fixture
async def otter(tmp_path: Path, dock: Dock) -> AsyncIterator[Swift]:
    """A second carrier, Otter: cheap, and like Swift without a table of ours from now on."""
    folder = tmp_path / "otter"
    folder.mkdir()
    async with swift(folder) as server:
        terms = {"code": "standard", "prefix": "OT", "days_min": 2, "days_max": 3, "currency": "EUR"}
        cheap = {**terms, "base_minor": 700, "per_kg_minor": 50}
        await server.client.put("/v1/services", json={"services": [cheap]})
        async with dock.tx() as tx:
            name, url = "Otter", server.url
            made = Carrier(id=OTTER, code="otter", name=name, kind="rate_table", base_url=url, api_key=KEY)
            await catalog.add_carriers(tx, [made])
            (standard, *_) = services()
            asked = replace(
                standard,
                id=OTTER_STANDARD,
                carrier_id=OTTER,
                name="Otter Standard",
                tracking_prefix="OT",
                rates=[],
            )
            await catalog.add_services(tx, [asked])
        await dock.ask(
            "UPDATE catalog.services SET rates = '[]' WHERE id = ANY (%s) RETURNING 1",
            [[SWIFT_STANDARD, SWIFT_EXPRESS]],
        )
        yield server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Carriers have a second for their prices."""
    monkeypatch.setattr(rate_table, "QUOTING_S", 1.0)


def whys(label: Any) -> dict[str, str]:
    return {one["service"]: one["why"] for one in label.reasons}


async def test_the_least_of_what_all_carriers_ask_is_bought(dock: Dock, carrier: Swift, otter: Swift) -> None:
    label_id = await dock.wanted()
    assert await dock.story(label_id) == ["owed", "asking"]
    await dock.work()
    label = await dock.label(label_id)
    assert (label.state, label.service_id, label.quoted_minor, label.price_minor) == (
        "bought",
        OTTER_STANDARD,
        750,
        750,
    )
    assert {one["service"]: one["price_minor"] for one in label.reasons if one["carrier"] == "Swift"} == {
        "Swift Standard": 1290,
        "Swift Express": 2490,
    }
    assert [label.tracking_number] == await otter.alive()
    assert await carrier.sold() == []


@pytest.mark.parametrize(
    ("mishap", "why"),
    [
        ("quote_hang", "did not answer with its price: The carrier did not answer in time."),
        ("quote_error", "did not answer with its price: The carrier answered 500. Something broke."),
        ("quote_nonsense", "did not answer with its price: what it said cannot be read."),
    ],
)
async def test_a_carrier_that_does_not_quote_holds_up_nobody_and_that_is_its_reason(
    dock: Dock, carrier: Swift, otter: Swift, mishap: str, why: str
) -> None:
    label_id = await dock.wanted()
    await otter.go_wrong(mishap, hang_s=60)
    await dock.work()
    label = await dock.label(label_id)
    assert (label.state, label.service_id) == ("bought", SWIFT_STANDARD)
    assert whys(label)["Otter Standard"] == why


async def test_all_are_asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_table, "QUOTING_S", 30.0)
    together = asyncio.Barrier(8)

    async def answer(_request: httpx.Request) -> httpx.Response:
        await together.wait()  # nobody answers before all are asked
        return httpx.Response(200, json={"rates": [{"service": "s", "price_minor": 5, "currency": "EUR"}]})

    accounts = {UUID(int=n): Account("http://carrier.example", KEY) for n in range(8)}
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        answers = await rate_table.quote(http, accounts, QUESTION)
    assert answers == {key: {"s": Quote(5, "EUR")} for key in accounts}


async def test_what_makes_no_sense_as_a_price_is_left_out() -> None:
    rates = [
        {"service": str(n), "price_minor": n, "currency": c} for n, c in ((-1, "EUR"), (2, "eur"), (3, "EUR"))
    ]
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json={"rates": rates}))
    async with httpx.AsyncClient(transport=transport) as http:
        answers = await rate_table.quote(http, {UUID(int=1): Account("http://c.example", KEY)}, QUESTION)
    assert answers == {UUID(int=1): {"3": Quote(3, "EUR")}}


async def test_when_nobody_quotes_the_label_is_refused_with_every_reason_and_can_be_tried_again(
    dock: Dock, carrier: Swift, otter: Swift
) -> None:
    label_id = await dock.wanted()
    await carrier.go_wrong("quote_error")
    await otter.go_wrong("quote_hang", hang_s=60)
    await dock.work()
    label = await dock.label(label_id)
    assert label.state == "refused"
    assert "Otter Standard: did not answer with its price" in (label.refusal or "")
    async with dock.tx() as tx:
        await buying.try_again(tx, [label_id])
    await dock.work()
    assert (await dock.label(label_id)).service_id == OTTER_STANDARD


async def test_who_refused_the_purchase_is_not_asked_for_a_price_again(
    dock: Dock, carrier: Swift, otter: Swift
) -> None:
    label_id = await dock.wanted()
    await jobs.ask_prices(dock.house, dock.tenant_id, label_id)
    await dock.ask("UPDATE catalog.services SET code = 'gone' WHERE id = %s RETURNING 1", [OTTER_STANDARD])
    await dock.work()
    label = await dock.label(label_id)
    assert (label.state, label.service_id) == ("bought", SWIFT_STANDARD)
    assert whys(label)["Otter Standard"].startswith("refused to sell: There is no service gone.")
    assert len(await carrier.sold()) + len(await otter.sold()) == 1


async def test_asking_twice_or_too_late_chooses_once(dock: Dock, carrier: Swift, otter: Swift) -> None:
    label_id = await dock.wanted()
    await asyncio.gather(*(jobs.ask_prices(dock.house, dock.tenant_id, label_id) for _ in range(4)))
    await dock.work()
    await jobs.ask_prices(dock.house, dock.tenant_id, label_id)
    assert (await dock.story(label_id)).count("due") == 1
    assert len(await otter.sold()) == 1


async def test_an_address_that_no_quoting_carrier_serves_asks_nobody(dock: Dock, otter: Swift) -> None:
    [label_id] = await dock.want(await dock.parcel(weight_g=40_000))
    label = await dock.label(label_id)
    assert label.state == "refused"
    assert "asking" not in await dock.story(label_id)
