"""Shipping over JSON: documents that scan, prints that are entered, nobody sees another's labels."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import zxingcpp

from doorstep.platform import auth
from doorstep.stages.shipping.rules.lint import lint
from tests.platform.documents.sheets import gray
from tests.worlds.catalog import WORLD
from tests.worlds.shipping import SWIFT, Dock, Swift


@pytest.fixture
async def api(web_client: httpx.AsyncClient, key: str) -> httpx.AsyncClient:
    """A program with every scope."""
    web_client.headers["authorization"] = f"Bearer {key}"
    return web_client


async def ready(dock: Dock, count: int = 1) -> list[UUID]:
    ids = [await dock.wanted() for _ in range(count)]
    await dock.work()
    return ids


async def test_a_label_can_be_read_with_the_reasons_for_its_service(
    api: httpx.AsyncClient, dock: Dock
) -> None:
    [label_id] = await ready(dock)
    read = (await api.get(f"/api/labels/{label_id}")).json()
    assert (read["state"], read["service"], read["price_minor"]) == ("bought", "Swift Standard", 1290)
    assert [reason["service"] for reason in read["reasons"] if reason["chosen"]] == ["Swift Standard"]
    assert all(reason["why"] for reason in read["reasons"])


async def test_labels_are_listed_newest_first_page_by_page(api: httpx.AsyncClient, dock: Dock) -> None:
    ids = [str(label_id) for label_id in await ready(dock, 3)]
    first = (await api.get("/api/labels", params={"most": 2})).json()
    rest = (await api.get("/api/labels", params={"most": 2, "after": first["next"]})).json()
    assert [one["id"] for one in first["labels"] + rest["labels"]] == ids[::-1]
    assert rest["next"] is None
    refused = (await api.get("/api/labels", params={"state": "refused"})).json()
    assert refused["labels"] == []


@pytest.mark.parametrize(("stock", "dpi"), [("4x6", 203), ("4x6", 300), ("a6", 300)])
async def test_the_documents_of_a_label_scan_and_are_safe_for_a_printer(
    api: httpx.AsyncClient, dock: Dock, stock: str, dpi: int
) -> None:
    [label_id] = await ready(dock)
    read = (await api.get(f"/api/labels/{label_id}")).json()
    asked: dict[str, str | int] = {"stock": stock, "dpi": dpi}
    pdf = await api.get(f"/api/labels/{label_id}/pdf", params=asked)
    codes = {code.symbology_identifier: code.text for code in zxingcpp.read_barcodes(gray(pdf.content, dpi))}
    assert codes["]C0"] == read["tracking_number"]
    assert codes["]C1"] == f"(00){read['sscc']}"
    picture = await api.get(f"/api/labels/{label_id}/png", params=asked)
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    zpl = await api.get(f"/api/labels/{label_id}/zpl", params=asked)
    assert lint(zpl.text, width=1240, height=1800) == []


async def test_every_print_is_entered_and_the_second_says_why(api: httpx.AsyncClient, dock: Dock) -> None:
    [label_id] = await ready(dock)
    first = await api.post(f"/api/labels/{label_id}/print", json={})
    again = await api.post(
        f"/api/labels/{label_id}/print", params={"form": "pdf"}, json={"why": "printer jam"}
    )
    assert first.text.startswith("^XA")
    assert again.content.startswith(b"%PDF")
    assert (await dock.story(label_id))[-2:] == ["printed", "reprinted"]
    await api.get(f"/api/labels/{label_id}/pdf")
    assert len(await dock.story(label_id)) == 6, "looking at it is not printing it"


async def test_a_label_that_was_not_bought_cannot_be_printed(api: httpx.AsyncClient, dock: Dock) -> None:
    label_id = await dock.wanted()
    answer = await api.post(f"/api/labels/{label_id}/print", json={})
    assert answer.status_code == 409
    assert "there is nothing to print" in answer.json()["detail"]


async def test_a_label_is_voided_and_wanted_again_over_the_api(
    api: httpx.AsyncClient, dock: Dock, carrier: Swift
) -> None:
    [label_id] = await ready(dock)
    assert (await api.post(f"/api/labels/{label_id}/retry")).status_code == 409
    voided = await api.post(f"/api/labels/{label_id}/void", json={"why": "torn"})
    assert voided.json()["state"] == "voiding"
    await dock.work()
    assert (await api.post(f"/api/labels/{label_id}/void", json={})).status_code == 409
    parcel_id = voided.json()["parcel_id"]
    made = await api.post("/api/labels", json={"parcel_ids": [parcel_id]})
    assert made.status_code == 201
    assert [one["state"] for one in made.json()["labels"]] == ["owed"]
    assert (await api.post("/api/labels", json={"parcel_ids": [str(uuid4())]})).status_code == 404


async def test_parcels_are_handed_over_and_the_truck_leaves_over_the_api(
    api: httpx.AsyncClient, dock: Dock
) -> None:
    labels = [(await api.get(f"/api/labels/{label_id}")).json() for label_id in await ready(dock, 2)]
    made = await api.post("/api/manifests", json={"site_id": str(WORLD.north), "carrier_id": str(SWIFT)})
    manifest: dict[str, Any] = made.json()
    assert (made.status_code, manifest["parcels"]) == (201, 2)
    codes = [labels[0]["tracking_number"], "nonsense"]
    answers = (await api.post("/api/hand-overs", json={"codes": codes})).json()["answers"]
    assert [one["verdict"] for one in answers] == ["handed_over", "unknown"]
    closed = await api.post(f"/api/manifests/{manifest['id']}/close")
    assert (closed.json()["state"], closed.json()["handed_over"]) == ("closed", 1)
    assert (await api.get(f"/api/manifests/{manifest['id']}/pdf")).content.startswith(b"%PDF")
    listed = (await api.get("/api/manifests", params={"state": "closed"})).json()["manifests"]
    assert [one["id"] for one in listed] == [manifest["id"]]
    assert (await api.get(f"/api/manifests/{manifest['id']}")).json()["number"] == manifest["number"]


async def test_a_merchant_sees_its_own_labels_and_no_manifest(
    web_client: httpx.AsyncClient, dock: Dock
) -> None:
    [label_id] = await ready(dock)
    for merchant, status in ((WORLD.merchant, 200), (uuid4(), 404)):
        token = await auth.make_key(dock.house.db, dock.tenant_id, "m", ["*"], merchant)
        headers = {"authorization": f"Bearer {token}"}
        assert (await web_client.get(f"/api/labels/{label_id}", headers=headers)).status_code == status
        assert (await web_client.get(f"/api/labels/{label_id}/pdf", headers=headers)).status_code == status
        listed = (await web_client.get("/api/labels", headers=headers)).json()["labels"]
        assert len(listed) == (1 if status == 200 else 0)
        assert (await web_client.get("/api/manifests", headers=headers)).status_code == 403
        scanned = await web_client.post("/api/hand-overs", json={"codes": ["M1001"]}, headers=headers)
        assert scanned.status_code == 403


@pytest.mark.parametrize("path", ["", "/pdf", "/png", "/zpl"])
async def test_a_label_of_another_tenant_is_not_there(api: httpx.AsyncClient, dock: Dock, path: str) -> None:
    [label_id] = await ready(dock)
    stranger = await auth.add_tenant(dock.house.db, f"t-{uuid4().hex[:20]}", "Elsewhere")
    token = await auth.make_key(dock.house.db, stranger, "s", ["*"])
    answer = await api.get(f"/api/labels/{label_id}{path}", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 404
