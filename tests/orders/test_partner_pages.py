"""The pages of EDI partners: one is connected, tested, sent to; documents are fetched, settings changed, what was refused tried again."""

import re
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.auth import NewUser, Role
from doorstep.platform.house import House
from doorstep.stages.orders.acts.channels import hearing
from doorstep.stages.orders.acts.edi import partners
from doorstep.stages.orders.acts.edi.partners import NewPartner
from doorstep.world.partner import TradingPartner, serve_partner
from tests.orders.test_shop_pages import post, read
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world

HOSTILE = "</textarea><script>alert(1)</script>"


@pytest.fixture(autouse=True)
async def world(house: House, tenant: UUID) -> None:
    """Northside with goods."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)


@pytest.fixture
async def served() -> AsyncIterator[tuple[TradingPartner, str]]:
    """A partner that answers."""
    books = TradingPartner()
    async with serve_partner(books) as url:
        yield books, url


@pytest.fixture
async def desk(web_client: httpx.AsyncClient, house: House, tenant: UUID) -> httpx.AsyncClient:
    """A manager's browser, signed in."""
    login = f"maria-{tenant.hex[:12]}"
    await auth.add_user(house.db, tenant, NewUser(login, "Maria", "a long password", (Role.MANAGER,)))
    await web_client.get("/sign-in")
    await post(web_client, "/sign-in", login=login, password="a long password")
    return web_client


def filled(url: str = "", **changed: str) -> dict[str, str]:
    """The form that connects a partner."""
    return {
        "merchant": str(WORLD.merchant), "code": "acme-edi", "their_qualifier": "ZZ", "their_id": "ACME", "our_qualifier": "ZZ",
        "our_id": "DOORSTEP", "usage": "P", "version": "004010", "currency": "EUR", "country": "LI", "units": "CA=12; dz=12",
        "base_url": url, "api_key": "hush", "strict": "yes", **changed,
    }  # fmt: skip


async def connected(desk: httpx.AsyncClient, **form: str) -> str:
    """Connect a partner and return the address of its page."""
    answer = await post(desk, "/partners", **filled(**form))
    return str(answer.headers["location"])


async def send(desk: httpx.AsyncClient, address: str, text: str) -> httpx.Response:
    """Send a file of X12."""
    return await desk.post(
        f"{address}/interchanges", data={"_csrf_token": desk.cookies["doorstep_csrf"]}, files={"file": ("in.edi", text.encode())},
        headers={"accept": "text/html"},
    )  # fmt: skip


