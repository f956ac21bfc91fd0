"""The floor's pages, as people use them: plain forms that work without programs, and say what happened on the next page."""

import re
from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages.warehouse.model import FulfillmentState
from tests.platform.people import add_person, csrf_of, sign_in
from tests.worlds.catalog import BARCODES, WORLD, bin_code
from tests.worlds.warehouse import Floor


def unbroken(html: str) -> str:
    """Return a page without the marks that keep a code on one line."""
    return re.sub(r'<span class="nowrap">(.*?)</span>', r"\1", html)


class Browser:
    """A person's browser: follows redirects, sends forms with their CSRF field."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.path = "/"
        self.html = ""

    async def go(self, path: str) -> str:
        """Open a page."""
        answer = await self.client.get(path, headers={"accept": "text/html"}, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:2000])
        self.path, self.html = answer.url.path, unbroken(answer.text)
        return self.html

    async def send(self, path: str, **fields: str) -> str:
        """Send a form of the page that is open, and follow to the next."""
        fields["_csrf_token"] = csrf_of(self.html)
        answer = await self.client.post(
            path, data=fields, headers={"accept": "text/html"}, follow_redirects=True
        )
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:2000])
        self.path, self.html = answer.url.path, unbroken(answer.text)
        return self.html

    @property
    def answer(self) -> str:
        """The kind of the sentence on the page."""
        found = re.search(r'data-answer="(\w*)"', self.html)
        return found[1] if found else ""


@pytest.fixture
async def picker(house: House, tenant: UUID, web_client: httpx.AsyncClient) -> Browser:
    await sign_in(web_client, await add_person(house, tenant, Role.PICKER))
    return Browser(web_client)


@pytest.fixture
async def packer(house: House, tenant: UUID, web_client: httpx.AsyncClient) -> Browser:
    await sign_in(web_client, await add_person(house, tenant, Role.PACKER))
    return Browser(web_client)


async def test_a_picker_walks_a_cart_through_the_pages(floor: Floor, picker: Browser) -> None:
    await floor.work({"A": 2})
    await picker.go("/pick")
    assert "Get work" in picker.html
    await picker.send("/pick/next", site_id=str(WORLD.north))
    cart = picker.path
    assert bin_code(1, 1) in picker.html
    await picker.send(f"{cart}/scan", code="A-04-04")
    assert picker.answer == "wrong"
    assert f"expected the bin {bin_code(1, 1)}" in picker.html
    await picker.send(f"{cart}/scan", code=bin_code(1, 1))
    await picker.send(f"{cart}/scan", code=BARCODES["A"], command="b-1")
    await picker.send(f"{cart}/scan", code=BARCODES["A"], command="b-1")
    assert "Type the rest" in picker.html, "the repeated scan counted once"
    await picker.send(f"{cart}/scan", code="A", quantity="1")
    await picker.send(f"{cart}/scan", code="T-1")
    assert (picker.answer, "Next work" in picker.html) == ("good", True)
    assert await floor.lies("tote:T-1", WORLD.a) == 2
    await picker.go(f"{cart}/walk")
    assert "in S-shape order" in picker.html


async def test_a_picker_says_what_is_wrong_at_a_stop(floor: Floor, picker: Browser) -> None:
    await floor.work({"A": 2})
    await picker.go("/pick")
    await picker.send("/pick/next", site_id=str(WORLD.north))
    cart = picker.path
    await picker.send(f"{cart}/scan", code=bin_code(1, 1))
    await picker.go(f"{cart}/problem")
    found = re.search(r'name="pick_id" value="([0-9a-f-]+)"', picker.html)
    assert found
    await picker.send(f"{cart}/short", pick_id=found[1], reason="damaged")
    assert f"Take 2 from {bin_code(3, 4)} instead" in picker.html
    found = re.search(r'name="pick_id" value="([0-9a-f-]+)"', await picker.go(f"{cart}/problem"))
    assert found
    await picker.send(f"{cart}/skip", pick_id=found[1])
    assert "comes again at the end" in picker.html
    await picker.send(f"{cart}/full")
    assert "No tote is being filled" in picker.html
    await picker.go(f"{cart}/problem")
    await picker.send(f"{cart}/give-back")
    assert (picker.path, "waits for somebody else" in picker.html) == ("/pick", True)


async def test_no_cart_is_said_kindly(floor: Floor, picker: Browser) -> None:
    await picker.go("/pick")
    assert "No cart waits" in picker.html
    await picker.go("/put-back")
    await picker.send("/pick/next", site_id=str(WORLD.north))
    assert "No cart waits" in picker.html


async def test_a_packer_packs_with_scans_and_enter_alone(floor: Floor, packer: Browser) -> None:
    [order] = await floor.picked({"A": 1, "B": 1})
    await packer.go("/pack")
    assert f"Order {await floor.number(order)}" in packer.html
    await packer.send("/pack/open", code="T-1")
    bench = packer.path
    assert "<svg" in packer.html, "the picture of how it goes into the box"
    await packer.send(f"{bench}/scan", code=BARCODES["C"])
    assert packer.answer == "wrong"
    await packer.send(f"{bench}/scan", code=BARCODES["A"])
    await packer.send(f"{bench}/scan", code=BARCODES["B"])
    parcel = re.search(r'name="parcel_id" value="([0-9a-f-]+)"', packer.html)
    assert parcel
    await packer.send(f"{bench}/close", parcel_id=parcel[1], weight_g="nine")
    assert packer.answer == "warning"
    await packer.send(f"{bench}/close", parcel_id=parcel[1], weight_g="100")
    assert "g too light" in packer.html
    await packer.send(f"{bench}/close", parcel_id=parcel[1], weight_g="970")
    assert (packer.answer, "Packing slip P-" in packer.html) == ("good", True)
    slip = await packer.client.get(f"/pack/slips/{parcel[1]}")
    assert (slip.status_code, slip.content[:5]) == (200, b"%PDF-")
    assert await floor.states(order) == ["packed"]


async def test_a_packer_changes_the_box_and_splits_the_order(floor: Floor, packer: Browser) -> None:
    [order] = await floor.picked({"A": 2})
    await packer.go("/pack")
    await packer.send("/pack/open", code="T-1")
    bench = packer.path
    await packer.send(f"{bench}/box", box="M", reason="S is used up")
    await packer.send(f"{bench}/scan", code=BARCODES["A"])
    parcel = re.search(r'name="parcel_id" value="([0-9a-f-]+)"', packer.html)
    assert parcel
    await packer.send(f"{bench}/close", parcel_id=parcel[1], weight_g=str(260 + 350), more="yes")
    assert "Packing slip" in packer.html
    assert len(await floor.parcels(order)) == 2


async def test_goods_of_a_canceled_order_are_put_back_by_three_scans(floor: Floor, picker: Browser) -> None:
    [order] = await floor.picked({"A": 1})
    await floor.cancel(order)
    await floor.settle()
    await picker.go("/put-back")
    assert "T-1" in picker.html
    await picker.send("/put-back", code="T-1", source="", item="")
    await picker.send("/put-back", code=BARCODES["A"], source="T-1", item="")
    assert f"more lies in {bin_code(1, 1)}" in picker.html
    await picker.send("/put-back", code=bin_code(1, 1), source="T-1", item=BARCODES["A"])
    assert "Nothing goes back" in picker.html
    assert await floor.lies(f"bin:{bin_code(1, 1)}", WORLD.a) == 60


@pytest.mark.parametrize("state", [None, *FulfillmentState])
async def test_the_desk_sees_the_floor(
    floor: Floor, house: House, tenant: UUID, web_client: httpx.AsyncClient, state: str | None
) -> None:
    await floor.picked({"A": 1})
    await floor.work({"B": 1})
    await sign_in(web_client, await add_person(house, tenant, Role.VIEWER))
    desk = Browser(web_client)
    await desk.go("/floor" if state is None else f"/floor?state={state}&site_id={WORLD.north}")
    assert "Being picked" in desk.html
    cart = re.search(r"/floor/carts/[0-9a-f-]+", desk.html)
    assert cart
    await desk.go(cart[0])
    assert "Why so" in desk.html


async def test_two_browsers_of_one_person_are_two_devices(
    floor: Floor, house: House, tenant: UUID, picker: Browser
) -> None:
    await floor.work({"A": 1})
    await picker.go("/pick")
    await picker.send("/pick/next", site_id=str(WORLD.north))
    cart = picker.path
    picker.client.cookies.set("doorstep_device", "OTHER", domain="test.local")
    picker.client.cookies.delete("doorstep_device")
    picker.client.cookies.set("doorstep_device", "BEEF")
    await picker.go(cart)
    assert (picker.path, "is with Ana (H-" in picker.html) == ("/pick", True)
    await picker.send(f"{cart}/take", take_over="yes")
    assert picker.path == cart
