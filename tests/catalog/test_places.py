"""Sites, boxes, vans, carriers and services over the API."""

from uuid import UUID

import httpx
import pytest

from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from tests.worlds.catalog import WORLD, build_catalog


@pytest.fixture
async def client(web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str) -> httpx.AsyncClient:
    """A client with a key that may do everything, in Northside."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
    web_client.headers["authorization"] = f"Bearer {key}"
    return web_client


SITE = {
    "code": "east",
    "name": "East",
    "kind": "warehouse",
    "street": "Hafen 1",
    "city": "Bregenz",
    "postal_code": "6900",
    "country": "AT",
    "lat": 47.5,
    "lon": 9.74,
    "timezone": "Europe/Vienna",
    "cutoff": "15:30",
    "aisles": [{"number": 1, "x_mm": 0, "front_y_mm": 0, "back_y_mm": 9000}],
    "bins": [{"code": "E-1", "aisle": 1, "x_mm": 500, "y_mm": 4000}],
}
BOX = {
    "code": "XL",
    "inner_length_mm": 600,
    "inner_width_mm": 400,
    "inner_height_mm": 400,
    "outer_length_mm": 610,
    "outer_width_mm": 410,
    "outer_height_mm": 410,
    "tare_g": 800,
    "max_gross_g": 30000,
    "currency": "EUR",
}
VAN = {
    "site_id": str(WORLD.center),
    "code": "van-9",
    "capacity_g": 500_000,
    "capacity_ml": 5_000_000,
    "shift_start": "07:00",
    "shift_end": "15:00",
}
CARRIER = {
    "code": "swift",
    "name": "Swift",
    "kind": "rate_table",
    "base_url": "https://swift.example",
    "api_key": "k",
}
SERVICE = {
    "carrier_id": str(WORLD.house),
    "code": "evening",
    "name": "Evening",
    "days_min": 0,
    "days_max": 1,
    "tracking_prefix": "NE",
    "max_weight_g": 20000,
    "rates": [{"up_to_g": 20000, "zone": "1", "price_minor": 590}],
    "zones": [{"country": "LI", "zone": "1"}],
    "currency": "EUR",
}


async def test_a_site_comes_with_its_floor(client: httpx.AsyncClient) -> None:
    added = await client.post("/api/sites", json=SITE)
    assert added.status_code == 201, added.text
    read = (await client.get(f"/api/sites/{added.json()['site']['id']}")).json()
    assert read["site"]["cutoff"] == "15:30"
    assert [one["code"] for one in read["bins"]] == ["E-1"]
    assert [one["code"] for one in (await client.get("/api/sites")).json()] == ["center", "east", "north"]
    assert (await client.get(f"/api/sites/{new_id()}")).status_code == 404


@pytest.mark.parametrize(
    ("path", "thing"),
    [("/api/boxes", BOX), ("/api/vans", VAN), ("/api/carriers", CARRIER), ("/api/services", SERVICE)],
)
async def test_a_thing_is_added_once_and_listed(
    client: httpx.AsyncClient, path: str, thing: dict[str, object]
) -> None:
    added = await client.post(path, json=thing)
    assert added.status_code == 201, added.text
    assert thing["code"] in [one["code"] for one in (await client.get(path)).json()]
    assert (await client.post(path, json=thing)).status_code == 409


@pytest.mark.parametrize(
    ("path", "thing", "status"),
    [
        ("/api/sites", {**SITE, "timezone": "Mars/Crater"}, 422),
        ("/api/sites", {**SITE, "bins": [{"code": "E-1", "aisle": 2, "x_mm": 0, "y_mm": 0}]}, 422),
        ("/api/sites", {**SITE, "bins": [*SITE["bins"], *SITE["bins"]]}, 409),  # type: ignore[misc]
        ("/api/sites", {**SITE, "aisles": [*SITE["aisles"], *SITE["aisles"]]}, 409),  # type: ignore[misc]
        ("/api/boxes", {**BOX, "outer_length_mm": 10}, 422),
        ("/api/boxes", {**BOX, "max_gross_g": 800}, 422),
        ("/api/vans", {**VAN, "shift_end": "06:00"}, 422),
        ("/api/vans", {**VAN, "site_id": str(new_id())}, 404),
        ("/api/vans", {**VAN, "shift_start": "25:00"}, 422),
        ("/api/carriers", {**CARRIER, "base_url": None}, 422),
        ("/api/services", {**SERVICE, "carrier_id": str(new_id())}, 404),
        ("/api/services", {**SERVICE, "days_max": 0, "days_min": 2}, 422),
        ("/api/services", {**SERVICE, "zones": [{"country": "*", "zone": "2"}]}, 422),
    ],
)
async def test_what_does_not_fit_is_refused(
    client: httpx.AsyncClient, path: str, thing: dict[str, object], status: int
) -> None:
    answer = await client.post(path, json=thing)
    assert answer.status_code == status, answer.text


async def test_a_carriers_secrets_go_in_and_never_come_out(client: httpx.AsyncClient) -> None:
    assert "parcelo-key" not in (await client.get("/api/carriers")).text
    assert "whsec" not in (await client.get("/api/carriers")).text
    off = await client.post(f"/api/carriers/{WORLD.parcelo}/switch", json={"active": False})
    assert off.json()["active"] is False
    assert (await client.post(f"/api/carriers/{new_id()}/switch", json={"active": True})).status_code == 404
