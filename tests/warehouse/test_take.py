"""Carts: the most urgent first, one device each."""

import asyncio
from uuid import UUID

import pytest

from doorstep.platform.errors import Refused
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import Hand, PickAnswer
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.warehouse import ANA, BEN, LEA, Floor


async def take(floor: Floor, hand: Hand, cart: PickAnswer, *, take_over: bool = False) -> PickAnswer:
    async with floor.tx(hand) as tx:
        return await acts.take(tx, hand, cart.batch_id, take_over=take_over)


async def test_of_two_devices_one_wins_and_the_other_is_told_who(floor: Floor) -> None:
    await floor.work({"A": 1})
    [batch] = await _planned(floor)

    async def grab(hand: Hand) -> PickAnswer:
        async with floor.tx(hand) as tx:
            return await acts.take(tx, hand, batch)

    answers = await asyncio.gather(grab(ANA), grab(BEN), return_exceptions=True)
    [won] = [one for one in answers if isinstance(one, PickAnswer)]
    [lost] = [one for one in answers if isinstance(one, Refused)]
    winner = "Ana" if answers[0] is won else "Ben"
    assert lost.message == (
        f"Cart {won.batch_number} was taken by {winner} at 12:00. Get another, or ask a lead to take it over."
    )


async def test_two_who_get_work_at_once_get_different_carts(floor: Floor) -> None:
    await floor.work({"A": 1})
    await floor.work({"B": 1})
    first, second = await asyncio.gather(floor.take(ANA), floor.take(BEN))
    assert first.batch_id != second.batch_id


async def test_who_gets_work_again_goes_on_with_the_own_cart(floor: Floor) -> None:
    await floor.work({"A": 1})
    await floor.work({"B": 1})
    cart = await floor.take()
    assert (await floor.take()).batch_id == cart.batch_id


async def test_an_express_order_is_picked_before_all_others(floor: Floor) -> None:
    await floor.work({"A": 1})
    await floor.place({"B": 1}, delivery="express")
    await floor.settle()
    cart = await floor.take()
    assert cart.stop is not None
    assert cart.stop.bin == bin_code(1, 5)


async def test_a_lead_may_take_over_and_the_former_picker_is_told(floor: Floor) -> None:
    await floor.work({"A": 1})
    cart = await floor.take()
    with pytest.raises(Refused):
        await take(floor, BEN, cart, take_over=True)
    await take(floor, LEA, cart, take_over=True)
    with pytest.raises(Refused, match="is with Lea"):
        await floor.scan(cart, bin_code(1, 1))


async def test_another_device_of_the_same_person_may_take_over_when_it_says_so(floor: Floor) -> None:
    await floor.work({"A": 1})
    cart = await floor.take()
    second = Hand(ANA.actor, ANA.name, "H-2")
    with pytest.raises(Refused, match="taken by Ana at"):
        await take(floor, second, cart)
    assert (await take(floor, second, cart, take_over=True)).batch_id == cart.batch_id


async def test_a_cart_that_is_given_back_goes_on_where_it_was(floor: Floor) -> None:
    await floor.work({"A": 1, "C": 1})
    cart = await floor.pick_stop(await floor.take())
    async with floor.tx() as tx:
        await acts.give_back(tx, ANA, cart.batch_id)
    assert await floor.waiting_carts() == 1
    again = await floor.take(BEN)
    assert (again.stop, again.done) == (cart.stop, 1)
    await floor.walk(again, BEN)
    assert await floor.wrong() == {}


async def test_a_finished_cart_cannot_be_taken(floor: Floor) -> None:
    await floor.work({"A": 1})
    cart = await floor.walk()
    with pytest.raises(Refused, match="is picked"):
        await take(floor, BEN, cart)


async def test_without_work_nothing_is_taken(floor: Floor) -> None:
    async with floor.tx() as tx:
        assert await acts.get_work(tx, ANA, WORLD.north) is None


async def _planned(floor: Floor) -> list[UUID]:
    async with floor.tx() as tx:
        return [one.id for one in await acts.batches(tx, ["planned"])]
