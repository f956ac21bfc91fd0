"""Text that wants to be more than text stays text, from the order's fields to every page and paper that shows it.

Mail and labels with such text have tests of their own: `tests/tracking/test_sending.py` and `tests/shipping/test_label.py`.
"""

import re
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep import app as house_app
from doorstep.platform.auth import Role
from doorstep.platform.links import write_link
from doorstep.platform.tasks import Worker
from doorstep.stages import orders
from doorstep.stages.shipping.rules.lint import lint
from tests.conftest import NOON
from tests.edge.conftest import Standing
from tests.edge.knocking import signed_in
from tests.platform.people import add_person
from tests.worlds.orders import body, contact, new_order, post_order
from tests.worlds.warehouse import Floor

COMPUTED = re.compile(r"(?<![0-9a-f-])4757(?![0-9a-f-])")
"""What 67 times 71 comes to, unless it is a piece of an id."""

TEXTS = [
    "<script>alert(4711)</script>", "</textarea><script>alert(4711)</script>", "<img src=x onerror=alert(4711)>", "<svg/onload=alert(4711)>",
    '"><script>alert(4711)</script>', "' onmouseover='alert(4711)", '" autofocus onfocus="alert(4711)', "</title><script>alert(4711)</script>",
    "<a href=javascript:alert(4711)>x</a>", "javascript:alert(4711)", "<!--<script>alert(4711)//-->", "]]><script>alert(4711)</script>",
    "<style>*{display:none}</style>", "<base href=//evil.example>", "<meta http-equiv=refresh content=0>", "<iframe src=//evil.example>",
    "{{ 67*71 }}", "{% set x = cycler %}{{ x }}", "${67*71}", "#{67*71}", "{{ config }}", "{{ ''.__class__.__mro__ }}", "%(now)s", "{0.__class__}",
    "'; DROP TABLE orders.orders; --", "' OR '1'='1", "1) UNION SELECT * FROM directory.api_keys --", "\\'; SELECT pg_sleep(9); --", "$$; ROLLBACK; $$", "%s%s%n",
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", '=HYPERLINK("//evil.example")', "|id", "$(id)", "`id`", "; id", "&& id",
    "^XZ^XA^JUS^XZ", "~JA", "^FS^FO0,0^GB800,800,800^FS", "_5EXZ", "../../../../etc/passwd", "..\\..\\windows", "file:///etc/passwd", "%00%0d%0a",
    "\u202eevil\u202c", "مرحبا", "😀👨\u200d👩\u200d👧", "e\u0301\u0301", "\ufeffx", "\u2028x", "\U0001d573",
]  # fmt: skip
REFUSED = ["a\r\nBcc: e@example.com", "a\nb", "a\x00b", "a\x1b[2Jb", "a\tb"]
FIELDS = ("name", "company", "street", "street2", "city")


class Reader(HTMLParser):
    """Reads a page as a browser does, and notes what would run."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []
        self.text: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element would do."""
        self.inside = tag
        for name, value in attrs:
            leads = name in ("href", "src", "action") and (value or "").strip().startswith(
                ("javascript:", "//")
            )
            if name.startswith("on") or name == "http-equiv" or leads:
                self.runs.append(f"<{tag} {name}={value}>")
        if tag in ("base", "iframe"):
            self.runs.append(f"<{tag}>")

    def handle_data(self, data: str) -> None:
        """Note hostile text inside of what is run."""
        self.text.append(data)
        if self.inside in ("script", "style") and ("4711" in data or "display:none" in data):
            self.runs.append(data)


def order_of(texts: list[str]) -> dict[str, Any]:
    """An order with a hostile text in every field that takes one."""
    fields = dict(zip(FIELDS, texts, strict=False))
    values: dict[str, Any] = body(new_order(ship_to=contact(**fields)), note=texts[-1])
    return values


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_more_than_one_line_is_refused(standing: Standing, text: str) -> None:
    headers = {"authorization": f"Bearer {standing.key}"}
    order: dict[str, Any] = body(new_order(ship_to=contact(name=text)))
    answer = standing.client.post("/api/orders", json=order, headers=headers)
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/ship_to/name"]


