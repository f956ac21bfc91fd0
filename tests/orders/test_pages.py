"""The desk of orders and the shop windows, as plain forms without a script."""

import re
from uuid import UUID

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.auth import NewUser, Role
from doorstep.platform.house import House
from doorstep.stages import inventory, orders
from doorstep.stages.orders.pages.story import story
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world
from tests.worlds.orders import contact, place_one

ADDRESS = {
    "name": "Ana Keller",
    "street": "Im Rietle 14",
    "city": "Schaan",
    "postal_code": "9494",
    "country": "LI",
    "email": "ana@example.org",
    "phone": "+423 232 12 34",
}


@pytest.fixture
async def shop(house: House, tenant: UUID) -> str:
    """The address of Juniper's shop window."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    code = next(one.code for one in await auth.tenants(house.db) if one.id == tenant)
    return f"/shop/{code}/juniper"


@pytest.fixture
async def desk(web_client: httpx.AsyncClient, house: House, tenant: UUID, shop: str) -> httpx.AsyncClient:
    """A manager's browser, signed in."""
    login = f"maria-{tenant.hex[:12]}"
    await auth.add_user(house.db, tenant, NewUser(login, "Maria", "a long password", (Role.MANAGER,)))
    await send(web_client, "/sign-in", {"login": login, "password": "a long password"})
    return web_client


async def send(client: httpx.AsyncClient, path: str, fields: dict[str, str]) -> httpx.Response:
    """Send a form as a browser does, with the hidden field against forgery."""
    if "doorstep_csrf" not in client.cookies:
        await client.get("/sign-in")
    token = client.cookies["doorstep_csrf"]
    return await client.post(
        path, data={**fields, "_csrf_token": token}, headers={"accept": "text/html"}, follow_redirects=False
    )


async def checkout_fields(client: httpx.AsyncClient, shop: str) -> dict[str, str]:
    """The hidden fields of the checkout form."""
    form = (await client.get(f"{shop}/checkout", headers={"accept": "text/html"})).text
    return dict(
        re.findall(r'<input type="hidden" name="(command|language|seen_minor)" value="([^"]*)"', form)
    )


async def test_an_order_is_placed_in_the_shop_window_and_can_be_followed(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, shop: str
) -> None:
    window = await web_client.get(shop, headers={"accept": "text/html"})
    assert "Stoneware mug" in window.text
    assert "In stock" in window.text
    filled = await send(web_client, f"{shop}/basket", {"units:A": "2", "units:K": "1", "go": "checkout"})
    assert filled.headers["location"] == f"{shop}/checkout"
    fields = await checkout_fields(web_client, shop)
    assert fields["seen_minor"] == "7300"
    ordered = await send(web_client, f"{shop}/checkout", {**ADDRESS, **fields, "pay": "invoice"})
    assert ordered.status_code == 303
    thanks = await web_client.get(ordered.headers["location"], headers={"accept": "text/html"})
    assert "1001" in thanks.text
    assert re.search(r'href="/t/[\w=-]+"', thanks.text)
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.a, WORLD.b]) == {WORLD.a: 97, WORLD.b: 98}


async def test_a_double_click_orders_once(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, shop: str
) -> None:
    await send(web_client, f"{shop}/basket", {"units:A": "1", "go": "checkout"})
    fields = {**ADDRESS, **await checkout_fields(web_client, shop), "pay": "invoice", "units:A": "1"}
    first = await send(web_client, f"{shop}/checkout", fields)
    second = await send(web_client, f"{shop}/checkout", fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 99}


async def test_every_fault_is_shown_beside_its_field_and_the_form_is_kept(
    web_client: httpx.AsyncClient, shop: str
) -> None:
    await send(web_client, f"{shop}/basket", {"units:C": "31", "go": "checkout"})
    fields = await checkout_fields(web_client, shop)
    wrong = {**ADDRESS, "postal_code": "94", "email": "ana@", "phone": "12", "name": ""}
    answer = await send(web_client, f"{shop}/checkout", {**wrong, **fields, "pay": "invoice"})
    assert answer.status_code == 422
    for name in ("name", "postal_code", "email", "phone"):
        assert f'id="e-{name}"' in answer.text, name
    assert "only 30 left" in answer.text
    assert 'value="Im Rietle 14"' in answer.text


async def test_updating_the_basket_keeps_what_was_typed_and_orders_nothing(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, shop: str
) -> None:
    await send(web_client, f"{shop}/basket", {"units:A": "1", "go": "checkout"})
    fields = await checkout_fields(web_client, shop)
    typed = {**ADDRESS, **fields, "units:A": "3", "note": "ring twice", "go": "update"}
    answer = await send(web_client, f"{shop}/checkout", typed)
    assert answer.status_code == 200
    for kept in ('value="Im Rietle 14"', "ring twice", '<option value="LI" selected>Liechtenstein'):
        assert kept in answer.text, kept
    assert 'role="alert"' not in answer.text
    again = await web_client.get(f"{shop}/checkout", headers={"accept": "text/html"})
    assert re.search(r'name="units:A"[^>]*value="3"', again.text)
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 100}


