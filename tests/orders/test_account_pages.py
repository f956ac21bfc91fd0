"""The page and the API of accounts at payment processors: connected, tested, its keys replaced and never shown."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.auth import NewUser, Role
from doorstep.platform.house import House
from doorstep.stages.orders.acts.money import accounts
from doorstep.world.stripe import StripeBooks, serve_stripe
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world
from tests.worlds.orders import account_of


@pytest.fixture
async def served() -> AsyncIterator[str]:
    """A Stripe that answers."""
    async with serve_stripe(StripeBooks()) as url:
        yield url


@pytest.fixture
async def desk(web_client: httpx.AsyncClient, house: House, tenant: UUID) -> httpx.AsyncClient:
    """A manager's browser, signed in."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    login = f"maria-{tenant.hex[:12]}"
    await auth.add_user(house.db, tenant, NewUser(login, "Maria", "a long password", (Role.MANAGER,)))
    await web_client.get("/sign-in")
    await post(web_client, "/sign-in", login=login, password="a long password")
    return web_client


async def post(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Send a form, and follow where it leads."""
    data = {**fields, "_csrf_token": client.cookies["doorstep_csrf"]}
    return await client.post(path, data=data, headers={"accept": "text/html"}, follow_redirects=True)


async def test_an_account_is_connected_tested_and_its_keys_replaced(
    desk: httpx.AsyncClient, served: str, house: House, tenant: UUID
) -> None:
    form = {
        "merchant": "juniper",
        "base_url": served,
        "api_key": "sk_test_wrong",
        "hook_secret": "whsec_demo",
    }
    page = await post(desk, "/payments", **form)
    async with house.db.transaction(tenant, actor="test") as tx:
        (account,) = await accounts.accounts(tx)
    assert "/hooks/payments/" in page.text
    assert str(account.id) in page.text
    tested = await post(desk, f"/payments/{account.id}/test")
    assert "does not accept our key" in tested.text
    await post(desk, "/payments", **{**form, "api_key": "sk_test_demo"})
    tested = await post(desk, f"/payments/{account.id}/test")
    assert "Juniper Home" in tested.text
    assert "trouble" not in tested.text
    assert not {"sk_test_demo", "sk_test_wrong", "whsec_demo"} & set(tested.text.split('"'))
    async with house.db.transaction(tenant, actor="test") as tx:
        (same,) = await accounts.accounts(tx)
        kept = await (
            await tx.connection.execute("SELECT api_key, hook_secret FROM orders.accounts")
        ).fetchone()
    assert (same.id, same.api_key) == (account.id, "sk_test_demo")
    assert kept is not None
    assert all(text.startswith("sealed:") for text in kept)


async def test_what_does_not_fit_is_said_with_every_fault(desk: httpx.AsyncClient) -> None:
    page = await post(
        desk, "/payments", merchant="juniper", base_url="ftp://x", api_key="short", hook_secret=""
    )
    assert page.status_code == 422
    said = ("The address begins with", "Paste the whole restricted key", "Paste the whole signing secret")
    assert [one in page.text for one in said] == [True, True, True]


async def test_keys_never_come_out_of_the_api_and_another_merchants_account_is_unknown(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await accounts.connect_account(tx, account_of(WORLD.merchant))
    key = await auth.make_key(house.db, tenant, "shop", ["payments:read", "payments:write"])
    shown = await web_client.get("/api/payment-accounts", headers=bearer(key))
    assert [one["merchant"] for one in shown.json()] == ["juniper"]
    assert "sk_test" not in shown.text
    body = {"merchant": "nobody", "api_key": "sk_test_demo", "hook_secret": "whsec_demo"}
    refused = await web_client.post("/api/payment-accounts", json=body, headers=bearer(key))
    assert refused.status_code == 404
