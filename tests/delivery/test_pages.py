"""The pages of the last mile: dispatch, the driver's phone, the customer's door, in every state."""

import re
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.platform.links import write_link
from doorstep.stages import delivery
from doorstep.stages.delivery import ProofKind
from tests.platform.people import add_person, csrf_of, sign_in
from tests.worlds.delivery import DESK, RUI, LastMile, picture


@pytest.fixture
async def dispatch(web_client: httpx.AsyncClient, mile: LastMile) -> httpx.AsyncClient:
    """A dispatcher's browser."""
    await sign_in(web_client, await add_person(mile.house, mile.tenant_id, Role.DISPATCHER))
    return web_client


@pytest.fixture
async def phone(web_client: httpx.AsyncClient, mile: LastMile) -> httpx.AsyncClient:
    """A driver's phone."""
    await sign_in(web_client, await add_person(mile.house, mile.tenant_id, Role.DRIVER))
    return web_client


async def press(client: httpx.AsyncClient, page: str, action: str, **fields: str) -> httpx.Response:
    """Press a button that a page shows, and follow it."""
    shown = await client.get(page)
    assert f'action="{action}"' in shown.text, f"{page} has no button for {action}"
    return await client.post(
        action, data={"_csrf_token": csrf_of(shown.text), **fields}, follow_redirects=True
    )


def said(answer: httpx.Response) -> str:
    """What a page says about what was just done."""
    found = re.search(r'class="(?:flash|answer) \w+">.*?<span>(.*?)</span>', answer.text, re.DOTALL)
    return found[1] if found else ""


async def test_a_house_without_a_center_says_how_to_begin(
    web_client: httpx.AsyncClient, mile: LastMile, tenant: UUID
) -> None:
    async with mile.tx() as tx:
        await tx.connection.execute(
            "UPDATE catalog.sites SET kind = 'warehouse' WHERE tenant_id = %s", [tenant]
        )
    await sign_in(web_client, await add_person(mile.house, tenant, Role.DISPATCHER))
    for path in ("/dispatch", "/dispatch/scan"):
        assert "No local center with vans yet" in (await web_client.get(path)).text


async def test_an_empty_board_says_what_comes_here(dispatch: httpx.AsyncClient, mile: LastMile) -> None:
    for view, words in (
        ("board", "No routes today"),
        ("waiting", "Nothing waits"),
        ("failed", "Nothing failed"),
        ("expected", "Nothing is expected"),
        ("nonsense", "No routes today"),
    ):
        shown = await dispatch.get("/dispatch", params={"view": view})
        assert (shown.status_code, words in shown.text) == (200, True)
    site = await mile.ask("SELECT id::text FROM catalog.sites WHERE kind = 'center'")
    assert (
        said(await press(dispatch, "/dispatch", "/dispatch/plan", site_id=site))
        == "Nothing waits that may be delivered that day."
    )


async def test_a_day_is_planned_looked_at_and_accepted_on_the_board(
    dispatch: httpx.AsyncClient, mile: LastMile
) -> None:
    stops = await mile.expected(3)
    site = await mile.ask("SELECT id::text FROM catalog.sites WHERE kind = 'center'")
    for stop_id in stops:
        code = await mile.number_of(stop_id)
        answer = await press(dispatch, "/dispatch/scan", "/dispatch/scan", site_id=site, code=code)
        assert 'data-answer="good"' in answer.text
    again = await press(dispatch, "/dispatch/scan", "/dispatch/scan", site_id=site, code=code)
    assert 'data-answer="warning"' in again.text
    wrong = await press(dispatch, "/dispatch/scan", "/dispatch/scan", site_id=site, code="WHAT")
    assert 'data-answer="wrong"' in wrong.text
    planned = await press(dispatch, "/dispatch", "/dispatch/plan", site_id=site)
    assert "parcels 3, vans 1" in said(planned)
    assert "A plan waits for your yes" in planned.text
    proposal = await mile.ask("SELECT id::text FROM delivery.proposals WHERE settled_at IS NULL")
    accepted = await press(dispatch, "/dispatch", "/dispatch/accept", proposal_id=proposal, site_id=site)
    assert "Ready for their drivers: 1" in said(accepted)
    assert "3 stops" in accepted.text


