"""Orders are sourced where it costs least, in the act that reserves their goods; open ones are moved together; floors are passed by."""

import asyncio
from collections import Counter
from dataclasses import replace
from uuid import UUID

import httpx
import msgspec
import pytest

from doorstep import app as house_app
from doorstep.platform import doctor
from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.stages import catalog, inventory, orders
from doorstep.stages.orders import HoldReason, NewOrder, Outcome
from doorstep.stages.orders.acts import hold_parts, release_parts
from doorstep.stages.orders.acts.knowing import forget_routing
from doorstep.stages.orders.acts.routing import asking, rerouting, terms
from doorstep.stages.orders.acts.routing.sourcing import sourcings_of
from doorstep.stages.orders.model.holding import Parts
from doorstep.stages.orders.model.sourcing import House as Terms
from doorstep.stages.orders.model.sourcing import Lane, LeftOut, MerchantTerms, SiteTerms
from doorstep.stages.orders.rules.sourcing import source_together
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD, warehouse
from tests.worlds.inventory import SOUTH, receive, two_sites, wrong_in_the_books
from tests.worlds.orders import body, by_card, contact, new_order, place_one, place_verdict, post_order

NEAR_SOUTH = {"lat": -47.0, "lon": 9.5}
"""On the other side of the world, where lanes decide."""


async def far_apart(tx: Tx) -> None:
    """Two warehouses: north beside the customer, south dearer; no other costs."""
    await two_sites(tx)
    await terms.set_house(tx, Terms(split_minor=300, scarcity_minor=0, late_minor=0))
    await lane(tx, WORLD.north, 500)
    await lane(tx, SOUTH, 900)


async def lane(tx: Tx, site_id: UUID, base_minor: int) -> None:
    await terms.set_lanes(tx, site_id, [Lane(site_id, "LI", "", base_minor, 0, 1)])


async def sites_of(tx: Tx, order_id: UUID) -> dict[UUID, int]:
    """Units of an order by site."""
    found: Counter[UUID] = Counter()
    for one in await inventory.reserved_for(tx, [order_id]):
        found[one.site_id] += one.quantity
    return dict(found)


