"""Tables of orders through the API and the page: previewed without a trace, imported once, the layout remembered."""

import re
from base64 import b64encode
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep.platform import auth, clock
from doorstep.platform.auth import NewUser, Role
from doorstep.platform.house import House
from doorstep.stages import inventory, orders
from doorstep.stages.orders.acts import importing
from tests.conftest import NOON
from tests.orders.sheets import HEADING, cells, order_row, table, workbook
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world, wrong_in_the_books


@pytest.fixture(autouse=True)
async def world(house: House, tenant: UUID) -> None:
    """Northside with goods."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)


async def send(client: httpx.AsyncClient, key: str, file: bytes, **more: Any) -> httpx.Response:
    """Send a table to the API."""
    body = {"file": b64encode(file).decode(), "merchant": "juniper", **more}
    return await client.post("/api/orders/import", json=body, headers={"authorization": f"Bearer {key}"})


async def outcomes(client: httpx.AsyncClient, key: str, file: bytes, **more: Any) -> list[tuple[str, str]]:
    """Return what became of each order."""
    answer = await send(client, key, file, **more)
    assert answer.status_code == 200, answer.text
    return [(one["reference"], one["outcome"]) for one in answer.json()["orders"]]


async def placed(house: House, tenant: UUID) -> list[str]:
    """Return the references of the orders that came by a table."""
    async with house.db.transaction(tenant, actor="test") as tx:
        return [one.external_ref for one in await orders.standing(tx, "sheet")]


MIXED = table(
    order_row("1"),
    order_row("1", "B", 2, "20.00"),
    order_row("2", "NOPE"),
    order_row("3", "A", 5000),
    order_row("4").replace("9494", "94"),
    order_row("5", "A", -1),
)


async def test_each_order_gets_its_own_verdict_and_a_bad_one_holds_up_no_other(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str
) -> None:
    answer = (await send(web_client, key, MIXED)).json()
    assert [(one["reference"], one["outcome"]) for one in answer["orders"]] == [
        ("1", "created"), ("2", "refused"), ("3", "refused"), ("4", "refused"), ("5", "refused")
    ]  # fmt: skip
    assert (answer["created"], answer["refused"]) == (1, 4)
    wrong = {
        one["reference"]: [(f["row"], f["field"]) for f in one["errors"]]
        for one in answer["orders"]
        if "errors" in one
    }
    assert wrong == {
        "2": [(4, "sku")],
        "3": [(5, "quantity")],
        "4": [(6, "postal_code")],
        "5": [(7, "quantity")],
    }
    assert await placed(house, tenant) == ["1"]


async def test_two_rows_of_one_reference_are_two_lines_of_one_order(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str
) -> None:
    (one,) = (await send(web_client, key, table(order_row("1"), order_row("1", "B", 2, "20.00")))).json()[
        "orders"
    ]
    async with house.db.transaction(tenant, actor="test") as tx:
        found = await orders.read(tx, UUID(one["id"]))
        assert found is not None
        assert [(line.sku, line.quantity) for line in found.lines] == [("A", 1), ("B", 2)]
        assert (found.order.total_minor, found.order.state) == (5250, "accepted")
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("O11")
async def test_the_same_table_again_creates_nothing(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str
) -> None:
    file = table(order_row("1"), order_row("2", "B", 1, "20.00"))
    assert await outcomes(web_client, key, file) == [("1", "created"), ("2", "created")]
    assert await outcomes(web_client, key, file) == [("1", "duplicate"), ("2", "duplicate")]
    assert await outcomes(web_client, key, workbook(cells(file))) == [("1", "duplicate"), ("2", "duplicate")]
    assert await placed(house, tenant) == ["1", "2"]


async def test_an_order_that_changed_under_its_reference_is_refused_and_says_where(
    web_client: httpx.AsyncClient, key: str
) -> None:
    await send(web_client, key, table(order_row("1")))
    (one,) = (await send(web_client, key, table(order_row("1", quantity=2)))).json()["orders"]
    assert (one["outcome"], {fault["field"] for fault in one["errors"]}) == ("refused", {"quantity", "total"})


async def test_a_preview_says_the_same_and_writes_nothing(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str
) -> None:
    looked = await outcomes(web_client, key, MIXED, preview=True)
    assert await placed(house, tenant) == []
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 100}
    assert await outcomes(web_client, key, MIXED) == looked


async def test_what_a_crash_left_out_is_made_up_by_sending_the_table_again(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    file = table(*(order_row(str(i)) for i in range(1, 6)))
    real, calls = orders.place, 0

    async def dies(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RuntimeError("the power went")
        return await real(*args, **named)

    monkeypatch.setattr(importing, "place", dies)
    assert (await send(web_client, key, file)).status_code == 500
    assert await placed(house, tenant) == ["1", "2"]
    assert [outcome for _, outcome in await outcomes(web_client, key, file)] == ["duplicate"] * 2 + [
        "created"
    ] * 3


async def test_columns_may_be_named_and_are_remembered_for_tables_of_the_same_layout(
    web_client: httpx.AsyncClient, key: str
) -> None:
    file = table(order_row("1"), heading=HEADING.replace("Order number", "Ticket").replace("SKU", "Thing"))
    assert (
        await send(web_client, key, table(order_row("1"), heading="a,b,c,d,e,f,g,h,i,j"))
    ).status_code == 422
    named = {"reference": "Ticket", "sku": "Thing", "quantity": "Quantity", "unit_price": "Price", "name": "Name", "street": "Street",
             "postal_code": "Postal code", "city": "City"}  # fmt: skip
    assert await outcomes(web_client, key, file, columns=named) == [("1", "created")]
    answer = (await send(web_client, key, file.replace(b"\n1,", b"\n2,"))).json()
    assert (answer["columns"], answer["created"]) == (named, 1)


async def test_a_country_that_no_row_says_is_the_warehouses_own(
    web_client: httpx.AsyncClient, key: str
) -> None:
    assert await outcomes(web_client, key, table(order_row().replace("Liechtenstein", ""))) == [
        ("1001", "created")
    ]


async def test_goods_without_a_price_are_taken_at_nothing(web_client: httpx.AsyncClient, key: str) -> None:
    file = table(order_row().replace("12.50,", ""), heading=HEADING.replace("Price,", ""))
    assert await outcomes(web_client, key, file) == [("1001", "created")]


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"columns": {"shade": "SKU"}}, "/columns/shade"),
        ({"columns": {"sku": "Nowhere"}}, "/columns/sku"),
        ({"columns": {"sku": "SKU"}}, "/columns"),
        ({"file": b"PK\x03\x04 no archive"}, "/file"),
        ({"file": b"\xff\xff\xff"}, "/file"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_a_pointer(
    web_client: httpx.AsyncClient, key: str, more: dict[str, Any], pointer: str
) -> None:
    answer = await send(web_client, key, **{"file": table(order_row()), **more})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_key_of_one_merchant_imports_for_no_other(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    own = await auth.make_key(house.db, tenant, "juniper", ["orders:write"], WORLD.merchant)
    assert await outcomes(web_client, own, table(order_row("1")), merchant=None) == [("1", "created")]
    other = await auth.make_key(house.db, tenant, "other", ["orders:write"], UUID(int=7))
    assert (await send(web_client, other, table(order_row("2")))).status_code == 404


async def test_only_an_import_scope_may_say_when_an_order_was_placed(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str
) -> None:
    file = table(f"{order_row('1')},2026-02-01", heading=f"{HEADING},Date")
    plain = await auth.make_key(house.db, tenant, "plain", ["orders:write"])
    (one,) = (await send(web_client, plain, file)).json()["orders"]
    (other,) = (await send(web_client, key, file.replace(b"\n1,", b"\n2,"))).json()["orders"]
    async with house.db.transaction(tenant, actor="test") as tx:
        first, second = await orders.read(tx, UUID(one["id"])), await orders.read(tx, UUID(other["id"]))
    assert first is not None
    assert second is not None
    assert (first.order.placed_at, second.order.placed_at.date().isoformat()) == (NOON, "2026-02-01")


# ---- the page ----


@pytest.fixture
async def desk(web_client: httpx.AsyncClient, house: House, tenant: UUID) -> httpx.AsyncClient:
    """A manager's browser, signed in."""
    login = f"maria-{tenant.hex[:12]}"
    await auth.add_user(house.db, tenant, NewUser(login, "Maria", "a long password", (Role.MANAGER,)))
    await web_client.get("/sign-in")
    await post(web_client, "/sign-in", login=login, password="a long password")
    return web_client