async def test_a_plan_may_be_dropped(dispatch: httpx.AsyncClient, mile: LastMile) -> None:
    await mile.parcels_at_center(1)
    proposal = str(await mile.propose_here())
    site = await mile.ask("SELECT id::text FROM catalog.sites WHERE kind = 'center'")
    dropped = await press(dispatch, "/dispatch", "/dispatch/drop", proposal_id=proposal, site_id=site)
    assert "nothing changed" in said(dropped)
    assert "waits for your yes" not in dropped.text


async def test_a_route_is_reordered_by_keyboard_and_its_loading_list_runs_backward(
    dispatch: httpx.AsyncClient, mile: LastMile
) -> None:
    route_id, stops = await mile.planned(3)
    page = f"/dispatch/routes/{route_id}"
    moved = await press(dispatch, page, f"{page}/move", stop_id=str(stops[0]), to="down")
    assert "The stop is moved" in said(moved)
    assert await mile.stops_of(route_id) == [stops[1], stops[0], stops[2]]
    listed = moved.text[moved.text.index("Loading list") :]
    numbers = [await mile.number_of(stop_id) for stop_id in (stops[2], stops[0], stops[1])]
    places = [listed.index(number) for number in numbers]
    assert places == sorted(places)
    off = await press(dispatch, page, f"{page}/take-off", stop_id=str(stops[0]))
    assert "lies at the center again" in said(off)
    late = await press(dispatch, f"/dispatch/stops/{stops[0]}", f"/dispatch/stops/{stops[0]}/insert")
    assert "takes it as stop" in said(late)
    canceled = await press(dispatch, page, f"{page}/cancel")
    assert "canceled" in said(canceled)
    assert "No stops" in canceled.text


async def test_a_stop_is_corrected_wished_and_returned_from_its_page(
    dispatch: httpx.AsyncClient, mile: LastMile
) -> None:
    (stop_id,) = await mile.parcels_at_center(1)
    page = f"/dispatch/stops/{stop_id}"
    assert "corrected" in said(await press(dispatch, page, f"{page}/place", lat="47.1701", lon="9.5"))
    assert "degrees" in said(await press(dispatch, page, f"{page}/place", lat="1e9", lon="x"))
    wish = {"from": "2026-03-03T14:00", "until": "2026-03-03T16:00"}
    assert "kept" in said(await press(dispatch, page, f"{page}/window", **wish))
    assert "2026-03-03T14:00" in (await dispatch.get(page)).text
    assert "cannot be read" in said(await press(dispatch, page, f"{page}/window", **{**wish, "from": "soon"}))
    assert "window does not fit" in said(
        await press(dispatch, page, f"{page}/window", **{**wish, "until": ""})
    )
    assert "goes back" in said(await press(dispatch, page, f"{page}/return"))


async def test_no_page_for_staff_shows_the_pin(dispatch: httpx.AsyncClient, mile: LastMile) -> None:
    route_id, stops = await mile.out(1)
    pin = await mile.ask("SELECT pin FROM delivery.stops")
    for path in (
        "/dispatch",
        f"/dispatch/routes/{route_id}",
        f"/dispatch/stops/{stops[0]}",
        f"/driver/{route_id}",
        f"/driver/stops/{stops[0]}/deliver?proof=pin",
    ):
        shown = (await dispatch.get(path)).text
        assert not re.search(rf">\s*{pin}\s*<", shown), path