@pytest.fixture(scope="module")
def placed(standing: Standing) -> dict[UUID, list[str]]:
    """Orders that were picked, packed and labeled, with a hostile text in every field that takes one."""
    return standing.portal.call(pack, standing)


async def pack(standing: Standing) -> dict[UUID, list[str]]:
    """Place the orders through the API, and work them by the real acts."""
    floor = Floor(Worker(standing.house, house_app.all_duties()), standing.company.tenant_id)
    floor.totes = 100  # those before are in use
    placed = {}
    async with httpx.AsyncClient(base_url=standing.url) as client:
        for at in range(0, len(TEXTS), len(FIELDS)):
            texts = TEXTS[at : at + len(FIELDS)]
            ship_to = contact(**dict(zip(FIELDS, texts, strict=True)))
            answer = await post_order(client, standing.key, new_order(ship_to=ship_to, note=" ".join(texts)))
            assert answer.status_code == 201, answer.text
            order_id = UUID(answer.json()["id"])
            for reason in answer.json()["holds"]:
                async with floor.tx() as tx:
                    await orders.release_hold(tx, [order_id], reason)
            placed[order_id] = texts
    await floor.settle()
    while await floor.waiting_carts():
        await floor.walk()
    for order_id in placed:
        assert (await floor.pack(order_id)).code == "closed"
    await floor.settle()
    return placed


@pytest.fixture(scope="module")
def cookies(standing: Standing) -> str:
    """The owner's browser."""

    async def enter() -> dict[str, str]:
        login = await add_person(standing.house, standing.company.tenant_id, Role.OWNER)
        return await signed_in(standing.url, login)

    return "; ".join(f"{name}={value}" for name, value in standing.portal.call(enter).items())


def look(standing: Standing, path: str, cookies: str, **query: str) -> str:
    """Open a page; nothing of ours in it runs. Return its text."""
    answer = standing.client.get(path, params=query, headers={"cookie": cookies, "accept": "text/html"})
    standing.client.cookies.clear()
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    reader = Reader()
    reader.feed(answer.text)
    assert reader.runs == [], path
    return " ".join(reader.text)


def test_hostile_text_stays_text_on_every_page(
    standing: Standing, placed: dict[UUID, list[str]], cookies: str
) -> None:
    for order_id, texts in placed.items():
        told = look(standing, f"/orders/{order_id}", cookies)
        assert " ".join(texts[0].split()) in " ".join(told.split()), texts[0]
        token = write_link(
            standing.house, "order", standing.company.tenant_id, order_id, NOON.date().replace(year=2036)
        )
        told += look(standing, f"/tower/orders/{order_id}", cookies) + look(standing, f"/t/{token}", "")
        for page in ("confirm", "rate", "problem", "return"):
            told += look(standing, f"/t/{token}/{page}", "")
        assert COMPUTED.search(told) is None
    for path in ("/orders", "/tower", "/pack", "/shipping", "/tracking", "/feedback"):
        look(standing, path, cookies)


def test_a_hostile_question_is_shown_as_it_was_asked(standing: Standing, cookies: str) -> None:
    for text in TEXTS:
        for path in ("/orders", "/tower/search", "/tracking", "/catalog"):
            assert COMPUTED.search(look(standing, path, cookies, q=text)) is None
        look(standing, "/sign-in", "", next=text)


def test_hostile_text_stays_text_on_paper(standing: Standing, placed: dict[UUID, list[str]]) -> None:
    headers = {"authorization": f"Bearer {standing.key}"}
    found = standing.client.get("/api/labels", params={"most": 200}, headers=headers).json()["labels"]
    labels = [one for one in found if UUID(one["order_id"]) in placed]
    assert len(labels) == len(placed)
    for label in labels:
        zpl = standing.client.get(f"/api/labels/{label['id']}/zpl", headers=headers).text
        assert lint(zpl, width=812, height=1218) == []
        for path in (f"/api/labels/{label['id']}/pdf", f"/api/parcels/{label['parcel_id']}/slip"):
            paper = standing.client.get(path, headers=headers).content
            assert paper.startswith(b"%PDF-")
            assert not any(word in paper for word in (b"/JavaScript", b"/OpenAction", b"/URI", b"/Launch"))
