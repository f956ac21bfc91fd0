"""Currencies with 0, 2, 3 and 4 decimals, through every door that takes or shows an amount: to the minor unit, and written as people write them."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from msgspec import structs

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.platform.links import write_link
from doorstep.stages import orders
from doorstep.stages.orders import RefundAsk
from doorstep.stages.orders.rules import edi
from doorstep.stages.orders.rules.x12 import Transaction, read
from doorstep.world.partner import TradingPartner
from tests.orders.conftest import Paying, bearer
from tests.orders.sheets import order_row, table
from tests.orders.test_x12 import AT, PARTNER
from tests.orders.trading import elements
from tests.platform.people import add_person, sign_in
from tests.worlds.catalog import WORLD
from tests.worlds.changes import done, wanted
from tests.worlds.inventory import small_world
from tests.worlds.orders import body, by_card, new_order


@dataclass(frozen=True)
class Money:
    """A currency; two units at `unit` each and the freight, as counted and as people write them."""

    code: str
    unit: int
    unit_said: str
    due: int
    due_said: str
    freight: str


CURRENCIES = [
    Money("JPY", 1250, "1250", 3000, "3,000 JPY", "500"),
    Money("EUR", 1250, "12.50", 3000, "30.00 EUR", "5.00"),
    Money("KWD", 12345, "12.345", 25190, "25.190 KWD", "0.500"),
    Money("CLF", 12345, "1.2345", 25190, "2.5190 CLF", "0.0500"),
]
FREIGHT = 500
each = pytest.mark.parametrize("money", CURRENCIES, ids=lambda one: one.code)


async def sells_in(house: House, tenant: UUID, money: Money) -> None:
    """Let Juniper sell in a currency."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await tx.connection.execute(
            "UPDATE catalog.merchants SET currency = %s WHERE tenant_id = %s AND id = %s", [money.code, tenant, WORLD.merchant]
        )  # fmt: skip


def order(money: Money, **changed: Any) -> dict[str, Any]:
    """Two mugs and their freight."""
    made = body(
        new_order({"A": 2}, currency=money.code, shipping_minor=FREIGHT, total_minor=money.due, **changed)
    )
    made["lines"][0]["unit_minor"] = money.unit
    made["payments"][0]["amount_minor"] = money.due
    return made


@pytest.fixture
async def northside(house: House, tenant: UUID) -> None:
    """Northside with goods."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)


@each
async def test_an_order_keeps_its_minor_units_and_its_pages_say_them_as_people_do(
    money: Money, web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, northside: None
) -> None:
    assert 2 * money.unit + FREIGHT == money.due
    await sells_in(house, tenant, money)
    answer = await web_client.post("/api/orders", json=order(money), headers=bearer(key))
    assert answer.status_code == 201, answer.text
    order_id = answer.json()["id"]
    told = (await web_client.get(f"/api/orders/{order_id}", headers=bearer(key))).json()
    assert (told["currency"], told["total_minor"], told["lines"][0]["unit_minor"]) == (
        money.code,
        money.due,
        money.unit,
    )
    wrong = order(money)
    wrong["total_minor"] += 100
    refused = await web_client.post("/api/orders", json=wrong, headers=bearer(key))
    assert (refused.status_code, money.due_said in refused.text) == (422, True), refused.text
    await sign_in(web_client, await add_person(house, tenant, Role.OWNER))
    page = await web_client.get(f"/orders/{order_id}")
    assert money.due_said in page.text
    token = write_link(
        house, "order", tenant, UUID(order_id), (datetime.now(UTC) + timedelta(days=900)).date()
    )
    assert (await web_client.get(f"/t/{token}")).status_code == 200
    async with house.db.transaction(tenant, actor="test") as tx:
        await done(tx, UUID(order_id), lines=await wanted(tx, UUID(order_id), A=1))
    page = await web_client.get(f"/orders/{order_id}")
    assert f"total was: {money.due_said}".lower() in page.text.lower()


@each
async def test_a_table_says_amounts_as_people_write_them(
    money: Money, web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, northside: None
) -> None:
    await sells_in(house, tenant, money)
    heading = (
        "Order number,SKU,Quantity,Price,Shipping,Total,Currency,Name,Street,Postal code,City,Country,E-mail"
    )
    row = order_row("1", "A", 2, money.unit_said).split(",")
    total = money.due_said.split()[0].replace(",", "")
    row[4:4] = [money.freight, total, money.code]
    file = b64encode(table(",".join(row), heading=heading)).decode()
    answer = await web_client.post(
        "/api/orders/import", json={"file": file, "merchant": "juniper"}, headers=bearer(key)
    )
    (one,) = answer.json()["orders"]
    assert one["outcome"] == "created", one
    async with house.db.transaction(tenant, actor="test") as tx:
        found = await orders.read(tx, UUID(one["id"]))
    assert found is not None
    assert (found.order.total_minor, found.order.shipping_minor, found.lines[0].unit_minor) == (
        money.due,
        FREIGHT,
        money.unit,
    )


@each
async def test_what_is_taken_and_given_back_is_the_same_at_the_processor(
    money: Money, paying: Paying
) -> None:
    await sells_in(paying.house, paying.tenant, money)
    plain = by_card({"A": 2}, currency=money.code, shipping_minor=FREIGHT, total_minor=money.due)
    line = structs.replace(plain.lines[0], unit_minor=money.unit)
    payment = structs.replace(plain.payments[0], amount_minor=money.due)
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        (verdict,) = await orders.place(tx, [structs.replace(plain, lines=[line], payments=[payment])])
    assert verdict.order_id is not None, verdict.faults
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        assert await orders.start_shipping(tx, [verdict.order_id]) == []
        await orders.want_capture(tx, [verdict.order_id])
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await orders.refund(tx, [RefundAsk(verdict.order_id, money.unit, "returned", "R-1")])
    await paying.settle()
    assert await paying.books() == [
        ("authorized", money.due),
        ("captured", money.due),
        ("refunded", money.unit),
    ]
    currencies = {one.get("currency") for one in (await paying.processor.get("/v1/ledger")).json()["entries"]}
    assert currencies <= {money.code, None}


def purchase(money: Money) -> Transaction:
    """A purchase order of two mugs, with a charge of ten and an allowance of one and a half."""
    books = TradingPartner()
    one = books.order("PO-1", ["1", "2", "EA", money.unit_said, "", "VN", "A"])
    one[2:3] = [
        ["CUR", "BY", money.code],
        ["SAC", "C", "D240", "", "", "1000"],
        ["SAC", "A", "A400", "", "", "150"],
    ]
    (interchange,) = read(books.write("PO", [one]))[0]
    return interchange.groups[0].sets[0]


@each
def test_edi_tells_prices_as_numbers_and_charges_with_two_decimals_in_any_currency(money: Money) -> None:
    order = edi.read_order(purchase(money), PARTNER, AT, "1")
    places = {"JPY": 0, "EUR": 2, "KWD": 3, "CLF": 4}[money.code]
    asked = order.heard.asked
    assert asked["lines"][0]["unit_minor"] == money.unit
    assert asked["shipping_minor"] == 10 * 10**places
    assert asked["discount_minor"] == {"JPY": 2, "EUR": 150, "KWD": 1500, "CLF": 15000}[money.code], (
        "half a yen is rounded up"
    )
    assert asked["total_minor"] == 2 * money.unit + asked["shipping_minor"] - asked["discount_minor"]
    said = edi.purchase("PO-1", "accepted", order.lines, [], AT)
    assert elements(said, "PO1")[0][3] == money.unit_said