async def test_the_driver_does_one_thing_after_the_other(phone: httpx.AsyncClient, mile: LastMile) -> None:
    assert "No route waits" in (await phone.get("/driver")).text
    route_id, stops = await mile.planned(2)
    page = f"/driver/{route_id}"
    assert page in (await phone.get("/driver")).text
    taken = await press(phone, page, f"{page}/take")
    assert "The route is yours" in taken.text
    for stop_id in reversed(stops):
        loaded = await press(phone, page, f"{page}/load", code=await mile.number_of(stop_id))
        assert 'data-answer="good"' in loaded.text
    assert "All loaded" in loaded.text
    left = await press(phone, page, f"{page}/depart")
    assert "2 parcels are on their way" in left.text
    assert "Drive to" in left.text
    at_door = await press(phone, page, f"/driver/stops/{stops[0]}/arrive")
    assert "At the door" in at_door.text
    await hand_over(
        phone, stops[0], proof="photo", photo=picture(), lat="47.167", lon="9.511", accuracy_m="9"
    )
    assert await mile.state_of(stops[0]) == "delivered"
    assert (await phone.get(f"/dispatch/stops/{stops[0]}/photo")).status_code == 403
    failed = await press(
        phone, f"/driver/stops/{stops[1]}/fail", f"/driver/stops/{stops[1]}/fail", reason="absent"
    )
    assert "attempt 2 follows" in failed.text
    undone = await press(phone, page, f"/driver/stops/{stops[1]}/undo")
    assert "Taken back" in undone.text
    done = await hand_over(phone, stops[1], signed_name="Ana Keller")
    assert "Drive back to" in done.text
    finished = await press(phone, page, f"{page}/finish")
    assert "The route is finished" in finished.text
    assert "This route is finished" in (await phone.get(page)).text


async def hand_over(
    phone: httpx.AsyncClient, stop_id: UUID, *, photo: bytes = b"", **fields: str
) -> httpx.Response:
    """Send the form at the door, as a browser does."""
    path = f"/driver/stops/{stop_id}/deliver"
    form = await phone.get(path)
    data = {"_csrf_token": csrf_of(form.text), "proof": "signature", **fields}
    files: dict[str, Any] = {"photo": ("photo.jpg", photo, "image/jpeg")}
    return await phone.post(path, data=data, files=files, follow_redirects=True)


async def test_what_is_missing_at_the_door_is_said_on_the_same_page(
    phone: httpx.AsyncClient, mile: LastMile
) -> None:
    route_id, stops = await mile.out(1)
    await press(phone, f"/driver/{route_id}", f"/driver/{route_id}/take", take_over="yes")
    missing = await hand_over(phone, stops[0])
    assert (missing.status_code, "Let the person sign" in missing.text) == (422, True)
    wrong = await hand_over(phone, stops[0], proof="pin", pin="no pin")
    assert "4 tries left" in wrong.text
    assert await mile.state_of(stops[0]) == "out"
    far = await hand_over(phone, stops[0], signed_name="Ana", lat="47.3", lon="9.6")
    assert "m from the address" in far.text


async def test_a_driver_cannot_act_on_the_route_of_another(phone: httpx.AsyncClient, mile: LastMile) -> None:
    route_id, stops = await mile.out(1)
    token = csrf_of((await phone.get(f"/driver/{route_id}")).text)
    answer = await phone.post(f"/driver/stops/{stops[0]}/arrive", data={"_csrf_token": token})
    assert (answer.status_code, await mile.state_of(stops[0])) == (409, "out")
    reported = await phone.post(
        f"/driver/{route_id}/position", data={"_csrf_token": token, "lat": "47.1", "lon": "9.5"}
    )
    assert reported.status_code == 204
    assert await mile.ask("SELECT count(*) FROM delivery.positions") == 0


async def test_a_driver_sees_what_changed_and_says_so(phone: httpx.AsyncClient, mile: LastMile) -> None:
    stops = await mile.expected(2)
    numbers = [await mile.number_of(stop_id) for stop_id in stops]
    await mile.scan_in(numbers[:1])
    (route_id,) = await mile.plan()
    page = f"/driver/{route_id}"
    await press(phone, page, f"{page}/take")
    await mile.scan_in(numbers[1:])
    await mile.insert(stops[1])
    assert "The route has changed" in (await phone.get(page)).text
    seen = await press(phone, page, f"{page}/seen")
    assert "The route has changed" not in seen.text


