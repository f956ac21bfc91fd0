"""The ledger against an independent oracle: whatever is done in whatever order, the books agree with plain counting."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from doorstep import app as house_app
from doorstep.platform import auth
from doorstep.platform.config import Settings
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import inventory
from doorstep.stages.inventory import Adjustment, Counted, CountVerdict, Demand, Restock, Short
from doorstep.stages.inventory.acts.counting import planning
from doorstep.stages.inventory.model import CountTerms
from tests.worlds.catalog import WORLD, bin_code, build_catalog
from tests.worlds.inventory import moved, receive, shipped, wish, wrong_in_the_books

PLACES = [f"bin:{bin_code(1, 1)}", f"bin:{bin_code(2, 2)}", "tote:T-1", "parcel", "quarantine"]
SHELVES = [place for place in PLACES if place.startswith("bin:") or place == "quarantine"]
PRODUCTS = [WORLD.a, WORLD.b]
UNITS = st.integers(1, 12)
ONE_PERSON = CountTerms(units=1_000, value_minor=10**9)


class Goods(RuleBasedStateMachine):
    """What can be done to goods, next to a plain count of where every unit is.

    `lies` counts units per (product, place); `promised` holds what is owed per line. Losses that break promises are left
    to their own tests: here nothing is taken away that is promised.
    """

    loop: asyncio.Runner
    house: House

    def __init__(self) -> None:
        super().__init__()
        self.lies: Counter[tuple[UUID, str]] = Counter()
        self.promised: dict[UUID, tuple[Demand, int]] = {}
        self.tenant = self.loop.run(self._begin())

    async def _begin(self) -> UUID:
        tenant = await auth.add_tenant(self.house.db, f"t-{uuid4().hex[:20]}", "Northside")
        async with self.house.db.transaction(tenant, actor="test") as tx:
            await build_catalog(tx)
            await planning.set_terms(tx, WORLD.north, ONE_PERSON)
        return tenant

    def do(self, act: Any) -> bool:
        """Run an act in a transaction of its own; return whether it was done, and check the books after it."""

        async def run() -> bool:
            try:
                async with self.house.db.transaction(self.tenant, actor="test") as tx:
                    await act(tx)
                    done = True
            except Refused:
                done = False
            return done

        return self.loop.run(run())

    def free(self, product: UUID) -> int:
        """Units that nobody was promised, by plain counting."""
        there = sum(n for (of, place), n in self.lies.items() if of == product and place != "quarantine")
        return there - sum(left for one, left in self.promised.values() if one.product_id == product)

    @rule(product=st.sampled_from(PRODUCTS), place=st.sampled_from(SHELVES), units=UNITS, back=st.booleans())
    def comes_in(self, product: UUID, place: str, units: int, back: bool) -> None:
        """Goods arrive from a supplier or come back from a customer."""

        async def act(tx: Tx) -> None:
            if back:
                one = Restock(site_id=WORLD.north, product_id=product, place=place, quantity=units)
                await inventory.restock(tx, [one])
            else:
                await receive(tx, product, units, place=place)

        assert self.do(act)
        self.lies[product, place] += units

    @rule(
        product=st.sampled_from(PRODUCTS),
        source=st.sampled_from(PLACES),
        goal=st.sampled_from(PLACES),
        units=UNITS,
    )
    def moves(self, product: UUID, source: str, goal: str, units: int) -> None:
        """Goods change place; more than lies there cannot."""
        keeps = goal != "quarantine" or source == "quarantine" or units <= self.free(product)
        if not keeps:
            return
        done = self.do(lambda tx: inventory.move(tx, [moved(product, source, goal, units)]))
        assert done == (source != goal and self.lies[product, source] >= units)
        if done:
            self.lies[product, source] -= units
            self.lies[product, goal] += units

    @rule(product=st.sampled_from(PRODUCTS), place=st.sampled_from(SHELVES), units=st.integers(-12, 12))
    def is_corrected(self, product: UUID, place: str, units: int) -> None:
        """The desk corrects a place, up or down."""
        if place != "quarantine" and -units > self.free(product):
            return
        one = Adjustment(
            site_id=WORLD.north, product_id=product, place=place, quantity=units, reason="counted"
        )
        done = self.do(lambda tx: inventory.adjust(tx, [one]))
        assert done == (units != 0 and self.lies[product, place] + units >= 0)
        if done:
            self.lies[product, place] += units

    @rule(asked=st.lists(st.tuples(st.sampled_from(PRODUCTS), UNITS), min_size=1, max_size=4))
    def is_ordered(self, asked: list[tuple[UUID, int]]) -> None:
        """An order of a few lines: promised whole, or not at all."""
        order_id = uuid4()
        lines = [wish(product, units, order_id=order_id) for product, units in asked]
        short: dict[UUID, Any] = {}

        async def act(tx: Tx) -> None:
            short.update(await inventory.reserve(tx, lines))

        assert self.do(act)
        wants: Counter[UUID] = Counter()
        for product, units in asked:
            wants[product] += units
        lacking = {p: (n, self.free(p)) for p, n in wants.items() if n > self.free(p)}
        assert {one.product_id: (one.asked, one.available) for one in short.get(order_id, [])} == lacking
        if not lacking:
            self.promised |= {one.line_id: (one, one.quantity) for one in lines}

    @precondition(lambda self: self.promised)
    @rule(pick=st.integers(0, 100))
    def is_canceled(self, pick: int) -> None:
        """An order gives back what was not shipped."""
        order_id = list(self.promised.values())[pick % len(self.promised)][0].order_id
        units = sum(left for one, left in self.promised.values() if one.order_id == order_id)

        async def act(tx: Tx) -> None:
            assert await inventory.release(tx, [order_id], "canceled") == units

        assert self.do(act)
        self.promised = {line: held for line, held in self.promised.items() if held[0].order_id != order_id}

    @precondition(lambda self: self.promised)
    @rule(pick=st.integers(0, 100), units=UNITS)
    def is_shipped(self, pick: int, units: int) -> None:
        """Units of a line leave in a parcel: no more than are promised to it, no more than lie there."""
        demand, left = list(self.promised.values())[pick % len(self.promised)]
        done = self.do(lambda tx: inventory.ship(tx, [shipped(demand, units)]))
        assert done == (units <= left and units <= self.lies[demand.product_id, "parcel"])
        if done:
            self.lies[demand.product_id, "parcel"] -= units
            self.promised[demand.line_id] = (demand, left - units)
            if left == units:
                del self.promised[demand.line_id]

    @precondition(lambda self: self.promised)
    @rule(pick=st.integers(0, 100))
    def is_claimed(self, pick: int) -> None:
        """An order is paid for: its promise runs out no more."""
        order_id = list(self.promised.values())[pick % len(self.promised)][0].order_id
        lost: list[UUID] = []

        async def act(tx: Tx) -> None:
            lost.extend(await inventory.commit(tx, [order_id]))

        assert self.do(act)
        assert lost == []

    @precondition(lambda self: self.promised)
    @rule(pick=st.integers(0, 100), place=st.sampled_from(PLACES[:2]), units=UNITS)
    def is_short(self, pick: int, place: str, units: int) -> None:
        """A picker does not find units of a line: they are lost there, and promised anew from what other bins have."""
        demand, left = list(self.promised.values())[pick % len(self.promised)]
        product, said = demand.product_id, list[inventory.Shorted]()
        one = Short(
            order_id=demand.order_id, line_id=demand.line_id, site_id=WORLD.north, product_id=product, place=place, quantity=units
        )  # fmt: skip

        async def act(tx: Tx) -> None:
            said.extend(await inventory.short(tx, [one]))

        assert self.do(act)
        broken = min(units, left)
        self.lies[product, place] -= min(broken, self.lies[product, place])
        self.promised[demand.line_id] = (demand, left - broken)
        elsewhere = sum(self.lies[product, bin_] for bin_ in PLACES[:2] if bin_ != place)
        again = min(broken, self.free(product), elsewhere)
        assert (sum(part.quantity for part in said[0].replaced), said[0].missing) == (again, broken - again)
        self.promised[demand.line_id] = (demand, left - broken + again)
        if left - broken + again == 0:
            del self.promised[demand.line_id]

    @rule(product=st.sampled_from(PRODUCTS), place=st.sampled_from(SHELVES), off=st.integers(-12, 12))
    def is_counted(self, product: UUID, place: str, off: int) -> None:
        """Somebody counts a place twice and finds another number, or the same."""
        found = self.lies[product, place] + off
        if found < 0 or (place != "quarantine" and -off > self.free(product)):
            return

        async def act(tx: Tx) -> None:
            begun = await inventory.start_count(tx, WORLD.north, place, extra=[product])
            mine = next(one for one in begun if one.product_id == product)
            for _ in range(1 + (off != 0)):
                (answer,) = await inventory.count(tx, [Counted(mine.id, found, mine.as_of)])
            assert answer.verdict == (CountVerdict.POSTED if off else CountVerdict.MATCHES)

        assert self.do(act)
        self.lies[product, place] = found

    def teardown(self) -> None:
        """The books agree with each other and with the plain count."""

        async def compare() -> None:
            async with self.house.db.transaction(self.tenant, actor="test") as tx:
                there = await inventory.lying(tx, PRODUCTS)
                assert {(one.product_id, one.place): one.on_hand for one in there} == {
                    spot: units for spot, units in self.lies.items() if units
                }
                free = await inventory.available(tx, PRODUCTS)
                assert free == {product: self.free(product) for product in PRODUCTS}
                assert await wrong_in_the_books(tx) == {}

        self.loop.run(compare())


@pytest.mark.proves("I7", "A4")
@pytest.mark.parametrize(
    ("days", "acts"), [(20, 30), pytest.param(500, 50, marks=pytest.mark.soak)], ids=["20 days", "500 days"]
)
def test_the_books_agree_with_plain_counting_whatever_is_done(
    settings: Settings, days: int, acts: int
) -> None:
    """A day of so many acts on two products, many times over."""
    with asyncio.Runner() as loop:
        opened = house_app.open_house(settings)
        house = loop.run(opened.__aenter__())
        try:
            run_state_machine_as_test(
                type("Day", (Goods,), {"loop": loop, "house": house}),
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
