"""Pictures of products: kept when they are harmless, shown to anybody, and unable to do anything but be seen."""

from base64 import b64encode
from uuid import UUID

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import catalog
from doorstep.stages.catalog import Merchant
from doorstep.stages.catalog.rules.pictures import PICTURE_MAX, media_type
from tests.worlds.catalog import WORLD, build_catalog

PNG = b"\x89PNG\r\n\x1a\nand so on"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><rect width="4" height="3" fill="#2d6a4f"/></svg>'


@pytest.fixture
async def client(web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str) -> httpx.AsyncClient:
    """A client with a key that may do everything, in Northside."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
    web_client.headers["authorization"] = f"Bearer {key}"
    return web_client


async def put(client: httpx.AsyncClient, product_id: object, picture: bytes) -> httpx.Response:
    """Put a picture."""
    body = {"picture": b64encode(picture).decode()}
    return await client.put(f"/api/products/{product_id}/picture", json=body)


@pytest.mark.parametrize(("picture", "kind"), [(PNG, "image/png"), (DRAWING, "image/svg+xml")])
async def test_a_picture_is_kept_and_anybody_may_look_at_it(
    client: httpx.AsyncClient, picture: bytes, kind: str
) -> None:
    kept = await put(client, WORLD.a, picture)
    assert kept.status_code == 200, kept.text
    address = kept.json()["picture"]
    product = (await client.get(f"/api/products/{WORLD.a}")).json()["product"]
    assert product["picture"] == address
    del client.headers["authorization"]
    seen = await client.get(address)
    assert (seen.status_code, seen.content) == (200, picture)
    assert seen.headers["content-type"].startswith(kind)
    assert seen.headers["content-security-policy"].startswith("default-src 'none'")
    assert "sandbox" in seen.headers["content-security-policy"]
    assert seen.headers["x-content-type-options"] == "nosniff"


async def test_another_picture_has_another_address(client: httpx.AsyncClient) -> None:
    first = (await put(client, WORLD.a, PNG)).json()["picture"]
    second = (await put(client, WORLD.a, DRAWING)).json()["picture"]
    assert first != second
    assert (await client.get(second)).content == DRAWING


@pytest.mark.parametrize(
    "picture",
    [
        b"GIF89a",
        b"<html>",
        PNG + bytes(PICTURE_MAX),
        DRAWING.replace(b"<rect", b"<script>alert(1)</script><rect"),
        DRAWING.replace(b"<rect", b'<rect onload="alert(1)"'),
        DRAWING.replace(b"<rect", b'<image href="http://a.example/x.png"/><rect'),
        DRAWING.replace(b"#2d6a4f", b"url(http://a.example/x)"),
        DRAWING.replace(b"<rect", b"<!ENTITY x 'y'><rect"),
        DRAWING.replace(b"<rect", b"<foreignObject/><rect"),
        b"<?xml version='1.0'?>" + DRAWING,
    ],
)
async def test_what_is_no_plain_picture_is_refused(client: httpx.AsyncClient, picture: bytes) -> None:
    answer = await put(client, WORLD.a, picture)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/picture"


def test_a_gradient_inside_a_drawing_is_harmless() -> None:
    drawing = b'<svg><defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><path fill="url(#a)"/></svg>'
    assert media_type(drawing) == "image/svg+xml"


async def test_a_merchants_key_pictures_only_its_own_goods(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    rival = Merchant(id=new_id(), code="rival", name="Rival", currency="EUR")
    async with house.db.transaction(tenant, actor="test") as tx:
        await catalog.add_merchants(tx, [rival])
    key = await auth.make_key(house.db, tenant, "rival", ["catalog:write"], rival.id)
    client.headers["authorization"] = f"Bearer {key}"
    assert (await put(client, WORLD.a, PNG)).status_code == 404


async def test_a_product_without_a_picture_of_ours_has_none_to_show(
    client: httpx.AsyncClient, tenant: UUID
) -> None:
    assert (await client.get(f"/pictures/{tenant}/{WORLD.a}/0")).status_code == 404
    assert (await client.get(f"/pictures/{new_id()}/{WORLD.a}/0")).status_code == 404
