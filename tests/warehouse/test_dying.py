"""The program may die at any step of a scan: the scan that comes again moves its unit, and no other."""

import pytest

from tests.mortal import Fate
from tests.warehouse.test_pick import at_item
from tests.worlds.catalog import BARCODES, WORLD
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
