"""Fraud rules and blocks: what they hold, what they leave alone, who may make them, and what they would have held."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import orders
from doorstep.stages.orders import NewOrder, Verdict
from doorstep.stages.orders.acts import fraud
from doorstep.stages.orders.model.fraud import BlockField, NewFraudRule, RuleKind, SameBy
from doorstep.stages.orders.rules.folding import fold_address, fold_email, fold_street
from tests.orders.conftest import bearer
from tests.worlds.inventory import small_world, wrong_in_the_books
from tests.worlds.orders import by_card, contact, new_order, post_order

ABROAD = NewFraudRule(kind=RuleKind.PHONE_ABROAD)


@pytest.fixture(autouse=True)
async def world(house: House, tenant: UUID) -> None:
    """Northside with goods."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)


def velocity(same_by: SameBy, most: int, hours: int = 24) -> NewFraudRule:
    """At most so many orders that have this in common are usual."""
    return NewFraudRule(kind=RuleKind.VELOCITY, same_by=same_by, most=most, hours=hours)


async def outcomes(tx: Tx, *asked: NewOrder) -> list[str]:
    """Place orders one after the other; return what became of each."""
    return [str((await orders.place(tx, [one]))[0].outcome) for one in asked]


async def why(tx: Tx, verdict: Verdict) -> str:
    """Return the note of the hold for fraud."""
    assert verdict.order_id is not None
    whole = await orders.read(tx, verdict.order_id)
    assert whole is not None
    [hold] = [one for one in whole.holds if one.reason == "fraud"]
    return str(hold.note)


