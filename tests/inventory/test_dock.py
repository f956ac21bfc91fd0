"""The dock's handheld pages: from the scanned plate to the closed arrival."""

import re
from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages import catalog, inventory
from doorstep.stages.inventory.acts.receiving import announcing, expecting
from tests.platform.people import add_person, csrf_of, sign_in
from tests.worlds.arrivals import PLATES, announce
from tests.worlds.catalog import BARCODES, CASE_OF_A, WORLD, asks_serials, bin_code
from tests.worlds.inventory import small_world, wrong_in_the_books


@pytest.fixture
async def arrival(house: House, tenant: UUID) -> UUID:
    """Twenty mugs and four lamps that are expected, on two plates."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        return await announce(tx, "PO-1041", {WORLD.a: 20, WORLD.c: 4}, plates=PLATES)


class Hand:
    """Somebody with a handheld, who goes on from page to page."""

    def __init__(self, client: httpx.AsyncClient, path: str) -> None:
        self.client = client
        self.path = path
        self.page = ""

    async def look(self) -> str:
        """Open the page."""
        self.page = (await self.client.get(self.path)).text
        return self.page

    async def send(self, action: str, **fields: str) -> str:
        """Send the form of the page that leads to `action`, with some fields filled in, and follow."""
        await self.look()
        [form] = re.findall(
            rf'<form[^>]*method="post" action="{re.escape(action)}".*?</form>', self.page, re.DOTALL
        )
        kept = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
        sent = {**kept, "_csrf_token": csrf_of(self.page), **fields}
        answer = await self.client.post(action, data=sent, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        self.path = str(answer.url).removeprefix("http://test")
        self.page = answer.text
        return self.page

    async def scan(self, arrival: UUID, code: str, **fields: str) -> str:
        """Scan a code."""
        return await self.send(f"/receive/{arrival}/scan", code=code, **fields)

    async def say(self, arrival: UUID, **fields: str) -> str:
        """Fill in what scans do not say."""
        return await self.send(f"/receive/{arrival}/hand", **fields)


@pytest.fixture
async def hand(web_client: httpx.AsyncClient, house: House, tenant: UUID, arrival: UUID) -> Hand:
    """A picker at the dock."""
    await sign_in(web_client, await add_person(house, tenant, Role.PICKER))
    return Hand(web_client, f"/receive/{arrival}")


async def test_an_arrival_is_found_by_its_number_and_its_plates(
    hand: Hand, arrival: UUID, web_client: httpx.AsyncClient
) -> None:
    assert "PO-1041" in (await web_client.get("/receive")).text
    for code in ("PO-1041", PLATES[0], f"00{PLATES[1]}"):
        hand.path = f"/receive?site={WORLD.north}"
        await hand.send("/receive/scan", code=code)
        assert hand.path == f"/receive/{arrival}", code


async def test_units_are_scanned_counted_and_put_to_a_bin(
    hand: Hand, arrival: UUID, house: House, tenant: UUID
) -> None:
    assert "1 of 2 is here, 1 missing" in await hand.scan(arrival, PLATES[0])
    assert "Plate 2 of 2 is here." in await hand.scan(arrival, PLATES[1])
    assert "Stoneware mug: scan more" in await hand.scan(arrival, CASE_OF_A)
    assert "13 of A" in await hand.scan(arrival, BARCODES["A"])
    assert "That is C" in await hand.scan(arrival, BARCODES["C"])
    assert "Write a whole number" in await hand.say(arrival, quantity="many")
    assert 'value="13"' in hand.page, "the last good number returns"
    assert "20 units." in await hand.say(arrival, quantity="20")
    assert "On plate" in await hand.scan(arrival, PLATES[0])
    assert "has no bin" in await hand.scan(arrival, "Z-99")
    assert 'value="20"' in hand.page, "a wrong scan keeps the count"
    assert "was offered. Say why" in await hand.scan(arrival, bin_code(2, 2))
    put = await hand.send(f"/receive/{arrival}/elsewhere", placed_why="nearer")
    assert "20 units lie in" in put
    async with house.db.transaction(tenant, actor="test") as tx:
        assert (await inventory.available(tx, [WORLD.a]))[WORLD.a] == 120
        assert await wrong_in_the_books(tx) == {}


async def test_a_scan_that_comes_twice_is_said_to_be_done(
    hand: Hand, arrival: UUID, house: House, tenant: UUID
) -> None:
    await hand.scan(arrival, BARCODES["A"])
    held = hand.path
    await hand.scan(arrival, bin_code(1, 1), command="once")
    hand.path = held
    assert "in the books already" in await hand.scan(arrival, bin_code(1, 1), command="once")
    async with house.db.transaction(tenant, actor="test") as tx:
        assert (await inventory.available(tx, [WORLD.a]))[WORLD.a] == 101


async def test_a_gs1_label_counts_its_units(hand: Hand, arrival: UUID) -> None:
    page = await hand.scan(arrival, f"(01)0{BARCODES['A']}(37)6(10)L7(17)270630")
    assert 'value="6"' in page
    assert 'value="L7"' in page
    assert "12 of A" in await hand.scan(arrival, f"(01)0{BARCODES['A']}(37)6(10)L7(17)270630")
    assert "That is lot L8" in await hand.scan(arrival, f"(01)0{BARCODES['A']}(10)L8")


async def test_units_are_named_by_label_by_scan_and_by_list(
    hand: Hand, arrival: UUID, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await asks_serials(tx, WORLD.c)
    await hand.scan(arrival, f"(01)0{BARCODES['C']}(21)S-1")
    assert "is named already" in await hand.scan(arrival, f"(01)0{BARCODES['C']}(21)S-1")
    assert "2 of C" in await hand.scan(arrival, BARCODES["C"])
    assert "Scan its serial number, or the bin" in hand.page
    assert "is no serial number" in await hand.scan(arrival, "has blank")
    assert "is named already" in await hand.scan(arrival, "S-1")
    assert ">S-2</span>.<" in await hand.scan(arrival, "S-2")
    assert "The warehouse has no bin" in await hand.scan(arrival, "S-3"), "each unit has its number"
    await hand.say(arrival, quantity="4", serials="S-1\r\nS-2\r\nS-3\r\n")
    [offered] = re.findall(r'<strong class="place">([^<]+)<', hand.page)
    assert "Name each unit once" in await hand.scan(arrival, offered)
    assert "too many numbers" in await hand.say(arrival, quantity="4", serials="S-1 " * 1001)
    await hand.say(arrival, quantity="4", serials="S-1 S-2 S-3 S-4")
    assert "4 units lie in" in await hand.scan(arrival, offered)
    async with house.db.transaction(tenant, actor="test") as tx:
        known = [len(await inventory.serials_called(tx, f"S-{number}")) for number in range(1, 5)]
        assert known == [1, 1, 1, 1]
        assert await wrong_in_the_books(tx) == {}


async def test_labels_of_products_without_numbers_are_read_without(hand: Hand, arrival: UUID) -> None:
    await hand.scan(arrival, f"(01)0{BARCODES['A']}(21)S-1")
    assert "2 of A" in await hand.scan(arrival, f"(01)0{BARCODES['A']}(21)S-1")
    assert "2 units lie in" in await hand.scan(arrival, bin_code(1, 1))


async def test_too_many_ask_for_a_second_look(hand: Hand, arrival: UUID, house: House, tenant: UUID) -> None:
    await hand.scan(arrival, BARCODES["C"])
    await hand.say(arrival, quantity="5")
    assert "1 more than expected. Count again" in await hand.scan(arrival, bin_code(2, 2))
    assert "5 units lie in" in await hand.scan(arrival, bin_code(2, 2))
    await hand.scan(arrival, BARCODES["C"])
    await hand.say(arrival, quantity="50")
    assert "Somebody from the desk" in await hand.scan(arrival, bin_code(2, 2))
    async with house.db.transaction(tenant, actor="test") as tx:
        assert (await inventory.available(tx, [WORLD.c]))[WORLD.c] == 35


async def test_what_is_not_good_needs_a_reason_and_no_bin(
    hand: Hand, arrival: UUID, house: House, tenant: UUID
) -> None:
    await hand.scan(arrival, BARCODES["C"])
    assert "Say why." in await hand.say(arrival, found="refused")
    assert "Say why they are refused" in await hand.say(arrival, found="refused", why="", done="1")
    assert "1 go back: glass" in await hand.say(arrival, found="refused", why="glass", done="1")
    for _ in range(2):
        await hand.scan(arrival, BARCODES["C"])
        assert "set aside" in await hand.say(arrival, found="damaged", why="shade", done="1")
    async with house.db.transaction(tenant, actor="test") as tx:
        assert (await inventory.available(tx, [WORLD.c]))[WORLD.c] == 30


async def test_what_is_expected_is_hidden_where_it_was_agreed(
    hand: Hand, arrival: UUID, house: House, tenant: UUID
) -> None:
    assert "0 / 24" in await hand.look()
    async with house.db.transaction(tenant, actor="test") as tx:
        [supplier] = await expecting.suppliers(tx)
        blind = {name: getattr(supplier, name) for name in supplier.__slots__} | {"hides_expected": True}
        await announcing.change_supplier(tx, type(supplier)(**blind))
    for page in (await hand.look(), await hand.scan(arrival, BARCODES["C"])):
        shown = page[page.index("<main") :]
        assert "of 20" not in shown
        assert "of 4" not in shown
    assert "0 / 24" not in await hand.look()


async def test_an_unknown_code_is_linked_by_the_desk_and_refused_to_others(
    hand: Hand, arrival: UUID, house: House, tenant: UUID, web_client: httpx.AsyncClient
) -> None:
    assert "set it aside for the desk" in await hand.scan(arrival, "SLEEVE-6")
    assert (await web_client.get(f"/receive/{arrival}/link?code=X")).status_code == 403
    web_client.cookies.clear()
    await sign_in(web_client, await add_person(house, tenant, Role.MANAGER))
    assert "What is it?" in await hand.scan(arrival, "SLEEVE-6")
    assert "Field guide" in (await web_client.get(f"{hand.path}&q=guide")).text
    link = f"/receive/{arrival}/link"
    assert "Say how many units" in await hand.send(link, product=str(WORLD.a), units="0")
    assert "Choose the product" in await hand.send(link, units="6")
    page = await hand.send(link, product=str(WORLD.a), units="6")
    assert "SLEEVE-6</span> is A from now on" in page
    async with house.db.transaction(tenant, actor="test") as tx:
        [found] = await catalog.by_barcode(tx, ["SLEEVE-6"])
        assert (found.sku, found.units) == ("A", 6)


async def test_what_comes_for_the_first_time_is_measured(
    hand: Hand, house: House, tenant: UUID, arrival: UUID
) -> None:
    new = catalog.NewProduct(product_e(), {"E-1": 1})
    async with house.db.transaction(tenant, actor="test") as tx:
        await catalog.add_products(tx, [new])
        arrival_id = await announce(tx, "PO-2", {new.product.id: 3})
    hand.path = f"/receive/{arrival_id}"
    page = await hand.scan(arrival_id, "E-1")
    assert "comes for the first time" in page
    hand.path = f"/receive/{arrival_id}/measure?product={new.product.id}&quantity=1"
    action = f"/receive/{arrival_id}/measure"
    said = {"length_mm": "310", "width_mm": "220", "height_mm": "0", "weight_g": "900"}
    assert "whole numbers" in await hand.send(action, **said)
    assert "E is measured" in await hand.send(action, **{**said, "height_mm": "40"})
    async with house.db.transaction(tenant, actor="test") as tx:
        [one] = await catalog.products(tx, [new.product.id])
        assert (one.length_mm, one.width_mm, one.height_mm, one.weight_g) == (310, 220, 40, 900)
    offered = re.findall(r'<strong class="place">([^<]+)<', await hand.look())
    await hand.scan(arrival_id, offered[0])
    assert "comes for the first time" not in await hand.scan(arrival_id, "E-1")


def product_e() -> catalog.Product:
    """A tray that never came before."""
    return catalog.Product(
        id=UUID("01930000-0000-7000-8002-0000000000ee"),
        merchant_id=WORLD.merchant,
        sku="E",
        name="Walnut tray",
        length_mm=1,
        width_mm=1,
        height_mm=1,
        weight_g=1,
        price_minor=3400,
        currency="EUR",
    )


async def test_an_arrival_is_closed_with_a_reason_for_each_difference(hand: Hand, arrival: UUID) -> None:
    await hand.scan(arrival, CASE_OF_A)
    await hand.scan(arrival, bin_code(1, 1))
    close = f"/receive/{arrival}/close"
    hand.path = close
    assert "2 of 2 plates were not scanned" in await hand.look()
    reasons = {f"why-{WORLD.a}": "comes_later", f"why-{WORLD.c}": ""}
    assert "Say why for each difference" in await hand.send(close, **reasons)
    page = await hand.send(close, **{**reasons, f"why-{WORLD.c}": "short_shipped"})
    assert "Closed after 0 min: 12 short." in page
    assert "comes later" in page
    hand.path = f"/receive/{arrival}"
    answer = await hand.client.get(hand.path, follow_redirects=True)
    assert "PO-1041 is closed" in answer.text


async def test_goods_that_nobody_announced_open_an_arrival(hand: Hand) -> None:
    hand.path = "/receive/unannounced"
    page = await hand.send("/receive/unannounced", supplier="LOOM", reference="DN-7")
    assert "Scan what came." in page
    arrival_id = UUID(hand.path.rsplit("/", 1)[1])
    await hand.scan(arrival_id, CASE_OF_A)
    assert "12 units lie in" in await hand.scan(arrival_id, bin_code(1, 1))
    hand.path = f"/receive/{arrival_id}"
    assert "or <span" not in await hand.look()
    hand.path = "/receive/unannounced"
    assert "Write the number" in await hand.send("/receive/unannounced", supplier="LOOM", reference="")
    hand.path = "/receive/unannounced"
    assert "is known here" in await hand.send("/receive/unannounced", supplier="LOOM", reference="DN-7")
