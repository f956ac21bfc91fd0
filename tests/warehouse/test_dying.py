"""The program may die at any step of a scan: the scan that comes again moves its unit, and no other."""

import pytest

from tests.mortal import Fate, die_everywhere
from tests.warehouse.test_pick import at_item
from tests.warehouse.test_shortfall import second_site
from tests.worlds.catalog import BARCODES, WORLD, bin_code
from tests.worlds.inventory import SOUTH
from tests.worlds.warehouse import Floor


@pytest.mark.proves("I9")
async def test_a_scan_that_died_at_any_step_moves_one_unit_when_it_comes_again(
    floor: Floor, fate: Fate
) -> None:
    """Between check and write, before and after the commit: each unit is scanned, and put into the tote by a mortal program."""
    cart = await at_item(floor, {"A": 60})
    for step in range(1, 60):
        scanned = {f"item-{step}": BARCODES["A"], f"tote-{step}": "T-1"}
        lived = 0
        for command, code in scanned.items():
            with fate.at(step):
                await floor.scan(cart, code, command=command)
            lived += not fate.died
            answers = [await floor.scan(cart, code, command=command) for _ in range(2)]
            assert answers[0].accepted
            assert answers[0] == answers[1]
        assert await floor.lies("tote:T-1", WORLD.a) == step
        if lived == len(scanned):
            break
    assert step > 8
    assert await floor.wrong() == {}


async def test_a_rejection_that_died_at_any_step_sends_the_order_to_the_other_site_once(
    floor: Floor, fate: Fate
) -> None:
    """The floor does not find what was promised; the same word of it comes again after each death."""
    await second_site(floor)
    [order] = await floor.work({"D": 50})
    cart = await floor.scan(await floor.take(), bin_code(4, 1))

    async def done() -> bool:
        assert await floor.wrong() == {}
        left = await floor.lies(f"bin:{bin_code(4, 1)}", WORLD.d)
        assert left in (0, 50)
        return left == 0

    died = await die_everywhere(fate, lambda: floor.short(cart, command="once"), done)
    answers = [await floor.short(cart, command="once") for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0].batch_state == "picked"
    await floor.settle()
    assert await floor.states(order) == ["canceled", "batched"]
    excluded = await floor.ask("SELECT count(*) FROM orders.rejections WHERE order_id = %s", order)
    promised = await floor.ask(
        "SELECT sum(quantity) FROM inventory.reservations WHERE order_id = %s AND site_id = %s AND phase = 'pending'",
        order,
        SOUTH,
    )
    assert (excluded, promised) == (1, 50)
    assert died > 10
