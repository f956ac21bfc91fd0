"""Events arrive: signed, in the order of each thing, again until they are heard, and under one id for ever."""

import asyncio
import time
from datetime import timedelta
from uuid import UUID

import pytest

from doorstep.platform import signatures
from doorstep.platform.webhooks import acts, delivering
from doorstep.platform.webhooks.model import OffWhy, event_id
from doorstep.stages import orders
from tests.platform.webhooks.conftest import Hooks
from tests.platform.webhooks.receiver import Receiver, receiving
from tests.worlds.orders import place_one


async def test_what_happens_is_told_in_order_and_signed(hooks: Hooks, receiver: Receiver) -> None:
    endpoint_id = await hooks.add(receiver)
    order_id = await hooks.place(external_ref="R-1")
    await hooks.work()
    assert receiver.kinds() == ["order.placed", "order.accepted"]
    [secret] = await hooks.secrets(endpoint_id)
    for call in receiver.heard:
        assert signatures.genuine([secret], call.headers, call.body, time.time())
        assert not signatures.genuine(["whsec_bm90IG91cnM="], call.headers, call.body, time.time())
    told = receiver.heard[1].told
    assert told["timestamp"] == "2026-03-02T12:00:00Z"
    assert told["data"] == {
        "id": str(order_id),
        "seq": 2,
        "was": "placed",
        "merchant": "juniper",
        "number": told["data"]["number"],
        "reference": "R-1",
        "channel": "api",
        "href": f"{hooks.worker.house.settings.public_url}/api/orders/{order_id}",
    }
    assert receiver.heard[1].id == event_id(order_id, 2)


async def test_nothing_personal_is_told(hooks: Hooks, receiver: Receiver) -> None:
    await hooks.add(receiver)
    await hooks.place(note="Ring twice")
    await hooks.work()
    for word in (b"Ana", b"Keller", b"example.org", b"Rietle", b"Schaan", b"Ring twice", b"423"):
        assert all(word not in call.body.replace(b"/api/orders/", b"") for call in receiver.heard)
    assert receiver.heard


async def test_a_house_that_nobody_listens_to_owes_nothing(hooks: Hooks, receiver: Receiver) -> None:
    await hooks.place()
    assert await hooks.ask("SELECT 1 FROM platform.tasks WHERE name = 'webhooks.announce'") == []
    await hooks.add(receiver, ["order.canceled"])
    await hooks.place()
    assert await hooks.ask("SELECT 1 FROM platform.tasks WHERE name = 'webhooks.announce'") == []


async def test_what_was_rolled_back_is_told_to_nobody(hooks: Hooks, receiver: Receiver) -> None:
    await hooks.add(receiver)
    async with hooks.tx() as tx:
        await place_one(tx)
        await tx.connection.rollback()
    await hooks.work()
    assert receiver.heard == []


async def test_an_answer_of_500_is_tried_again_under_the_same_id(hooks: Hooks, receiver: Receiver) -> None:
    endpoint_id = await hooks.add(receiver, ["order.accepted"])
    receiver.answers = [(500, "", b"out of memory")]
    await hooks.place()
    await hooks.work()
    assert len(receiver.heard) == 1
    [waiting] = await hooks.log(endpoint_id)
    assert (waiting.outcome, waiting.attempts, waiting.tries[0].status) == (None, 1, 500)
    assert waiting.tries[0].answer == "out of memory"
    assert timedelta(0) < waiting.due_at - waiting.tries[0].at <= timedelta(seconds=31)
    assert (await hooks.read(endpoint_id)).failing_since is not None
    await hooks.due()
    await hooks.work()
    assert len({call.id for call in receiver.heard}) == 1
    assert len({call.body for call in receiver.heard}) == 1
    [done] = await hooks.log(endpoint_id)
    assert (done.outcome, [one.status for one in done.tries]) == ("delivered", [500, 200])
    assert (await hooks.read(endpoint_id)).failing_since is None