async def test_a_shopper_whom_nothing_can_reach_is_asked_for_one_of_two(
    web_client: httpx.AsyncClient, shop: str
) -> None:
    await send(web_client, f"{shop}/basket", {"units:A": "1", "go": "checkout"})
    fields = {**ADDRESS, **await checkout_fields(web_client, shop), "pay": "invoice"}
    answer = await send(web_client, f"{shop}/checkout", {**fields, "email": " ", "phone": ""})
    assert answer.status_code == 422
    assert "an e-mail address or a phone number" in answer.text
    by_phone = await send(web_client, f"{shop}/checkout", {**fields, "email": "", "phone": "+423 232 12 34"})
    assert by_phone.status_code == 303


async def test_faults_are_told_in_the_shoppers_language(web_client: httpx.AsyncClient, shop: str) -> None:
    web_client.headers["accept-language"] = "pt-PT"
    await send(web_client, f"{shop}/basket", {"units:C": "31", "go": "checkout"})
    fields = {**await checkout_fields(web_client, shop), "country": "PT", "postal_code": "94", "phone": "1"}
    answer = await send(web_client, f"{shop}/checkout", {**fields, "pay": "invoice"})
    for said in ("restam apenas 30", "Por favor, preencha: Nome", "não corresponde ao país", "Suécia"):
        assert said in answer.text, said
    for english in ("Say who", "needs a", "cannot be dialed"):
        assert english not in answer.text, english


async def test_a_total_that_was_not_seen_is_not_ordered(web_client: httpx.AsyncClient, shop: str) -> None:
    await send(web_client, f"{shop}/basket", {"units:A": "1", "go": "checkout"})
    fields = {**ADDRESS, **await checkout_fields(web_client, shop), "seen_minor": "1", "pay": "invoice"}
    answer = await send(web_client, f"{shop}/checkout", fields)
    assert answer.status_code == 422
    assert "has changed" in answer.text


async def test_a_shop_that_is_not_there_is_not_found(web_client: httpx.AsyncClient, shop: str) -> None:
    for path in (f"{shop}x", "/shop/nobody/juniper", "/shop?tenant=nobody", f"{shop}/thanks/abc"):
        assert (await web_client.get(path, headers={"accept": "text/html"})).status_code == 404, path
    assert (await web_client.get("/shop")).status_code == 200


async def test_a_basket_of_nonsense_is_empty(web_client: httpx.AsyncClient, shop: str) -> None:
    name = f"basket_{shop.split('/')[2]}_juniper"
    for cookie in ("[]", "{", '{"A": -1}', '{"A": "1e9"}', '{"NOPE": 3}', "null"):
        form = await web_client.get(
            f"{shop}/checkout", headers={"accept": "text/html", "cookie": f"{name}={cookie}"}
        )
        assert form.status_code == 200
        assert "Your basket is empty" in form.text, cookie


async def test_the_desk_finds_holds_and_releases_an_order(
    desk: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="key:shop") as tx:
        order_id = await place_one(tx, {"A": 2}, external_ref="WEB-9", ship_to=contact(city="none"))
    found = await desk.get("/orders?q=WEB-9", headers={"accept": "text/html"})
    assert f"/orders/{order_id}" in found.text
    shown = await desk.get(f"/orders/{order_id}", headers={"accept": "text/html"})
    for said in ("Held for address", "looks like a placeholder", "by the key shop", "Stoneware mug"):
        assert said in shown.text, said
    released = await send(desk, f"/orders/{order_id}/release-hold", {"reason": "address"})
    assert released.headers["location"] == f"/orders/{order_id}"
    again = await desk.get(f"/orders/{order_id}", headers={"accept": "text/html"})
    assert "The hold is released." in again.text
    assert "Accepted" in again.text
    await send(desk, f"/orders/{order_id}/cancel", {"why": "customer called"})
    canceled = await desk.get(f"/orders/{order_id}", headers={"accept": "text/html"})
    assert "customer called" in canceled.text
    refused = await send(desk, f"/orders/{order_id}/hold", {"reason": "manual"})
    assert refused.status_code == 303
    assert "finished" in (await desk.get(f"/orders/{order_id}", headers={"accept": "text/html"})).text


async def test_the_list_is_complete_when_it_is_empty_and_when_nothing_is_found(
    desk: httpx.AsyncClient,
) -> None:
    assert "No order yet" in (await desk.get("/orders", headers={"accept": "text/html"})).text
    assert "No such order" in (await desk.get("/orders?q=zzz", headers={"accept": "text/html"})).text
    assert (await desk.get("/orders?state=nonsense", headers={"accept": "text/html"})).status_code == 422


