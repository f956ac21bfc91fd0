"""The catalog's pages, as people of each role see and use them."""

from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import catalog
from tests.platform.people import add_person, csrf_of, sign_in
from tests.worlds.catalog import WORLD, bin_code, build_catalog, juniper

PAGES = (
    "/catalog",
    "/catalog/new",
    f"/catalog/products/{WORLD.c}",
    f"/catalog/products/{WORLD.kit}",
    "/catalog/merchants",
    f"/catalog/merchants/{WORLD.merchant}",
    "/catalog/sites",
    f"/catalog/sites/{WORLD.north}",
    f"/catalog/sites/{WORLD.center}",
    "/catalog/boxes",
    "/catalog/carriers",
    "/catalog/vans",
    "/catalog/import",
)


@pytest.fixture
async def manager(web_client: httpx.AsyncClient, house: House, tenant: UUID) -> httpx.AsyncClient:
    """A manager of Northside at the desk."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
    await sign_in(web_client, await add_person(house, tenant, Role.MANAGER))
    return web_client


async def test_every_page_shows_what_there_is(manager: httpx.AsyncClient) -> None:
    shown = {path: await manager.get(path) for path in PAGES}
    assert {path: page.status_code for path, page in shown.items()} == dict.fromkeys(PAGES, 200)
    assert "Glass lamp" in shown["/catalog"].text
    assert "fragile" in shown[f"/catalog/products/{WORLD.c}"].text
    assert "Stoneware mug" in shown[f"/catalog/products/{WORLD.kit}"].text
    assert bin_code(4, 10) in shown[f"/catalog/sites/{WORLD.north}"].text
    assert "Parcelo Express" in shown["/catalog/carriers"].text
    assert "parcelo-key" not in shown["/catalog/carriers"].text, "a carrier's secrets are never shown"


async def test_every_page_is_complete_when_there_is_nothing(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    await sign_in(web_client, await add_person(house, tenant, Role.OWNER))
    for path in PAGES:
        page = await web_client.get(path)
        assert page.status_code == (404 if str(WORLD.north)[:8] in path else 200), path


async def test_a_product_is_made_and_changed_by_form_and_faults_stand_at_their_fields(
    manager: httpx.AsyncClient,
) -> None:
    token = csrf_of((await manager.get("/catalog/new")).text)
    form = {"_csrf_token": token, "merchant": "juniper", "sku": "NEW-1", "name": "Bowl", "kind": "single"}
    wrong = await manager.post("/catalog/products", data={**form, "length_mm": "ten", "price": "1.234"})
    assert "Write a whole number without a unit." in wrong.text
    assert "Write the price like 12.50." in wrong.text
    assert 'value="NEW-1"' in wrong.text, "what was typed is still there"
    sizes = {"length_mm": "100", "width_mm": "100", "height_mm": "60", "weight_g": "300", "price": "9.50"}
    made = await manager.post("/catalog/products", data={**form, **sizes, "barcodes": "5901234123457*6"})
    assert "belongs to" in made.text, "the code is the lamp's"
    made = await manager.post("/catalog/products", data={**form, **sizes, "barcodes": "BOWL*6"})
    assert made.status_code == 303
    page = await manager.get(made.headers["location"])
    assert "9.50 EUR" in page.text
    assert "BOWL*6" in page.text
    edit = {**form, **sizes, "editing": "yes", "price": "8.00", "fragile": "yes"}
    await manager.post("/catalog/products", data=edit)
    assert "8.00 EUR" in (await manager.get(made.headers["location"])).text


async def test_a_table_is_looked_at_first_and_then_imported(manager: httpx.AsyncClient) -> None:
    table = "merchant;sku;name;length_mm;width_mm;height_mm;weight_g;price\njuniper;T1;Tray;10;10;10;100;4.00\njuniper;T2;;;;;;\n"
    token = csrf_of((await manager.get("/catalog/import")).text)
    seen = await manager.post(
        "/catalog/import",
        data={"_csrf_token": token, "do": "preview"},
        files={"file": ("goods.csv", table.encode(), "text/csv")},
    )
    assert seen.status_code == 200
    assert "Would be created" in seen.text
    assert "Fill it in: a new product needs it." in seen.text
    assert "T1" not in (await manager.get("/catalog")).text
    done = await manager.post(
        "/catalog/import",
        files={"_csrf_token": (None, token), "do": (None, "import"), "table": (None, table)},
    )
    assert "Created" in done.text
    assert "Tray" in (await manager.get("/catalog")).text
    broken = await manager.post(
        "/catalog/import",
        data={"_csrf_token": token, "do": "preview"},
        files={"file": ("x.csv", b"\xff\xfe\x00", "text/csv")},
    )
    assert "The table was not read" in broken.text


async def test_a_merchants_face_changes_by_form(manager: httpx.AsyncClient) -> None:
    path = f"/catalog/merchants/{WORLD.merchant}"
    token = csrf_of((await manager.get(path)).text)
    form = {"_csrf_token": token, "name": "Juniper & Sons", "brand_color": "#102030", "return_days": "60"}
    wrong = await manager.post(path, data={**form, "rounding_minor": "many", "sender_email": "nobody"})
    assert "is not an e-mail address" in wrong.text
    await manager.post(
        path, data={**form, "rounding_minor": "2", "capture_parts": "parts", "checks_mail": "yes"}
    )
    assert "Juniper &amp; Sons" in (await manager.get("/catalog/merchants")).text
    page = (await manager.get(path)).text
    assert '<option value="parts" selected>' in page
    assert '<option value="yes" selected>' in page


async def test_a_carrier_is_switched_off_and_on(manager: httpx.AsyncClient) -> None:
    token = csrf_of((await manager.get("/catalog/carriers")).text)
    path = f"/catalog/carriers/{WORLD.parcelo}/switch"
    await manager.post(path, data={"_csrf_token": token, "active": "no"})
    assert "Use it again" in (await manager.get("/catalog/carriers")).text
    await manager.post(path, data={"_csrf_token": token, "active": "yes"})
    assert "Use it again" not in (await manager.get("/catalog/carriers")).text


async def test_a_person_of_a_merchant_sees_only_their_own(
    manager: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    other = juniper(id=new_id(), code="sorrel", name="Sorrel")
    async with house.db.transaction(tenant, actor="test") as tx:
        await catalog.add_merchants(tx, [other])
    manager.cookies.clear()
    await sign_in(manager, await add_person(house, tenant, Role.MERCHANT, merchant_id=other.id))
    page = await manager.get("/catalog")
    assert page.status_code == 200
    assert "Glass lamp" not in page.text
    assert (await manager.get(f"/catalog/products/{WORLD.a}")).status_code == 404
    assert (await manager.get(f"/catalog/merchants/{WORLD.merchant}")).status_code == 404
    assert (await manager.get("/catalog/carriers")).status_code == 403
    token = csrf_of((await manager.get("/catalog/new")).text)
    stolen = {"_csrf_token": token, "merchant": "juniper", "sku": "A", "name": "Mine now", "editing": "yes"}
    answer = await manager.post("/catalog/products", data=stolen)
    assert "Name a merchant that is there" in answer.text