async def test_a_later_event_of_a_thing_waits_for_the_earlier_while_other_things_go_on(
    hooks: Hooks, receiver: Receiver
) -> None:
    endpoint_id = await hooks.add(receiver)
    first, second = await hooks.place(), await hooks.place()
    await hooks.work_announcements()
    receiver.answers = [(500, "", b"")]
    await hooks.work()
    by_order = {one: [call for call in receiver.heard if one.hex in call.id] for one in (first, second)}
    [held_up] = [one for one, calls in by_order.items() if len(calls) == 1]
    [went_on] = {first, second} - {held_up}
    assert [call.told["type"] for call in by_order[went_on]] == ["order.placed", "order.accepted"]
    assert [call.told["type"] for call in by_order[held_up]] == ["order.placed"]
    assert [one.waits_for for one in await hooks.log(endpoint_id) if one.outcome is None].count(True) == 1
    await hooks.due()
    await hooks.work()
    told = [call.told["type"] for call in receiver.heard if held_up.hex in call.id]
    assert told == ["order.placed", "order.placed", "order.accepted"]


async def test_a_worker_that_dies_in_mid_call_leaves_it_to_the_next_under_the_same_id(
    hooks: Hooks, receiver: Receiver
) -> None:
    endpoint_id = await hooks.add(receiver, ["order.accepted"])
    await hooks.place()
    await hooks.work_announcements()
    receiver.holding.clear()
    dying = asyncio.ensure_future(delivering.deliver(hooks.worker.house, hooks.tenant_id, endpoint_id))
    await receiver.called.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    receiver.holding.set()
    await hooks.work()
    assert len(receiver.heard) == 2
    assert len({call.id for call in receiver.heard}) == 1
    [done] = await hooks.log(endpoint_id)
    assert (done.outcome, done.attempts) == ("delivered", 1)


async def test_who_answers_410_is_never_called_again_and_its_notice_stands(
    hooks: Hooks, receiver: Receiver
) -> None:
    endpoint_id = await hooks.add(receiver, ["order.accepted"])
    receiver.answers = [(410, "", b"")]
    await hooks.place()
    await hooks.work()
    gone = await hooks.read(endpoint_id)
    assert (gone.state, gone.off_why) == ("off", OffWhy.GONE)
    await hooks.place()
    await hooks.due()
    await hooks.work()
    assert len(receiver.heard) == 1


async def test_where_nothing_arrives_for_five_days_is_switched_off(hooks: Hooks, receiver: Receiver) -> None:
    endpoint_id = await hooks.add(receiver, ["order.accepted"])
    receiver.answers = [(503, "", b"")] * 3
    await hooks.place()
    await hooks.work()
    for days, state in ((4, "on"), (5, "off")):
        await hooks.ask("UPDATE platform.endpoints SET failing_since = now() - %s * interval '1 day'", days)
        await hooks.due()
        await hooks.work()
        assert (await hooks.read(endpoint_id)).state == state
    assert (await hooks.read(endpoint_id)).off_why == OffWhy.FAILING


async def test_a_delivery_is_given_up_after_three_days_and_the_next_goes_on(
    hooks: Hooks, receiver: Receiver
) -> None:
    endpoint_id = await hooks.add(receiver)
    await hooks.place()
    await hooks.work_announcements()
    await hooks.ask("UPDATE platform.deliveries SET owed_at = now() - interval '72 hours' WHERE seq = 1")
    receiver.answers = [(500, "", b"")]
    await hooks.work()
    await hooks.work()
    log = {one.seq: one for one in await hooks.log(endpoint_id)}
    assert (log[1].outcome, log[2].outcome) == ("given_up", "delivered")


async def test_what_waited_for_an_outage_to_end_is_told_as_soon_as_something_arrives(
    hooks: Hooks, receiver: Receiver
) -> None:
    endpoint_id = await hooks.add(receiver, ["order.accepted"])
    receiver.answers = [(500, "", b"")] * 4
    for _ in range(4):
        await hooks.place()
    await hooks.work()
    assert len(receiver.heard) == 4
    await hooks.ask("UPDATE platform.endpoints SET failing_since = now() - interval '4 hours'")
    await hooks.ask("UPDATE platform.deliveries SET due_at = now() + interval '3 hours'")
    await hooks.ask(
        "UPDATE platform.deliveries SET due_at = now() WHERE subject = (SELECT min(subject::text)::uuid FROM platform.deliveries)"
    )
    await hooks.work()
    assert [one.outcome for one in await hooks.log(endpoint_id)] == ["delivered"] * 4
    assert len(receiver.heard) == 8