async def post(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Send a form."""
    data = {**fields, "_csrf_token": client.cookies["doorstep_csrf"]}
    return await client.post(path, data=data, headers={"accept": "text/html"})


async def upload(client: httpx.AsyncClient, file: bytes, name: str = "orders.csv") -> httpx.Response:
    """Choose a file on the page and send it."""
    data = {"merchant": str(WORLD.merchant), "_csrf_token": client.cookies["doorstep_csrf"]}
    return await client.post(
        "/orders/import", data=data, files={"file": (name, file)}, headers={"accept": "text/html"}
    )


def figures(page: str) -> dict[str, str]:
    """Return the figures of a page by name."""
    return dict(re.findall(r'<span class="name">([^<]+)</span><span class="value">([^<]+)</span>', page))


async def test_a_table_is_looked_at_before_it_is_imported(
    desk: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    address = (await upload(desk, MIXED)).headers["location"]
    looked = (await desk.get(address)).text
    assert figures(looked) == {
        "Would be created": "1",
        "Would be held": "0",
        "Already there": "0",
        "Refused": "4",
    }
    assert await placed(house, tenant) == []
    done = (await post(desk, address, do="import")).text
    assert figures(done) == {"Created": "1", "Held": "0", "Already there": "0", "Refused": "4"}
    again = (await post(desk, address, do="import")).text
    assert figures(again) == {"Created": "0", "Held": "0", "Already there": "1", "Refused": "4"}
    assert await placed(house, tenant) == ["1"]
    assert "imported" in (await desk.get("/orders/import")).text


async def test_what_was_refused_comes_back_as_a_file_to_be_mended_and_sent_again(
    desk: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    address = (await upload(desk, MIXED)).headers["location"]
    await post(desk, address, do="import")
    back = (await desk.get(f"{address}/refused.csv")).text
    heading, *rows = back.splitlines()
    assert (heading, len(rows)) == (f"{HEADING},What to do", 4)
    mended = (
        back.replace("NOPE", "A").replace(",5000,", ",1,").replace(",94,", ",9494,").replace(",-1,", ",1,")
    )
    again = (await upload(desk, mended.encode())).headers["location"]
    assert figures((await post(desk, again, do="import")).text)["Created"] == "4"
    assert await placed(house, tenant) == ["1", "2", "3", "4", "5"]


async def test_the_file_of_what_was_refused_computes_nothing(desk: httpx.AsyncClient) -> None:
    rows = [order_row(str(i)) for i in range(6)]
    rows[3] = rows[3].replace("Ana Keller", "=HYPERLINK(1)")
    address = (await upload(desk, table(*rows))).headers["location"]
    assert ",'=HYPERLINK(1)," in (await desk.get(f"{address}/refused.csv")).text


async def test_what_a_person_says_of_the_columns_counts_and_is_remembered(desk: httpx.AsyncClient) -> None:
    heading = HEADING.replace("Order number", "Ticket")
    address = (await upload(desk, table(order_row("1"), heading=heading))).headers["location"]
    page = (await desk.get(address)).text
    assert "Say first which column is" in page
    assert "Would be created" not in page
    said = dict(re.findall(r'name="(column-\d+)".*?<option value="([^"]*)" selected', page, re.DOTALL))
    await post(desk, address, do="look", **{**said, "column-0": "reference"})
    assert figures((await desk.get(address)).text)["Would be created"] == "1"
    await post(desk, address, do="import")
    next_one = (await upload(desk, table(order_row("2"), heading=heading))).headers["location"]
    again = (await desk.get(next_one)).text
    assert "as" not in figures(again)
    assert "The columns mean what you said last time." in again
    assert figures(again)["Would be created"] == "1"


@pytest.mark.parametrize("file", [b"", b"\xff\xff", b"PK\x03\x04", b"one column\n1\n"])
async def test_a_file_that_is_no_table_is_refused_on_the_page(desk: httpx.AsyncClient, file: bytes) -> None:
    answer = await upload(desk, file)
    assert (answer.status_code, "The file was not taken" in answer.text) == (200, True)


async def test_a_table_is_forgotten_after_a_week(desk: httpx.AsyncClient, house: House, tenant: UUID) -> None:
    address = (await upload(desk, MIXED)).headers["location"]
    await clock.simulate(house.db, tenant, NOON + timedelta(days=8))
    async with house.db.transaction(tenant, actor="test") as tx:
        await importing.forget_uploads(tx, [tenant])
    assert (await desk.get(address, headers={"accept": "text/html"})).status_code == 404


async def test_a_table_of_another_merchant_is_as_if_it_were_not_there(
    desk: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    address = (await upload(desk, MIXED)).headers["location"]
    async with house.db.transaction(tenant, actor="test") as tx:
        with pytest.raises(Exception, match="There is no upload"):
            await importing.find_upload(tx, UUID(address.rsplit("/", 1)[1]), UUID(int=7))