async def test_the_open_page_of_the_driver_moves_the_van(phone: httpx.AsyncClient, mile: LastMile) -> None:
    route_id, _ = await mile.out(1)
    page = f"/driver/{route_id}"
    await press(phone, page, f"{page}/take", take_over="yes")
    token = csrf_of((await phone.get("/driver/" + str(route_id))).text)
    for lat in ("47.1650", "47.1660", "nonsense"):
        data = {"_csrf_token": token, "lat": lat, "lon": "9.51", "accuracy_m": "7"}
        assert (await phone.post(f"{page}/position", data=data)).status_code == 204
    async with mile.tx() as tx:
        (van,) = await delivery.last_positions(tx)
    assert (van.lat, van.accuracy_m) == (47.166, 7)


def token_of(mile: LastMile, order_id: UUID) -> str:
    return write_link(mile.house, "order", mile.tenant_id, order_id, date(2026, 6, 1))


async def test_the_customer_sees_window_pin_and_later_the_proof(
    web_client: httpx.AsyncClient, mile: LastMile
) -> None:
    _, stops = await mile.out(2)
    order_id = await mile.ask("SELECT order_id FROM delivery.stops WHERE id = %s", stops[1])
    path = f"/t/{token_of(mile, order_id)}/door"
    shown = (await web_client.get(path)).text
    assert await mile.ask("SELECT pin FROM delivery.stops WHERE id = %s", stops[1]) in shown
    assert "One stop before you. The driver is Rui." in shown
    await mile.deliver(stops[1])
    after = (await web_client.get(path)).text
    assert "Proof of delivery" in after
    assert "Your PIN" not in after


async def test_the_customers_page_speaks_the_customers_language(
    web_client: httpx.AsyncClient, mile: LastMile, tenant: UUID
) -> None:
    _, stops = await mile.out(1)
    order_id = await mile.ask("SELECT order_id FROM delivery.stops WHERE id = %s", stops[0])
    async with mile.tx() as tx:
        await tx.connection.execute("UPDATE orders.orders SET language = 'pt' WHERE tenant_id = %s", [tenant])
    assert "O seu PIN para a porta" in (await web_client.get(f"/t/{token_of(mile, order_id)}/door")).text


async def test_a_link_without_a_delivery_of_ours_is_not_there(
    web_client: httpx.AsyncClient, mile: LastMile
) -> None:
    order_id = await mile.place()
    assert (await web_client.get(f"/t/{token_of(mile, order_id)}/door")).status_code == 404
    assert (await web_client.get("/t/nonsense/door")).status_code == 404


async def test_dispatch_looks_at_the_proof(dispatch: httpx.AsyncClient, mile: LastMile) -> None:
    _, stops = await mile.out(2)
    await mile.deliver(stops[0], ProofKind.PHOTO, photo=picture())
    page = f"/dispatch/stops/{stops[0]}"
    assert f'src="{page}/photo"' in (await dispatch.get(page)).text
    shown = await dispatch.get(f"{page}/photo")
    assert (shown.headers["content-type"], shown.content) == ("image/jpeg", picture())
    assert (await dispatch.get(f"/dispatch/stops/{stops[1]}/photo")).status_code == 404


async def test_who_may_look_and_who_may_not_enter(web_client: httpx.AsyncClient, mile: LastMile) -> None:
    await sign_in(web_client, await add_person(mile.house, mile.tenant_id, Role.VIEWER))
    shown = await web_client.get("/dispatch")
    assert (shown.status_code, "/dispatch/plan" in shown.text) == (200, False)
    assert (await web_client.get("/driver")).status_code == 403
    await sign_in(web_client, await add_person(mile.house, mile.tenant_id, Role.DRIVER))
    assert (await web_client.get("/dispatch")).status_code == 403
    assert DESK != RUI
