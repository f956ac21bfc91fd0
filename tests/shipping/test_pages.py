"""The desk and the dock: what stopped has one next step, what is scanned says so."""

from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from tests.platform.people import add_person, csrf_of, sign_in
from tests.worlds.catalog import WORLD
from tests.worlds.shipping import SWIFT, Dock


@pytest.fixture
async def desk(web_client: httpx.AsyncClient, dock: Dock) -> httpx.AsyncClient:
    """A packer's browser."""
    await sign_in(web_client, await add_person(dock.house, dock.tenant_id, Role.PACKER))
    return web_client


async def press(client: httpx.AsyncClient, page: str, action: str, **fields: str) -> httpx.Response:
    """Press a button of a page and follow it."""
    shown = await client.get(page)
    assert action in shown.text, f"{page} has no button for {action}"
    data = {"_csrf_token": csrf_of(shown.text), **fields}
    return await client.post(action, data=data, follow_redirects=True)


async def test_an_empty_desk_says_what_it_is_for(desk: httpx.AsyncClient) -> None:
    for queue, says in (
        ("trouble", "Nothing stopped"),
        ("buy", "Nothing to buy"),
        ("ready", "Nothing is ready"),
        ("gone", "Nothing has left yet"),
    ):
        shown = await desk.get("/shipping", params={"queue": queue})
        assert (shown.status_code, says in shown.text) == (200, True)
    assert "Nothing waits at the dock" in (await desk.get("/hand-over")).text


async def test_what_stopped_comes_first_with_its_reason_and_one_button(
    desk: httpx.AsyncClient, dock: Dock
) -> None:
    [label_id] = await dock.want(await dock.parcel(weight_g=40_000))
    shown = (await desk.get("/shipping")).text
    assert "takes at most 30.00 kg" in shown
    await dock.ask("UPDATE warehouse.parcels SET weight_g = 500 RETURNING 1")
    after = await press(desk, "/shipping", f"/shipping/labels/{label_id}/retry")
    assert "It is being tried again." in after.text
    await dock.work()
    assert (await dock.label(label_id)).state == "bought"


async def test_a_label_page_tells_why_and_prints(desk: httpx.AsyncClient, dock: Dock) -> None:
    label_id = await dock.wanted()
    await dock.work()
    page = f"/shipping/labels/{label_id}"
    shown = (await desk.get(page)).text
    assert "the least of 2 all-in" in shown
    assert "8001" in shown
    printed = await press(desk, page, f"{page}/print", form="pdf", dpi="300")
    assert printed.content.startswith(b"%PDF")
    again = await press(desk, page, f"{page}/print", form="zpl", why="torn")
    assert again.text.startswith("^XA")
    assert (await dock.story(label_id))[-2:] == ["printed", "reprinted"]
    assert (await desk.get(f"{page}/pdf")).content.startswith(b"%PDF")
    assert "torn" in (await desk.get(page)).text


async def test_letters_that_a_label_loses_are_told_on_its_page_in_the_api_and_in_its_history(
    desk: httpx.AsyncClient, dock: Dock
) -> None:
    label_id = await dock.wanted(name="山田太郎", city="Zürich")
    await dock.work()
    assert (await dock.label(label_id)).unprintable == ["name"]
    shown = (await desk.get(f"/shipping/labels/{label_id}")).text
    assert "no letters for a part of the name: it prints as" in shown
    assert "unprintable: name" in shown
    plain_id = await dock.wanted()
    await dock.work()
    assert "no letters for" not in (await desk.get(f"/shipping/labels/{plain_id}")).text


async def test_a_label_is_taken_back_and_made_anew_from_its_page(desk: httpx.AsyncClient, dock: Dock) -> None:
    label_id = await dock.wanted()
    await dock.work()
    page = f"/shipping/labels/{label_id}"
    assert "being taken back" in (await press(desk, page, f"{page}/void")).text
    await dock.work()
    assert "A new label is on its way." in (await press(desk, page, f"{page}/again")).text
    late = await desk.post(
        f"{page}/void", data={"_csrf_token": csrf_of((await desk.get(page)).text)}, follow_redirects=True
    )
    assert "voided already" in late.text


async def test_the_dock_hands_over_one_by_one_and_lets_the_truck_leave(
    desk: httpx.AsyncClient, dock: Dock
) -> None:
    labels = [await dock.wanted() for _ in range(2)]
    await dock.work()
    made = await press(
        desk, "/shipping?queue=ready", "/shipping/manifests", site_id=str(WORLD.north), carrier_id=str(SWIFT)
    )
    assert "on this manifest" in made.text
    number = (await dock.label(labels[0])).tracking_number or ""
    assert "2 left" in (await desk.get("/hand-over")).text
    good = await press(desk, "/hand-over", "/hand-over", code=number)
    assert "has left" in good.text
    assert 'data-answer="good"' in good.text
    again = await press(desk, "/hand-over", "/hand-over", code=number)
    assert 'data-answer="warning"' in again.text
    wrong = await press(desk, "/hand-over", "/hand-over", code="\0?")
    assert 'data-answer="wrong"' in wrong.text
    manifest = f"/shipping/manifests/{(await dock.label(labels[0])).manifest_id}"
    assert (await desk.get(f"{manifest}/pdf")).content.startswith(b"%PDF")
    assert "left with 1 parcels" in (await press(desk, manifest, f"{manifest}/close")).text
    assert (
        "closed already"
        in (
            await desk.post(
                f"{manifest}/close",
                data={"_csrf_token": csrf_of((await desk.get("/hand-over")).text)},
                follow_redirects=True,
            )
        ).text
    )
    assert "Left" in (await desk.get("/shipping", params={"queue": "gone"})).text


async def test_a_dock_that_is_no_dock_is_not_there(desk: httpx.AsyncClient) -> None:
    token = csrf_of((await desk.get("/hand-over")).text)
    answer = await desk.post("/shipping/manifests", data={"_csrf_token": token, "site_id": "x"})
    assert answer.status_code == 404


async def test_a_viewer_looks_and_a_picker_does_not_enter(
    web_client: httpx.AsyncClient, dock: Dock, tenant: UUID
) -> None:
    await sign_in(web_client, await add_person(dock.house, tenant, Role.VIEWER))
    assert (await web_client.get("/shipping")).status_code == 200
    assert (await web_client.get("/hand-over")).status_code == 403
    await sign_in(web_client, await add_person(dock.house, tenant, Role.PICKER))
    assert (await web_client.get("/shipping")).status_code == 403
