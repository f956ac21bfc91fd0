"""What can be sold, told to webhooks: a set of the newest values, one call under way at a time."""

import pytest

from doorstep.platform.ids import new_id
from doorstep.stages import catalog, inventory
from doorstep.stages.inventory.acts.keeping import Buffer, keep_back
from tests.platform.webhooks.conftest import Hooks
from tests.platform.webhooks.receiver import Receiver
from tests.worlds.catalog import WORLD, juniper
from tests.worlds.inventory import wish

KINDS = ("availability.changed",)


def told(receiver: Receiver, number: int) -> dict[str, int]:
    """What a call said: units by SKU."""
    return {one["sku"]: one["available"] for one in receiver.heard[number].told["data"]["changes"]}


async def reserve(hooks: Hooks, units: int) -> None:
    """Promise lamps to somebody."""
    async with hooks.tx() as tx:
        assert await inventory.reserve(tx, [wish(WORLD.c, units)]) == {}


@pytest.fixture
async def begun(hooks: Hooks, receiver: Receiver) -> Receiver:
    """A receiver that was told everything there is."""
    await hooks.add(receiver, KINDS)
    await hooks.work()
    assert told(receiver, 0) == {"A": 100, "B": 100, "C": 30, "D": 50, "K": 50}
    receiver.heard.clear()
    return receiver


async def test_changes_between_two_calls_are_told_as_one_set_with_a_cursor_to_go_on_from(
    hooks: Hooks, begun: Receiver
) -> None:
    await reserve(hooks, 1)
    await reserve(hooks, 2)
    await hooks.work()
    assert [one.told["type"] for one in begun.heard] == ["availability.changed"]
    assert begun.heard[0].told["data"]["changes"] == [{"merchant": "juniper", "sku": "C", "available": 27}]
    assert begun.heard[0].told["data"]["href"].endswith("/api/availability/changes?after=0.6")
    await hooks.work()
    assert len(begun.heard) == 1, "nothing changed"


async def test_a_receiver_that_was_away_hears_the_newest_values_and_not_each_one(
    hooks: Hooks, begun: Receiver
) -> None:
    begun.answers = [(500, "", b"")]
    await reserve(hooks, 1)
    await hooks.work()
    for _ in range(5):
        await reserve(hooks, 1)
        await hooks.work()
    async with hooks.tx() as tx:
        await inventory.reserve(tx, [wish(WORLD.d, 1)])
    begun.heard.clear()
    await hooks.due()
    await hooks.work()
    assert [told(begun, n) for n in range(len(begun.heard))] == [{}, {"C": 24, "D": 49}], (
        "what changed again since the first call goes with the second"
    )


async def test_what_was_given_up_is_told_again_with_what_came_after(hooks: Hooks, begun: Receiver) -> None:
    begun.answers = [(500, "", b"")]
    await reserve(hooks, 1)
    await hooks.work()
    await hooks.ask(
        "UPDATE platform.deliveries SET settled_at = now(), outcome = 'given_up' WHERE settled_at IS NULL AND tenant_id = %s",
        hooks.tenant_id,
    )
    async with hooks.tx() as tx:
        await inventory.reserve(tx, [wish(WORLD.d, 1)])
    begun.heard.clear()
    await hooks.work()
    assert told(begun, 0) == {"C": 29, "D": 49}


async def test_a_webhook_of_one_merchant_hears_of_its_goods_only(hooks: Hooks, receiver: Receiver) -> None:
    rival = new_id()
    async with hooks.tx() as tx:
        await catalog.add_merchants(tx, [juniper(id=rival, code="rival", name="Rival")])
    endpoint_id = await hooks.add(receiver, KINDS, rival)
    await hooks.work()
    await reserve(hooks, 1)
    await hooks.work()
    assert receiver.heard == []
    assert await hooks.log(endpoint_id) == []


async def test_each_webhook_has_its_own_buffer(hooks: Hooks, receiver: Receiver) -> None:
    endpoint_id = await hooks.add(receiver, KINDS)
    async with hooks.tx() as tx:
        await keep_back(tx, endpoint_id, Buffer(20))
    await hooks.work()
    assert told(receiver, 0) == {"A": 80, "B": 80, "C": 10, "D": 30, "K": 30}
    async with hooks.tx() as tx:
        await keep_back(tx, endpoint_id, Buffer(0, {WORLD.c: 30}))
    await hooks.work()
    assert told(receiver, 1) == {"A": 100, "B": 100, "C": 0, "D": 50, "K": 50}


async def test_one_webhooks_stretch_is_never_told_to_another(hooks: Hooks, begun: Receiver) -> None:
    """A replay tells what is the same for everybody; availability is told as it is now."""
    await hooks.add(begun, KINDS)
    await hooks.work()
    assert len(begun.heard) == 1, "the second webhook is told everything, the first nothing anew"
    ids = await hooks.ask(
        "SELECT endpoint_id, subject FROM platform.deliveries WHERE tenant_id = %s", hooks.tenant_id
    )
    assert len({endpoint_id for endpoint_id, _ in ids}) == len({subject for _, subject in ids}) == 2


async def test_a_receiver_that_does_not_want_it_costs_no_stretch(hooks: Hooks, receiver: Receiver) -> None:
    await hooks.add(receiver)
    await reserve(hooks, 1)
    await hooks.work()
    assert await hooks.ask("SELECT id FROM inventory.tellings WHERE tenant_id = %s", hooks.tenant_id) == []
