"""What left, as EPCIS 2.0: a parcel was packed of its goods and left; the document is sound by GS1's own schema."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep.platform.tasks import Worker
from doorstep.stages.shipping.acts import leaving, looking
from tests.datasets import DATA
from tests.orders.conftest import bearer
from tests.worlds.catalog import BARCODES
from tests.worlds.shipping import Dock, Swift, build_dock, far
from tests.worlds.warehouse import Floor

SCHEMA = DATA / "epcis" / "schema" / "EPCIS-JSON-Schema.json"


async def walked(worker: Worker, tenant: UUID, carrier: Swift, *goods: dict[str, int]) -> list[str]:
    """Let orders leave by a carrier; return their parcels' SSCCs."""
    dock, floor = Dock(worker, tenant), Floor(worker, tenant)
    async with dock.tx() as tx:
        await build_dock(tx, carrier.url)
    found = []
    for one in goods:
        order_id = await floor.place(one, ship_to=far())
        await floor.settle()
        await floor.walk()
        await floor.pack(order_id)
        await floor.settle()
        [parcel_id] = await floor.parcels(order_id)
        async with dock.tx() as tx:
            [label] = await looking.page_of_labels(tx, looking.Narrow(parcel_id=parcel_id), None, 10)
            await leaving.hand_over(tx, [label.tracking_number or ""])
        assert label.sscc is not None
        found.append(label.sscc)
    return found


async def told(
    client: httpx.AsyncClient, key: str, path: str = "/api/epcis"
) -> tuple[dict[str, Any], str | None]:
    """Return a page of the export, and the address of the next."""
    answer = await client.get(path, headers=bearer(key))
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.links.get("next", {}).get("url")


@pytest.mark.proves("E7")
async def test_a_parcel_is_told_as_packed_of_its_goods_and_as_shipped(
    worker: Worker, tenant: UUID, carrier: Swift, web_client: httpx.AsyncClient, key: str
) -> None:
    [sscc] = await walked(worker, tenant, carrier, {"A": 2, "B": 1})
    document, _ = await told(web_client, key)
    packed, shipped = document["epcisBody"]["eventList"]
    parcel = f"https://id.gs1.org/00/{sscc}"
    assert (packed["type"], packed["action"], packed["parentID"]) == ("AggregationEvent", "ADD", parcel)
    assert packed["childQuantityList"] == [
        {"epcClass": f"https://id.gs1.org/01/{BARCODES[sku].zfill(14)}", "quantity": units}
        for sku, units in (("A", 2), ("B", 1))
    ]
    assert (shipped["type"], shipped["bizStep"], shipped["disposition"]) == (
        "ObjectEvent",
        "shipping",
        "in_transit",
    )
    assert shipped["epcList"] == [parcel]
    assert packed["eventTime"] <= shipped["eventTime"]
    again, _ = await told(web_client, key)
    assert again["epcisBody"] == document["epcisBody"], "an event keeps its id"


@pytest.mark.proves("E7")
@pytest.mark.skipif(not SCHEMA.exists(), reason="DOORSTEP_DATA holds no schema of EPCIS")
async def test_the_document_is_sound_by_the_schema_of_gs1(
    worker: Worker, tenant: UUID, carrier: Swift, web_client: httpx.AsyncClient, key: str
) -> None:
    import jsonschema_rs

    await walked(worker, tenant, carrier, {"A": 1}, {"B": 1, "A": 2})
    validator = jsonschema_rs.Draft7Validator(json.loads(SCHEMA.read_text()))
    document, _ = await told(web_client, key)
    assert [str(error)[:300] for error in validator.iter_errors(document)] == []
    document["epcisBody"]["eventList"][0]["action"] = "SOLD"
    assert not validator.is_valid(document)


async def test_pages_follow_each_other_and_a_wrong_cursor_is_refused(
    worker: Worker, tenant: UUID, carrier: Swift, web_client: httpx.AsyncClient, key: str
) -> None:
    parcels = await walked(worker, tenant, carrier, {"A": 1}, {"A": 1}, {"A": 1})
    seen: list[str] = []
    path: str | None = "/api/epcis?most=1"
    while path:
        document, path = await told(web_client, key, path)
        seen += [event["epcList"][0] for event in document["epcisBody"]["eventList"] if "epcList" in event]
    assert seen == [f"https://id.gs1.org/00/{sscc}" for sscc in parcels]
    later, _ = await told(web_client, key, "/api/epcis?since=2100-01-01T00:00:00Z")
    assert later["epcisBody"]["eventList"] == []
    for wrong in ("cursor=x", "since=0", "since=2026-13-01T00:00:00Z"):
        assert (await web_client.get(f"/api/epcis?{wrong}", headers=bearer(key))).status_code == 422
