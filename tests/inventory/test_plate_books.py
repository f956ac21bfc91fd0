"""Plates against plain counting: whatever is received, moved, nested, picked and counted, no plate holds what does not lie there."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from doorstep import app as house_app
from doorstep.platform import auth
from doorstep.platform.config import Settings
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import inventory
from doorstep.stages.inventory import Counted, Receipt
from doorstep.stages.inventory.acts.counting import planning
from doorstep.stages.inventory.acts.plates import filling, handling, looking
from doorstep.stages.inventory.model import CountTerms
from tests.worlds.catalog import WORLD, bin_code, build_catalog
from tests.worlds.inventory import moved, wrong_in_the_books
from tests.worlds.plates import build, line

PLACES = [f"bin:{bin_code(1, 1)}", f"bin:{bin_code(2, 2)}", "quarantine"]
PRODUCTS = [WORLD.a, WORLD.b]
CODES = ["P-1", "P-2", "C-1", "C-2", "C-3"]
UNITS = st.integers(1, 9)
CODE, PLACE, PRODUCT = st.sampled_from(CODES), st.sampled_from(PLACES), st.sampled_from(PRODUCTS)
LOT = st.sampled_from(["", "", "L1", "L2"])


class Plates(RuleBasedStateMachine):
    """What can be done to plates, next to a plain count of where every unit is."""

    loop: asyncio.Runner
    house: House

    def __init__(self) -> None:
        super().__init__()
        self.lies: Counter[tuple[UUID, str]] = Counter()
        self.tenant = self.loop.run(self._begin())

    async def _begin(self) -> UUID:
        tenant = await auth.add_tenant(self.house.db, f"t-{uuid4().hex[:20]}", "Northside")
        async with self.house.db.transaction(tenant, actor="test") as tx:
            await build_catalog(tx)
            await planning.set_terms(tx, WORLD.north, CountTerms(units=1_000, value_minor=10**9))
        return tenant

    def do(self, act: Any, goal: str = "") -> bool:
        """Run an act, which returns what left its place (for `goal`, if there is one); check the books after it."""

        async def run() -> bool:
            try:
                async with self.house.db.transaction(self.tenant, actor="test") as tx:
                    carried = await act(tx)
            except Refused:
                return False
            for product, place, units in carried or []:
                self.lies[product, place] -= units
                self.lies[product, goal] += units if goal else 0
            async with self.house.db.transaction(self.tenant, actor="test") as tx:
                there = await inventory.lying(tx, PRODUCTS)
                found = {(one.product_id, one.place): one.on_hand for one in there}
                assert found == {spot: units for spot, units in self.lies.items() if units}
                assert await wrong_in_the_books(tx) == {}
            return True

        return self.loop.run(run())

    async def goods_of(self, tx: Tx, code: str) -> list[tuple[UUID, str, int]]:
        """Return what is on a plate: product, where, and how many units."""
        tree = await looking.standing(tx, code)
        return [(one.product_id, tree.root.place, one.quantity) for one in tree.contents]

    @rule(product=PRODUCT, place=PLACE, units=UNITS, lot=LOT)
    def comes_in(self, product: UUID, place: str, units: int, lot: str) -> None:
        """Goods arrive and lie loose."""
        one = Receipt(site_id=WORLD.north, product_id=product, place=place, quantity=units, lot=lot)

        async def act(tx: Tx) -> None:
            await inventory.receive(tx, [one])

        self.lies[product, place] += units
        assert self.do(act)

    @rule(code=CODE, product=PRODUCT, place=PLACE, units=UNITS, lot=LOT)
    def is_built(self, code: str, product: UUID, place: str, units: int, lot: str) -> None:
        """A plate is built up of what lies loose, or more is put on it."""

        async def act(tx: Tx) -> None:
            await build(tx, code, line(units, product, lot), place=place)

        async def more(tx: Tx) -> None:
            await filling.fill_plate(tx, code, [line(units, product, lot)])

        if not self.do(act):
            self.do(more)

    @rule(code=CODE, place=PLACE)
    def moves(self, code: str, place: str) -> None:
        """A plate moves with all that is on it."""

        async def act(tx: Tx) -> list[tuple[UUID, str, int]]:
            carried = await self.goods_of(tx, code)
            await handling.move_plate(tx, code, place)
            return carried

        self.do(act, place)

    @rule(code=CODE, onto=CODE)
    def is_nested(self, code: str, onto: str) -> None:
        """A plate is put on another one, where that stands."""

        async def act(tx: Tx) -> list[tuple[UUID, str, int]]:
            carried = await self.goods_of(tx, code)
            goal = (await handling.nest_plate(tx, code, onto)).root.place
            return [
                part
                for product, place, units in carried
                for part in ((product, place, units), (product, goal, -units))
            ]

        self.do(act)

    @rule(code=CODE, product=PRODUCT, units=UNITS, place=st.sampled_from(["", *PLACES]))
    def is_taken_off(self, code: str, product: UUID, units: int, place: str) -> None:
        """Goods are taken off a plate, to lie loose there or elsewhere."""

        async def act(tx: Tx) -> list[tuple[UUID, str, int]]:
            stood = (await looking.standing(tx, code)).root.place
            await filling.take_off(tx, code, [line(units, product)], place=place)
            return [(product, stood, units)] if place else []

        self.do(act, place)

    @rule(code=CODE)
    def is_broken_down(self, code: str) -> None:
        """A plate is broken down."""

        async def act(tx: Tx) -> None:
            await filling.break_down(tx, code)

        self.do(act)

    @rule(product=PRODUCT, source=PLACE, goal=st.sampled_from([*PLACES, "tote:T-1"]), units=UNITS)
    def is_picked(self, product: UUID, source: str, goal: str, units: int) -> None:
        """Units are taken from a place, whatever they stand on."""

        async def act(tx: Tx) -> list[tuple[UUID, str, int]]:
            await inventory.move(tx, [moved(product, source, goal, units)])
            return [(product, source, units)]

        enough = self.lies[product, source] >= units
        assert self.do(act, goal) == (source != goal and enough)

    @rule(product=PRODUCT, place=PLACE, off=st.integers(-6, 6))
    def is_counted(self, product: UUID, place: str, off: int) -> None:
        """Somebody finds more or less in a place than the books say."""
        found = self.lies[product, place] + off
        if found < 0:
            return

        async def act(tx: Tx) -> None:
            begun = await inventory.start_count(tx, WORLD.north, place, extra=[product])
            mine = next(one for one in begun if one.product_id == product)
            for _ in range(1 + (off != 0)):
                await inventory.count(tx, [Counted(mine.id, found, mine.as_of)])

        self.lies[product, place] = found
        assert self.do(act)


@pytest.mark.proves("I7")
@pytest.mark.parametrize(
    ("days", "acts"), [(12, 30), pytest.param(300, 60, marks=pytest.mark.soak)], ids=["12 days", "300 days"]
)
def test_no_plate_holds_what_does_not_lie_there_whatever_is_done(
    settings: Settings, days: int, acts: int
) -> None:
    """A day of so many acts on five plates, many times over."""
    with asyncio.Runner() as loop:
        opened = house_app.open_house(settings)
        house = loop.run(opened.__aenter__())
        try:
            run_state_machine_as_test(
                type("Day", (Plates,), {"loop": loop, "house": house}),
                settings=how(
                    max_examples=days,
                    stateful_step_count=acts,
                    deadline=None,
                    database=None,
                    phases=[Phase.generate, Phase.shrink],
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            loop.run(opened.__aexit__(None, None, None))