async def test_a_partner_is_connected_and_tested(
    desk: httpx.AsyncClient, served: tuple[TradingPartner, str]
) -> None:
    books, url = served
    address = await connected(desk, base_url=url)
    page = await read(desk, address)
    assert ("ZZ:ACME" in page, "CA=12, DZ=12" in page, "hush" in page) == (True, True, False)
    await post(desk, f"{address}/test")
    assert "The partner&#39;s address answers." in await read(desk, address)
    books.key = "another"
    await post(desk, f"{address}/test")
    assert "check the key" in await read(desk, address)
    assert "acme-edi" in await read(desk, "/partners")
    assert "acme-edi" not in await read(desk, "/channels")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"code": "Big Partner"}, "code"), ({"base_url": "ftp://x"}, "base url"), ({"their_id": ""}, "their id"),
        ({"units": "CA=many"}, "units"), ({"usage": "X"}, "usage"), ({"our_id": "A*B"}, "our id"), ({"merchant": "x"}, "merchant"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_told_and_what_was_typed_is_kept(
    desk: httpx.AsyncClient, changed: dict[str, str], told: str
) -> None:
    answer = await post(desk, "/partners", **filled(**{"country": "CH", **changed}))
    assert "The partner was not connected" in answer.text
    assert re.search(rf"<li>[^<]*{told}", answer.text)
    assert 'value="CH"' in answer.text


async def test_a_file_is_taken_and_its_documents_are_fetched(desk: httpx.AsyncClient) -> None:
    address, books = await connected(desk, base_url=""), TradingPartner()
    text = books.write("PO", [books.order("PO-1", ["1", "2", "EA", "12.50", "", "VN", "A"])])
    await send(desk, address, text)
    page = await read(desk, address)
    assert ("with 1 set(s)" in page, "PO-1" in page, "Functional acknowledgment" in page) == (
        True,
        True,
        True,
    )
    assert ">Waiting<" in page
    links = re.findall(r'href="(/partners/documents/[^"]+)"[^>]*>(\d+)<', page)
    (functional,) = [href for href, kind in links if kind == "997"]
    fetched = await desk.get(functional)
    assert (fetched.headers["content-disposition"], fetched.text[:3]) == (
        'attachment; filename="997-1.edi"',
        "ISA",
    )
    assert "waits" not in await read(desk, address)
    await send(desk, address, text)
    assert "It came before, and changed nothing." in await read(desk, address)


async def test_a_file_that_is_nobodys_is_told_with_its_segment(desk: httpx.AsyncClient) -> None:
    address, books = await connected(desk), TradingPartner()
    books.name = "EMCA"
    answer = await send(desk, address, books.write("PO", []))
    assert "nobody is connected who sends as ZZ:EMCA" in answer.text
    assert "does not begin with ISA" in (await send(desk, address, HOSTILE)).text
    assert "Choose a file" in (await send(desk, address, "")).text


async def test_hostile_texts_of_a_partner_do_nothing_on_its_page(desk: httpx.AsyncClient) -> None:
    address, books = await connected(desk, base_url=""), TradingPartner()
    hostile = HOSTILE.replace(">", "&")
    line = ["1", "1", hostile[:2], hostile, "", "VN", hostile]
    await send(desk, address, books.write("PO", [books.order(hostile[:22], line, to=hostile)]))
    page = await read(desk, address)
    assert hostile[:10] not in page
    assert "&lt;/textarea" in page


async def test_settings_are_changed_and_what_is_no_number_is_told(
    desk: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    address = await connected(desk)
    await post(desk, f"{address}/settings", units="BX=6")
    await post(desk, f"{address}/settings", units="CA=0, DZ=x", strict="yes")
    assert "CA, DZ: say how many pieces" in await read(desk, address)
    async with house.db.transaction(tenant, actor="test") as tx:
        (partner,) = await partners.partners(tx)
    assert (partner.units, partner.strict) == ({"BX": 6}, False)


async def test_a_refused_order_is_tried_again_and_what_waits_is_delivered_anew(
    desk: httpx.AsyncClient, house: House, tenant: UUID, served: tuple[TradingPartner, str]
) -> None:
    books, url = served
    address = await connected(desk, base_url=url)
    await send(desk, address, books.write("PO", [books.order("PO-1", ["1", "1", "BX", "1", "", "VN", "A"])]))
    async with house.db.transaction(tenant, actor="test") as tx:
        found = await tx.connection.execute(
            "SELECT hearing FROM orders.shop_orders WHERE tenant_id = %s", [tenant]
        )
        await hearing.fold(tx, [row[0] for row in await found.fetchall()])
    page = await read(desk, address)
    assert "unit BX is not in the partner&#39;s settings" in page
    assert "Deliver what waits" in page
    await post(desk, f"{address}/again", ref="PO-1")
    await post(desk, f"{address}/send")
    assert "2 set(s) are being delivered" in await read(desk, address)


async def test_a_merchant_sees_its_own_partners_only(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        new = NewPartner(code="acme-edi", merchant_id=WORLD.merchant, our_id="DOORSTEP", their_id="ACME")
        partner_id = await partners.connect_partner(tx, new)
    login = f"rival-{tenant.hex[:12]}"
    user = NewUser(login, "Rival", "a long password", (Role.MERCHANT,), merchant_id=uuid4())
    await auth.add_user(house.db, tenant, user)
    await web_client.get("/sign-in")
    await post(web_client, "/sign-in", login=login, password="a long password")
    assert "acme-edi" not in await read(web_client, "/partners")
    answer = await web_client.get(f"/partners/{partner_id}", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert (await post(web_client, "/partners", **filled())).status_code == 403
