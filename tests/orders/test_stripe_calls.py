"""What Stripe calls about: twice, late, out of order, forged or about nothing of ours."""

import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from doorstep.platform.config import Settings
from tests.orders.till import TOTAL, Till, open_till


@pytest.fixture
async def till(settings: Settings, tenant: UUID, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Till]:
    """Northside, whose merchant has an account at Stripe."""
    async with open_till(settings, tenant, monkeypatch) as found:
        yield found


async def test_calls_twice_late_and_out_of_order_end_in_what_stripe_says(till: Till) -> None:
    till.books.befall("lost")
    order_id = await till.buy()
    await till.worker.step(till.tenant)
    (intent,) = till.books.intents.values()
    hook, till.books.hook = till.books.hook, None
    await till.books.call("payment_intent.amount_capturable_updated", intent)
    till.books.capture(intent["id"], {})
    await till.books.call("payment_intent.succeeded", intent)
    till.books.refund({"payment_intent": intent["id"], "amount": "300"})
    await till.books.call("charge.refunded", intent["latest_charge"])
    till.books.hook = hook
    await till.books.catch_up(lambda bodies: [*reversed(bodies), *bodies])
    await till.until_settled()
    found = await till.read(order_id)
    assert [(one.state, one.captured_minor, one.refunded_minor) for one in found.payments] == [
        ("captured", TOTAL, 300)
    ]
    assert [(one.state, one.amount_minor) for one in found.refunds] == [("refunded", 300)]
    told = [event for event in found.history if event.name == "told"]
    assert len(told) == 3


async def test_a_promise_ended_at_stripe_holds_the_order_and_a_dispute_too(till: Till) -> None:
    ended, doubted = await till.buy(), await till.buy()
    await till.settle()
    by_order = {one.metadata_id: one for one in map(_Named, till.books.intents.values())}
    first = by_order[str((await till.read(ended)).payments[0].id)].intent
    second = by_order[str((await till.read(doubted)).payments[0].id)].intent
    till.books.cancel(first["id"], {})
    await till.books.call("payment_intent.canceled", first)
    await till.books.call(
        "charge.dispute.created", {"object": "dispute", "id": "dp_1", "payment_intent": second["id"]}
    )
    await till.settle()
    assert await till.state(ended) == ("held", "lapsed")
    assert [hold.reason for hold in (await till.read(doubted)).open_holds] == ["fraud"]


class _Named:
    def __init__(self, intent: dict[str, Any]) -> None:
        self.intent, self.metadata_id = intent, intent["metadata"]["doorstep"]


@pytest.mark.parametrize("fault", ["other secret", "old", "altered", "none"])
async def test_only_calls_signed_by_stripe_within_five_minutes_are_taken(till: Till, fault: str) -> None:
    order_id = await till.buy()
    await till.settle()
    (intent,) = till.books.intents.values()
    till.books.cancel(intent["id"], {})
    hook, till.books.hook = till.books.hook, None
    body = await till.books.call("payment_intent.canceled", intent)
    till.books.hook = hook
    if fault == "other secret":
        status = await till.books.send(body, secret="whsec_other")
    elif fault == "old":
        status = await till.books.send(body, at_s=time.time() - 301)
    else:
        headers = {"stripe-signature": f"t={int(time.time())},v1=00"} if fault == "altered" else {}
        async with httpx.AsyncClient() as client:
            status = (await client.post(hook or "", content=body, headers=headers)).status_code
    await till.settle()
    assert status == 401
    assert await till.state(order_id) == ("accepted", "authorized")


async def test_an_unreadable_or_foreign_call_is_answered_and_changes_nothing(till: Till) -> None:
    for body in (b"[]", b"{", b'{"data": 3}', msgspec.json.encode({"id": "evt_1", "type": "payout.paid"})):
        assert await till.books.send(body) == 200
    stray = {"object": "payment_intent", "id": "pi_stray", "metadata": {"doorstep": "no id"}}
    await till.books.call("payment_intent.canceled", stray)
    await till.settle()
