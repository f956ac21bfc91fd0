"""Customers speak by their signed link: looking never says anything, and no link opens another's order."""

import re
from uuid import UUID, uuid4

import httpx

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from tests.platform.people import add_person, csrf_of, sign_in
from tests.worlds.feedback import Doorstep

HTML = {"accept": "text/html"}


async def say(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Open a page as a browser does and send its form."""
    shown = await client.get(path, headers=HTML)
    assert shown.status_code == 200, shown.text
    return await client.post(
        path.split("?", maxsplit=1)[0], data={**fields, "_csrf_token": csrf_of(shown.text)}, headers=HTML
    )


async def test_a_mail_scanner_that_follows_every_link_votes_for_nothing(
    web_client: httpx.AsyncClient, door: Doorstep
) -> None:
    [order_id] = await door.delivered({"A": 1})
    for path in ("confirm", "problem", "return", *(f"rate?score={n}" for n in range(1, 6))):
        assert (await web_client.get(f"/t/{door.link(order_id)}/{path}")).status_code == 200
    assert await door.ask("SELECT count(*) FROM feedback.ratings WHERE order_id = %s", order_id) == 0
    assert await door.ask("SELECT count(*) FROM feedback.confirmations WHERE order_id = %s", order_id) == 0


async def test_the_link_preselects_and_the_form_records(
    web_client: httpx.AsyncClient, door: Doorstep
) -> None:
    [order_id] = await door.delivered({"A": 1})
    path = f"/t/{door.link(order_id)}/rate?score=4"
    assert re.search(r'value="4"[^>]* checked', (await web_client.get(path)).text)
    answer = await say(web_client, path, score="4", comment="Obrigado!")
    assert answer.status_code == 303
    assert await door.ask("SELECT score FROM feedback.ratings WHERE order_id = %s", order_id) == 4


async def test_a_form_without_a_score_says_what_is_missing(
    web_client: httpx.AsyncClient, door: Doorstep
) -> None:
    [order_id] = await door.delivered({"A": 1})
    answer = await say(web_client, f"/t/{door.link(order_id)}/rate", comment="no stars")
    assert "Choose one to five stars" in answer.text


async def test_a_return_asked_on_the_page_gets_its_label(
    web_client: httpx.AsyncClient, door: Doorstep
) -> None:
    [order_id] = await door.delivered({"A": 2})
    page = f"/t/{door.link(order_id)}/return"
    line = f"line-{await door.line(order_id)}"
    too_many = await say(web_client, page, **{line: "7"}, reason="changed_mind", note="")
    assert "That is more than can come back." in too_many.text
    assert (await say(web_client, page, **{line: "1"}, reason="changed_mind", note="")).status_code == 303
    await door.settle()
    in_portuguese = (await web_client.get(page, headers={"accept-language": "pt"})).text
    assert re.search(r"Reembolso: \d+,\d\d EUR", in_portuguese)
    shown = (await web_client.get(page)).text
    label = re.search(r"/t/[^\"]+/label\.pdf", shown)
    assert label
    assert (await web_client.get(label[0])).content.startswith(b"%PDF")


async def test_one_orders_link_opens_no_other_orders_label(
    web_client: httpx.AsyncClient, door: Doorstep
) -> None:
    first, second = await door.delivered({"A": 1}, {"B": 1})
    page = f"/t/{door.link(first)}/return"
    await say(web_client, page, **{f"line-{await door.line(first)}": "1"}, reason="other", note="")
    await door.settle()
    return_id = await door.ask("SELECT id FROM feedback.returns WHERE order_id = %s", first)
    other = await web_client.get(f"/t/{door.link(second)}/return/{return_id}/label.pdf")
    assert other.status_code == 404
    assert (await web_client.get(f"/t/{'x' * 64}/rate")).status_code == 404


async def test_the_desk_answers_a_case_and_takes_a_return_in(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, door: Doorstep
) -> None:
    [order_id] = await door.delivered({"A": 1})
    await say(
        web_client, f"/t/{door.link(order_id)}/problem", cause="damaged", note="<script>alert(1)</script>"
    )
    web_client.cookies.clear()
    await sign_in(web_client, await add_person(house, tenant, Role.MANAGER))
    desk = await web_client.get("/feedback", headers=HTML)
    assert "&lt;script&gt;" in desk.text
    assert "<script>alert" not in desk.text
    [case] = re.findall(r"/cases/[0-9a-f-]{36}", desk.text)
    empty = await say(web_client, case, answer=" ")
    assert "Write what the customer shall read" in empty.text
    assert (await say(web_client, case, answer="Another one is on its way.")).status_code == 303
    assert (await web_client.get(f"/cases/{uuid4()}", headers=HTML)).status_code == 404