async def test_an_order_of_another_merchant_is_not_there_for_a_merchants_person(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, shop: str
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        order_id = await place_one(tx)
    login = f"other-{tenant.hex[:12]}"
    person = NewUser(login, "Other", "a long password", (Role.MERCHANT,), UUID(int=5))
    await auth.add_user(house.db, tenant, person)
    await send(web_client, "/sign-in", {"login": login, "password": "a long password"})
    for path in (f"/orders/{order_id}", f"/orders/{UUID(int=9)}"):
        assert (await web_client.get(path, headers={"accept": "text/html"})).status_code == 404
    assert (await send(web_client, f"/orders/{order_id}/cancel", {"why": "x"})).status_code in {303, 404}
    assert "No order yet" in (await web_client.get("/orders", headers={"accept": "text/html"})).text


async def test_the_story_is_told_in_the_order_people_tell_it(house: House, tenant: UUID, shop: str) -> None:
    async with house.db.transaction(tenant, actor="user:maria") as tx:
        order_id = await place_one(tx, ship_to=contact(city="none"))
        await orders.release_hold(tx, [order_id], "address", "called")
        found = await orders.read(tx, order_id)
    assert found is not None
    told = [(one.text, one.more) for one in reversed(story(found.history))]
    assert [text for text, _ in told] == [
        "Placed",
        "Payment expected",
        "Payment authorized",
        "A reason to hold was added",
        "Held",
        "A reason to hold was released",
        "Accepted",
    ]
    assert told[5][1] == "by maria · address: called"


async def test_a_change_is_shown_with_what_it_comes_to_and_done_with_the_same_form(
    desk: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        order_id = await place_one(tx, {"A": 3})
        found = await orders.read(tx, order_id)
        assert found is not None
    path = f"/orders/{order_id}/change"
    form = await desk.get(path, headers={"accept": "text/html"})
    assert f'name="units:{found.lines[0].id}"' in form.text
    asked = {f"units:{found.lines[0].id}": "1", "add_sku:0": "B", "add_units:0": "2", "add_price:0": "20,00"}
    asked |= {"street": "Im Rietle 20", "pay": "invoice", "why": "customer asked", "go": "preview"}
    seen = await send(desk, path, asked)
    for told in ("42.50 EUR → 57.50 EUR", "3 → 1", "0 → 2", "Asked for besides", 'value="Im Rietle 20"'):
        assert told in seen.text, told
    token = re.search(r'name="token" value="([0-9a-f.]+)"', seen.text)
    assert token
    done = await send(desk, path, {**asked, "token": token[1], "go": "apply"})
    assert (done.status_code, done.headers["location"]) == (303, f"/orders/{order_id}")
    again = await send(desk, path, {**asked, "token": token[1], "go": "apply"})
    assert "changed since" in again.text
    shown = await desk.get(f"/orders/{order_id}", headers={"accept": "text/html"})
    assert "Im Rietle 20" in shown.text
    assert "57.50 EUR" in shown.text


async def test_what_cannot_be_read_or_done_is_told_above_the_form_that_keeps_it(
    desk: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        order_id = await place_one(tx, {"A": 3})
        found = await orders.read(tx, order_id)
        assert found is not None
    line_id, path = found.lines[0].id, f"/orders/{order_id}/change"
    unread = await send(
        desk, path, {f"units:{line_id}": "many", f"price:{line_id}": "1.234", "go": "preview"}
    )
    for told in (
        "&#39;many&#39; is not a whole number",
        "&#39;1.234&#39; is not an amount in EUR",
        'value="many"',
    ):
        assert told in unread.text, told
    scarce = await send(desk, path, {f"units:{line_id}": "200", "go": "preview"})
    assert "197 more asked" in scarce.text
    assert 'name="token"' not in scarce.text


async def test_money_that_is_due_since_a_change_is_called_arranged_with_one_button(
    desk: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        order_id = await place_one(tx, {"A": 1})
        found = await orders.read(tx, order_id)
        assert found is not None
    asked = {f"units:{found.lines[0].id}": "2", "pay": "later", "go": "preview"}
    seen = await send(desk, f"/orders/{order_id}/change", asked)
    token = re.search(r'name="token" value="([0-9a-f.]+)"', seen.text)
    assert token
    await send(desk, f"/orders/{order_id}/change", {**asked, "token": token[1], "go": "apply"})
    held = await desk.get(f"/orders/{order_id}", headers={"accept": "text/html"})
    assert "The 12.50 EUR are arranged" in held.text
    payment_id = re.search(r'name="payment_id" value="([0-9a-f-]+)"', held.text)
    assert payment_id
    await send(desk, f"/orders/{order_id}/arrange-payment", {"payment_id": payment_id[1]})
    async with house.db.transaction(tenant, actor="test") as tx:
        after = await orders.read(tx, order_id)
    assert after is not None
    assert after.order.state == "accepted"