async def test_a_dead_endpoint_is_probed_by_one_call_at_a_time(hooks: Hooks, receiver: Receiver) -> None:
    await hooks.add(receiver, ["order.accepted"])
    await hooks.place()
    receiver.answers = [(500, "", b"")] * 99
    await hooks.work()
    for _ in range(5):
        await hooks.place()
    await hooks.work()
    assert len(receiver.heard) == 2


async def test_a_slow_endpoint_holds_up_no_other(hooks: Hooks, receiver: Receiver) -> None:
    async with receiving() as quick:
        await hooks.add(receiver, ["order.accepted"])
        await hooks.add(quick, ["order.accepted"])
        await hooks.place()
        await hooks.work_announcements()
        receiver.holding.clear()
        working = asyncio.create_task(hooks.work())
        await asyncio.gather(quick.called.wait(), receiver.called.wait())
        assert not working.done()
        await hooks.place()
        receiver.holding.set()
        await working
        await hooks.work()
        assert len(quick.heard) == 2


async def test_both_secrets_sign_while_one_is_replaced(hooks: Hooks, receiver: Receiver) -> None:
    endpoint_id = await hooks.add(receiver, ["order.accepted"])
    [old] = await hooks.secrets(endpoint_id)
    async with hooks.tx() as tx:
        await acts.rotate(tx, endpoint_id, 24)
    new, kept = await hooks.secrets(endpoint_id)
    assert kept == old != new
    await hooks.place()
    await hooks.work()
    await hooks.ask("UPDATE platform.endpoints SET old_secret_until = now()")
    await hooks.place()
    await hooks.work()
    both, alone = receiver.heard
    now = time.time()
    assert signatures.genuine([old], both.headers, both.body, now)
    assert signatures.genuine([new], both.headers, both.body, now)
    assert not signatures.genuine([old], alone.headers, alone.body, now)
    assert signatures.genuine([new], alone.headers, alone.body, now)


async def test_a_leaked_secret_signs_no_more_at_once(hooks: Hooks, receiver: Receiver) -> None:
    endpoint_id = await hooks.add(receiver)
    [old] = await hooks.secrets(endpoint_id)
    async with hooks.tx() as tx:
        await acts.rotate(tx, endpoint_id, 0)
    assert old not in await hooks.secrets(endpoint_id)


async def test_an_event_of_the_log_is_sent_again_under_its_id(hooks: Hooks, receiver: Receiver) -> None:
    endpoint_id = await hooks.add(receiver, ["order.accepted"])
    order_id = await hooks.place()
    await hooks.work()
    async with hooks.tx() as tx:
        assert await acts.send_again(tx, await acts.find(tx, endpoint_id, None), [(order_id, 2)]) == 1
    await hooks.work()
    assert [call.id for call in receiver.heard] == [event_id(order_id, 2)] * 2


async def test_a_replay_tells_what_was_missed_and_twice_is_harmless(hooks: Hooks, receiver: Receiver) -> None:
    endpoint_id = await hooks.add(receiver)
    told = await hooks.place()
    await hooks.work()
    async with hooks.tx() as tx:
        await acts.switch_off(tx, [endpoint_id], OffWhy.BY_HAND)
    missed = await hooks.place()
    async with hooks.tx() as tx:
        await acts.switch_on(tx, endpoint_id)
    await hooks.work()
    assert not any(missed.hex in call.id for call in receiver.heard)
    for _ in range(2):
        async with hooks.tx() as tx:
            now = await tx.value(acts.Q.machine_time)
            public = hooks.worker.house.public
            one = await acts.find(tx, endpoint_id, None)
            done = await acts.replay(tx, one, public, now - timedelta(hours=1), now)
            assert (done.events, done.more_since) == (4, None)
    await hooks.work()
    for order_id, times in ((told, 2), (missed, 1)):
        heard = [call.id for call in receiver.heard if order_id.hex in call.id]
        assert heard == [event_id(order_id, 1), event_id(order_id, 2)] * times