async def test_an_order_is_reserved_where_it_costs_least_and_the_reasons_are_kept(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
        order_id = await place_one(tx, {"A": 2})
        assert await sites_of(tx, order_id) == {WORLD.north: 2}
        [kept] = await sourcings_of(tx, [order_id])
        assert (kept.cause, kept.actor, kept.decided_at) == ("placed", "test", tx.now)
        ways = [(one.shares[0].site_id, one.total_minor) for one in kept.decision.candidates]
        assert ways == [(WORLD.north, 500), (SOUTH, 900)]
        assert kept.decision.exact
        assert await wrong_in_the_books(tx) == {}


async def test_need_five_with_three_near_and_ten_far_leaves_from_one_site(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
        await place_one(tx, {"A": 97})
        order_id = await place_one(tx, {"A": 5})
        assert await sites_of(tx, order_id) == {SOUTH: 5}


@pytest.mark.proves("O3")
async def test_two_sites_that_hold_half_each_split_the_order_o3(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
        order_id = await place_one(tx, {"A": 120})
        assert await sites_of(tx, order_id) == {WORLD.north: 100, SOUTH: 20}
        refused = await place_verdict(tx, new_order({"A": 31}))
        assert (refused.outcome, refused.unavailable) == (Outcome.REFUSED, True)
        assert "30 left" in refused.faults[0].message
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("I3")
async def test_a_kit_and_a_loose_item_that_share_a_component_are_summed(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
        await receive(tx, WORLD.b, 20, site_id=SOUTH)
        order_id = await place_one(tx, {"K": 50, "A": 60})  # 110 mugs, and 100 books
        units = await sites_of(tx, order_id)
        assert sum(units.values()) == 210
        refused = await place_verdict(tx, new_order({"K": 10, "A": 31}))
        assert {fault.code for fault in refused.faults} == {"unavailable"}
        assert await wrong_in_the_books(tx) == {}


async def test_orders_that_race_for_the_last_units_are_sourced_anew_and_never_oversell(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
        forget_routing(tenant)

    async def buy() -> str:
        async with house.db.transaction(tenant, actor="test") as tx:
            return str((await place_verdict(tx, new_order({"A": 4}))).outcome)

    got = Counter(await asyncio.gather(*(buy() for _ in range(45))))
    assert got == {"created": 37, "refused": 8}  # 150 mugs: 25 + 12 sets of four, and two left over
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 2}


async def test_a_choice_that_somebody_was_faster_than_is_made_again_under_the_locks(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world, _ = await two_sites(tx)
    asked: list[dict[tuple[UUID, UUID], int]] = []
    order_id, line_id = UUID(int=1), UUID(int=2)
    keys = sorted([(world.a, world.north), (world.a, SOUTH)])

    async def steal() -> None:
        async with house.db.transaction(tenant, actor="thief") as tx:
            assert (await place_verdict(tx, new_order({"A": 100}))).order_id

    async with house.db.transaction(tenant, actor="test") as tx:
        free = await inventory.free_of(tx, keys)
        await steal()

        def choose(seen: object) -> list[inventory.Taken]:
            first = not asked
            asked.append(dict(seen))  # type: ignore[call-overload]
            known = free if first else asked[-1]
            site = WORLD.north if known[world.a, WORLD.north] >= 10 else SOUTH
            return [inventory.Taken(order_id, line_id, site, world.a, 10, None)]

        await inventory.reserve_as(tx, keys, choose)
        assert len(asked) == 2
        assert asked[1] == {(world.a, WORLD.north): 0, (world.a, SOUTH): 50}
        assert await sites_of(tx, order_id) == {SOUTH: 10}
        assert await wrong_in_the_books(tx) == {}


async def test_a_merchants_rule_refuses_a_split_and_says_so(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
        await terms.set_merchant(tx, MerchantTerms(WORLD.merchant, whole=True))
        assert (await place_verdict(tx, new_order({"A": 100}))).outcome is Outcome.CREATED
        refused = await place_verdict(tx, new_order({"A": 20, "B": 1}))
        assert [fault.code for fault in refused.faults] == ["not_sourced"]
        assert "do not let it be split" in refused.faults[0].message


async def test_a_full_site_takes_no_more_and_a_canceled_order_gives_its_place_back(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
        await terms.set_site(tx, SiteTerms(WORLD.north, daily_orders=2, hard=True))
        first, second, third = [await place_one(tx, {"A": 1}) for _ in range(3)]
        assert await sites_of(tx, second) == {WORLD.north: 1}
        assert await sites_of(tx, third) == {SOUTH: 1}
        [kept] = await sourcings_of(tx, [third])
        assert kept.decision.left_out == {WORLD.north: LeftOut.FULL}
        await orders.cancel(tx, [first], "test")
        assert await sites_of(tx, await place_one(tx, {"A": 1})) == {WORLD.north: 1}


async def test_goods_that_a_floor_rejected_come_from_elsewhere_until_the_days_are_over(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
        order_id = await place_one(tx, {"A": 1})
        await orders.reject(tx, order_id, WORLD.north, [WORLD.a], "missing")
        assert await sites_of(tx, await place_one(tx, {"A": 1})) == {SOUTH: 1}
        assert await sites_of(tx, await place_one(tx, {"B": 1})) == {WORLD.north: 1}
        assert await orders.elsewhere(tx, (UUID(int=1), WORLD.a, 1), order_id, WORLD.north) == [SOUTH]
        later = replace(tx, now=tx.now.replace(day=6))
        forget_routing(tenant)
        assert await sites_of(later, await place_one(later, {"A": 1})) == {WORLD.north: 1}
    forget_routing(tenant)


async def crossed(tx: Tx) -> tuple[UUID, UUID]:
    """The first order took the last lamp near it, which the second, far from the other site, needs more."""
    await two_sites(tx)
    await terms.set_house(tx, Terms(split_minor=0, scarcity_minor=0, late_minor=0))
    for site_id, here, there in ((WORLD.north, 500, 500), (SOUTH, 600, 3000)):
        lanes = [Lane(site_id, "LI", "9494", here, 0, 1), Lane(site_id, "LI", "9490", there, 0, 1)]
        await terms.set_lanes(tx, site_id, lanes)
    await orders.reach_floor(tx, [await place_one(tx, {"C": 29})])
    first = await place_one(tx, {"C": 1})
    second = await place_one(tx, {"C": 1}, ship_to=contact(postal_code="9490", city="Vaduz"))
    assert await sites_of(tx, first) == {WORLD.north: 1}
    assert await sites_of(tx, second) == {SOUTH: 1}
    return first, second


async def test_open_orders_looked_at_together_swap_goods_and_cost_less(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        first, second = await crossed(tx)
        question = await rerouting.question(tx)
        plan = source_together(question.standing, question.routing, question.free, question.day)
        assert (plan.before_minor - plan.after_minor, plan.ended) == (2400, True)
        rows = await rerouting.foreseen(tx, question, plan)
        assert {(one.order_id, str(one.outcome)) for one in rows} == {(first, "better"), (second, "better")}
        assert await sites_of(tx, first) == {WORLD.north: 1}, "looking moves nothing"
        moved = await rerouting.apply(tx, question, plan)
        assert {one.order_id: (str(one.outcome), one.saved_minor) for one in moved} == {
            first: ("moved", -100),
            second: ("moved", 2500),
        }
        assert await sites_of(tx, first) == {SOUTH: 1}
        assert await sites_of(tx, second) == {WORLD.north: 1}
        assert [one.cause for one in await sourcings_of(tx, [second])] == ["batch", "placed"]
        assert await wrong_in_the_books(tx) == {}
        again = await rerouting.question(tx)
        rest = source_together(again.standing, again.routing, again.free, again.day)
        assert rest.decisions == {}
    assert await doctor.examine(house.db, tenant, house_app.invariants()) == []


async def test_orders_that_went_on_or_lost_their_goods_meanwhile_stay_as_they_are(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        first, second = await crossed(tx)
        question = await rerouting.question(tx)
        plan = source_together(question.standing, question.routing, question.free, question.day)
        await orders.reach_floor(tx, [first])
        moved = await rerouting.apply(tx, question, plan)
        assert {one.order_id: str(one.outcome) for one in moved} == {first: "changed", second: "taken"}
        assert await sites_of(tx, second) == {SOUTH: 1}
        assert await wrong_in_the_books(tx) == {}


async def test_what_a_site_sends_stays_there_while_it_is_held(house: House, tenant: UUID) -> None:
    """Moved to another site it would leave from there, and the hold would keep nothing."""
    async with house.db.transaction(tenant, actor="test") as tx:
        first, second = await crossed(tx)
        question = await rerouting.question(tx)
        plan = source_together(question.standing, question.routing, question.free, question.day)
        await hold_parts(tx, first, Parts((), WORLD.north), HoldReason.FRAUD, "who is this?")
        moved = await rerouting.apply(tx, question, plan)
        assert {one.order_id: str(one.outcome) for one in moved} == {first: "changed", second: "taken"}
        asked = await rerouting.question(tx)
        assert [one.basket.order_id for one in asked.standing] == [second]
        await release_parts(tx, first, Parts((), WORLD.north), HoldReason.FRAUD)
        assert len((await rerouting.question(tx)).standing) == 2


async def test_a_preview_says_where_an_order_would_leave_from_and_writes_nothing(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
        found = await asking.preview(tx, new_order({"A": 120}))
        assert found.decision is not None
        assert found.decision.winner is not None
        assert {one.site_id for one in found.decision.winner.shares} == {WORLD.north, SOUTH}
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 150}
        short = await asking.preview(tx, new_order({"A": 151}))
        assert [(one.asked, one.available) for one in short.lacks] == [(151, 150)]


async def furnished(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
    forget_routing(tenant)


async def test_the_reasons_are_told_over_json(
    house: House, tenant: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    await furnished(house, tenant)
    placed = (await post_order(web_client, key, new_order({"A": 2}))).json()
    answer = await web_client.get(f"/api/orders/{placed['id']}/sourcing", headers=bearer(key))
    [decision] = answer.json()["decisions"]
    first, second = decision["decision"]["candidates"]
    assert first["sends"] == [
        {
            "site": "Northside warehouse",
            "units": 2,
            "skus": {"A": 2},
            "leaves": "2026-03-02",
            "arrives": "2026-03-03",
        }
    ]
    assert first["why"] == "It costs the least."
    assert second["why"] == "4.00 EUR more: freight 4.00 EUR more."


async def test_one_order_and_all_open_ones_are_previewed_and_applied_over_json(
    house: House, tenant: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        first, second = await crossed(tx)
    headers = bearer(key)
    one = await web_client.post(
        "/api/sourcing/preview", json={"order": body(new_order({"A": 1}))}, headers=headers
    )
    assert one.json()["decision"]["candidates"][0]["total_minor"] == 500
    wrong = await web_client.post(
        "/api/sourcing/preview", json={"order": body(new_order({"A": 1}), merchant="nobody")}, headers=headers
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "unknown_merchant")
    both = (await web_client.post("/api/sourcing/preview", json={}, headers=headers)).json()["batch"]
    assert (both["orders"], both["before_minor"] - both["after_minor"]) == (2, 2400)
    assert {row["outcome"] for row in both["rows"]} == {"better"}
    done = (await web_client.post("/api/sourcing/apply", json={}, headers=headers)).json()
    assert {row["order_id"]: row["outcome"] for row in done["rows"]} == {
        str(first): "moved",
        str(second): "moved",
    }
    told = (await web_client.get(f"/api/orders/{second}", headers=headers)).json()["timeline"]
    assert [event["facts"]["saved_minor"] for event in told if event["name"] == "rerouted"] == [2500]


async def test_terms_are_set_and_read_over_json_and_wrong_ones_are_refused(
    house: House, tenant: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    await furnished(house, tenant)
    headers = bearer(key)
    house_terms = {"currency": "EUR", "split_minor": 700}
    assert (await web_client.put("/api/sourcing/terms", json=house_terms, headers=headers)).status_code == 200
    lanes = [{"country": "DE", "base_minor": 450, "days": 2, "postal_prefix": "80"}]
    site = f"/api/sourcing/terms/sites/{SOUTH}"
    assert (
        await web_client.put(site, json={"daily_orders": 9, "lanes": lanes}, headers=headers)
    ).status_code == 200
    twice = await web_client.put(site, json={"lanes": lanes * 2}, headers=headers)
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (422, "twice")
    merchant = f"/api/sourcing/terms/merchants/{WORLD.merchant}"
    rules = {"ranked": [str(SOUTH)], "split_from_minor": 100}
    assert (await web_client.put(merchant, json=rules, headers=headers)).status_code == 200
    nowhere = await web_client.put(merchant, json={"ranked": [str(WORLD.center)]}, headers=headers)
    assert nowhere.status_code == 404
    found = (await web_client.get("/api/sourcing/terms", headers=headers)).json()
    assert found["house"]["split_minor"] == 700
    south = next(one for one in found["sites"] if one["site_id"] == str(SOUTH))
    assert (south["daily_orders"], south["lanes"][0]["postal_prefix"]) == (9, "80")
    assert found["merchants"][0]["ranked"] == [str(SOUTH)]


@pytest.mark.proves("O9")
async def test_an_order_of_a_thousand_lines_is_sourced_and_reserved_exactly(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
        await catalog.add_sites(tx, [warehouse(UUID(int=SOUTH.int + 1), "west")])
        await receive(tx, WORLD.a, 2000, site_id=UUID(int=SOUTH.int + 1))
        one = new_order({"A": 1}).lines[0]
        many = msgspec.structs.replace(
            new_order({"A": 1}), lines=[one] * 1200, total_minor=1250 * 1200 + 500, payments=[]
        )
        order = msgspec.structs.replace(many, payments=[whole_payment(many)])
        verdict = await place_verdict(tx, order)
        assert verdict.order_id is not None, verdict.faults
        assert sum((await sites_of(tx, verdict.order_id)).values()) == 1200
        assert await wrong_in_the_books(tx) == {}


def whole_payment(order: NewOrder) -> orders.NewPayment:
    return orders.NewPayment(processor="manual", method="invoice", amount_minor=order.total_minor)


@pytest.mark.parametrize("units", [1, 3])
async def test_an_unpaid_order_that_is_moved_still_runs_out_when_it_would_have(
    house: House, tenant: UUID, units: int
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
        verdict = await place_verdict(tx, by_card({"A": units}))
        assert verdict.order_id is not None
        [before] = await inventory.reserved_for(tx, [verdict.order_id])
        assert before.expires_at is not None
        await lane(tx, SOUTH, 100)
        question = await rerouting.question(tx)
        plan = source_together(question.standing, question.routing, question.free, question.day)
        await rerouting.apply(tx, question, plan)
        [after] = await inventory.reserved_for(tx, [verdict.order_id])
        assert (after.site_id, after.quantity, after.expires_at) == (SOUTH, units, before.expires_at)