@pytest.mark.parametrize(
    ("same_by", "order", "other"),
    [
        ("email", new_order(), new_order(ship_to=contact(email="eva@example.org"))),
        ("phone", new_order(), new_order(ship_to=contact(phone="+423 232 99 99"))),
        ("address", new_order(), new_order(ship_to=contact(street="Im Rietle 15"))),
        ("card", by_card(), by_card(token="tok_ok_2")),
    ],
)
async def test_the_order_after_as_many_as_are_usual_is_held_and_others_are_not(
    house: House, tenant: UUID, same_by: str, order: NewOrder, other: NewOrder
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await fraud.add_fraud_rule(tx, velocity(SameBy(same_by), 2))
        assert await outcomes(tx, order, order, other, order, other) == [
            "created", "created", "created", "held", "created",
        ]  # fmt: skip
        assert await wrong_in_the_books(tx) == {}


async def test_one_batch_is_counted_like_orders_one_by_one(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await fraud.add_fraud_rule(tx, velocity(SameBy.EMAIL, 2))
        verdicts = await orders.place(tx, [new_order() for _ in range(4)])
        assert [str(one.outcome) for one in verdicts] == ["created", "created", "held", "held"]
        assert [one.holds for one in verdicts] == [(), (), ["fraud"], ["fraud"]]
        assert await why(tx, verdicts[2]) == "Order 3 with this e-mail address within 24 h; 2 are usual."


async def test_another_spelling_is_the_same_customer(house: House, tenant: UUID) -> None:
    spelled = contact(email="Ana+offer@Example.org", street="IM RIETLE 14", city="schaan")
    async with house.db.transaction(tenant, actor="test") as tx:
        await fraud.add_fraud_rule(tx, velocity(SameBy.EMAIL, 1))
        await fraud.add_fraud_rule(tx, velocity(SameBy.ADDRESS, 1))
        await orders.place(tx, [new_order()])
        (verdict,) = await orders.place(tx, [new_order(ship_to=spelled)])
        assert await why(tx, verdict) == (
            "Order 2 with this e-mail address within 24 h; 1 are usual. Order 2 with this address within 24 h; 1 are usual."
        )


async def test_a_rule_counts_the_orders_that_were_there_before_it(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await orders.place(tx, [new_order(), new_order()])
        await fraud.add_fraud_rule(tx, velocity(SameBy.EMAIL, 2))
        assert await outcomes(tx, new_order()) == ["held"]


async def test_what_came_before_the_hours_of_a_rule_counts_no_more(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await fraud.add_fraud_rule(tx, velocity(SameBy.EMAIL, 1, hours=2))
        await orders.place(tx, [new_order()])
        await tx.connection.execute(
            "UPDATE orders.fraud_marks SET placed_at = placed_at - interval '3 hours'"
        )
        assert await outcomes(tx, new_order(), new_order()) == ["created", "held"]


async def test_amounts_are_judged_in_their_currency_and_a_first_order_more_strictly(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        for kind, amount in ((RuleKind.AMOUNT, 20_000), (RuleKind.FIRST_AMOUNT, 5_000)):
            await fraud.add_fraud_rule(tx, NewFraudRule(kind=kind, amount_minor=amount, currency="EUR"))
        await fraud.add_fraud_rule(tx, NewFraudRule(kind=RuleKind.AMOUNT, amount_minor=1, currency="JPY"))
        first, again, large = new_order({"C": 1}), new_order({"C": 1}), new_order({"C": 3})
        assert await outcomes(tx, first, again, large) == ["held", "created", "held"]


async def test_orders_without_an_e_mail_address_are_of_no_known_customer(house: House, tenant: UUID) -> None:
    nameless = contact(email="")
    async with house.db.transaction(tenant, actor="test") as tx:
        await fraud.add_fraud_rule(
            tx, NewFraudRule(kind=RuleKind.FIRST_AMOUNT, amount_minor=5_000, currency="EUR")
        )
        orders = [new_order({"C": 1}, ship_to=nameless) for _ in range(2)]
        assert await outcomes(tx, *orders) == ["held", "held"]
        looked, held = await fraud.try_rules(tx)
        assert looked == len(held) == 2


async def test_a_phone_of_another_country_is_held(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await fraud.add_fraud_rule(tx, ABROAD)
        abroad = new_order(ship_to=contact(phone="+49 30 1234567"))
        assert await outcomes(tx, new_order(), abroad, new_order(ship_to=contact(phone=""))) == [
            "created", "held", "created",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (BlockField.EMAIL, "ANA@example.org"),
        (BlockField.DOMAIN, "@Example.org"),
        (BlockField.PHONE, "+423 2321234"),
        (BlockField.NAME, "ana  KELLER"),
        (BlockField.ADDRESS, "im rietle 14, 9494, li"),
        (BlockField.CARD, "tok_ok"),
    ],
)
async def test_who_is_blocked_is_held_however_it_is_spelled(
    house: House, tenant: UUID, field: BlockField, typed: str
) -> None:
    other = contact(name="Eva", email="eva@example.net", phone="+423 232 99 99", street="Landstrasse 1")
    async with house.db.transaction(tenant, actor="test") as tx:
        block_id = await fraud.add_fraud_block(tx, field, typed)
        assert await outcomes(tx, by_card(), by_card(ship_to=other, token="tok_ok_2")) == ["held", "created"]
        await fraud.drop_fraud_block(tx, block_id)
        assert await outcomes(tx, by_card()) == ["created"]


async def test_an_order_may_be_held_for_its_address_and_for_fraud_at_once(house: House, tenant: UUID) -> None:
    doubtful = contact(country="US", region="NY", postal_code="90210", city="New York", phone="")
    async with house.db.transaction(tenant, actor="test") as tx:
        (plain,) = await orders.place(tx, [new_order(ship_to=doubtful)])
        await fraud.add_fraud_block(tx, BlockField.NAME, "Ana Keller")
        (both,) = await orders.place(tx, [new_order(ship_to=doubtful)])
        assert list(both.holds) == [*plain.holds, "fraud"]
        assert await why(tx, both) == "Its name is blocked."
        assert await wrong_in_the_books(tx) == {}


async def test_a_try_says_what_would_have_been_held_and_changes_nothing(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await orders.place(tx, [new_order(), new_order(), new_order({"C": 3})])
        await fraud.add_fraud_rule(tx, velocity(SameBy.EMAIL, 2))
        await fraud.add_fraud_block(tx, BlockField.EMAIL, "eve@example.org")
        looked_at, held = await fraud.try_rules(tx)
        assert looked_at == 3
        assert [one.why for one in held] == [("Order 3 with this e-mail address within 24 h; 2 are usual.",)]
        assert await tx.connection.execute("SELECT FROM orders.holds") is not None
        cursor = await tx.connection.execute("SELECT count(*) FROM orders.holds")
        assert await cursor.fetchone() == (0,)


async def test_a_rule_that_says_too_little_and_a_block_that_matches_nothing_are_refused(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        with pytest.raises(Refused) as refused:
            await fraud.add_fraud_rule(tx, NewFraudRule(kind=RuleKind.VELOCITY, most=2))
        assert [fault.pointer for fault in refused.value.faults] == ["/same_by", "/hours"]
        for field, typed in (
            (BlockField.EMAIL, "nobody"),
            (BlockField.PHONE, "12"),
            (BlockField.ADDRESS, "here"),
        ):
            with pytest.raises(Refused):
                await fraud.add_fraud_block(tx, field, typed)


async def test_the_api_makes_shows_and_drops_rules_and_blocks(
    web_client: httpx.AsyncClient, key: str
) -> None:
    async def send(path: str, **asked: Any) -> httpx.Response:
        return await web_client.post(path, json=asked, headers=bearer(key))

    rule = await send(
        "/api/fraud/rules", kind="amount", amount_minor=1000, currency="EUR", merchant="juniper"
    )
    block = await send("/api/fraud/blocks", field="email", value="ana@example.org", note="chargeback")
    assert (rule.status_code, block.status_code) == (201, 201)
    [shown] = (await web_client.get("/api/fraud/rules", headers=bearer(key))).json()
    assert (shown["kind"], shown["amount_minor"], shown["merchant"]) == ("amount", 1000, "Juniper")
    [blocked] = (await web_client.get("/api/fraud/blocks", headers=bearer(key))).json()
    assert (blocked["field"], blocked["shown"], blocked["note"]) == ("email", "ana@example.org", "chargeback")
    answer = (await post_order(web_client, key, new_order())).json()
    assert (answer["outcome"], answer["holds"]) == ("held", ["fraud"])
    tried = (await web_client.get("/api/fraud/try", headers=bearer(key))).json()
    assert tried["looked_at"] == 1
    assert tried["held"][0]["why"][0] == "Its e-mail address is blocked."
    for path in (f"/api/fraud/rules/{shown['id']}", f"/api/fraud/blocks/{blocked['id']}"):
        assert (await web_client.delete(path, headers=bearer(key))).status_code == 204
        assert (await web_client.delete(path, headers=bearer(key))).status_code == 404
    assert (await post_order(web_client, key, new_order())).json()["outcome"] == "created"
    wrong = await send("/api/fraud/rules", kind="velocity", most=1)
    assert [fault["pointer"] for fault in wrong.json()["errors"]] == ["/same_by", "/hours"]


async def test_spellings_of_one_place_fold_together() -> None:
    assert fold_street("Invaliden-Straße 117") == fold_street("invalidenstr. 117")
    assert fold_address("12 Main Street", "Springfield", "62701", "us") == fold_address(
        "12 main st.", "SPRINGFIELD, IL", "62701", "US"
    )
    assert fold_address("Rua São João 5", "São Paulo", "", "BR") == fold_address(
        "R. Sao Joao, 5", "Sao Paulo", "", "BR"
    )
    assert fold_address("Landstr. 1", "", "9494", "LI") != fold_address("Landstr. 11", "", "9494", "LI")
    assert fold_email("Ana+x@Example.org") == fold_email("ana@example.org")
    assert fold_email("@example.org") == ""