async def test_a_long_replay_says_where_the_next_goes_on(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_id = await hooks.add(receiver)
    for _ in range(3):
        await hooks.place()
    await hooks.work()
    before = len(receiver.heard)
    monkeypatch.setattr(acts, "REPLAY_MAX", 3)
    async with hooks.tx() as tx:
        now = await tx.value(acts.Q.machine_time)
        since, rounds, events = now - timedelta(hours=1), 0, 0
        while since:
            one = await acts.find(tx, endpoint_id, None)
            done = await acts.replay(tx, one, hooks.worker.house.public, since, now)
            since, rounds, events = done.more_since, rounds + 1, events + done.events
    assert (rounds, events) == (3, 6)
    await hooks.work()
    assert len(receiver.heard) == before + 6


async def test_a_ping_arrives_whatever_else_is_wanted(hooks: Hooks, receiver: Receiver) -> None:
    endpoint_id = await hooks.add(receiver, ["order.canceled"])
    async with hooks.tx() as tx:
        subject, seq = await acts.ping(tx, await acts.find(tx, endpoint_id, None))
    await hooks.work()
    assert receiver.kinds() == ["endpoint.pinged"]
    assert receiver.heard[0].id == event_id(subject, seq)


async def test_a_merchants_endpoint_hears_of_that_merchant_only(hooks: Hooks, receiver: Receiver) -> None:
    async with receiving() as rival:
        [(juniper,)] = await hooks.ask("SELECT id FROM catalog.merchants WHERE code = 'juniper'")
        await hooks.add(receiver, ["order.accepted"], juniper)
        await hooks.add(rival, ["order.accepted"], UUID(int=7))
        await hooks.place()
        await hooks.work()
        assert (receiver.kinds(), rival.heard) == (["order.accepted"], [])


async def test_another_company_hears_nothing(hooks: Hooks, receiver: Receiver, house: object) -> None:
    from doorstep.platform import auth

    other = await auth.add_tenant(hooks.worker.house.db, f"t-{hooks.tenant_id.hex[:20]}x", "Southside")
    await Hooks(hooks.worker, other).add(receiver)
    await hooks.place()
    await hooks.work()
    await Hooks(hooks.worker, other).work()
    assert receiver.heard == []


async def test_two_workers_that_announce_the_same_thing_owe_each_event_once(
    hooks: Hooks, receiver: Receiver
) -> None:
    endpoint_id = await hooks.add(receiver)
    order_id = await hooks.place()
    async with hooks.tx() as tx:
        await orders.cancel(tx, [order_id], "changed mind")
    announce = hooks.worker.duties.work["webhooks.announce"]

    async def one() -> None:
        async with hooks.tx() as tx:
            await announce(tx, [order_id])  # type: ignore[call-arg, arg-type]

    await asyncio.gather(*(one() for _ in range(6)))
    assert sorted(one.seq for one in await hooks.log(endpoint_id)) == [1, 2, 3]
    await hooks.work()
    assert receiver.kinds() == ["order.placed", "order.accepted", "order.canceled"]


async def test_a_removed_endpoint_is_never_called_again(hooks: Hooks, receiver: Receiver) -> None:
    endpoint_id = await hooks.add(receiver)
    await hooks.place()
    await hooks.work_announcements()
    async with hooks.tx() as tx:
        await acts.remove(tx, endpoint_id)
    await hooks.work()
    assert receiver.heard == []


async def test_what_came_to_an_end_a_month_ago_leaves_the_log(hooks: Hooks, receiver: Receiver) -> None:
    endpoint_id = await hooks.add(receiver)
    await hooks.place()
    await hooks.work()
    await hooks.ask("UPDATE platform.deliveries SET settled_at = now() - interval '31 days' WHERE seq = 1")
    await hooks.ask("UPDATE platform.attempts SET at = at - interval '31 days' WHERE seq = 1")
    await hooks.work()
    assert [one.seq for one in await hooks.log(endpoint_id)] == [2]
