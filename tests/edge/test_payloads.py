"""Five hundred hostile texts in every text field of the API and of the customers' forms: none runs on any page, and none breaks a door.

In each round every field gets another text; then every page is opened as a browser opens it. `make test` takes two rounds,
`make soak` as many as there are texts, so that each text was in each field.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform.cells import inert
from tests.edge.conftest import Standing
from tests.edge.filling import text_fields
from tests.edge.knocking import DOORS, csrf_token, path_of
from tests.edge.payloads import PAYLOADS
from tests.edge.test_hostile import COMPUTED, Reader, cookies
from tests.worlds.everything import TABLES

__all__ = ["cookies"]
FIELDS = list(text_fields())
FORMS = (
    ("rate", "comment", {"score": "3"}),
    ("problem", "note", {"cause": "damaged"}),
    ("return", "note", {"reason": "damaged"}),
)
"""What customers write: the page of their link, the field, and what else it wants."""

LEAVES = {"/sign-out", "/static/{file_path:path}", "/health", "/metrics"}
ALIAS = {"job_id": "fulfillment_id", "channel_id": "shop_id", "id": "order_id"}
ACTS = (b"/JavaScript", b"/JS", b"/OpenAction", b"/AA", b"/URI", b"/Launch", b"/EmbeddedFile")
"""What makes a PDF act."""

TAKEN_LEAST = 60
"""So many fields take a text as it is; a round in which fewer do tries nothing."""


def newest(standing: Standing) -> Callable[[str], UUID]:
    """Name the newest thing of each kind, so that what was just written is looked at."""

    async def ask() -> dict[str, UUID]:
        found = {}
        async with standing.house.db.transaction(standing.company.tenant_id, actor="test") as tx:
            for name, table in TABLES.items():
                row = await (
                    await tx.connection.execute(f"SELECT id FROM {table} ORDER BY id DESC LIMIT 1".encode())
                ).fetchone()
                found[name] = row[0] if row else uuid4()
        return found

    ids = standing.portal.call(ask)
    return lambda name: ids.get(ALIAS.get(name, name)) or uuid4()


def fill(standing: Standing, round_: int, taken: Counter[str]) -> None:
    """Write another text into every field; no door breaks, and what is refused is refused by name."""
    headers = {"authorization": f"Bearer {standing.key}"}
    id_of = newest(standing)
    for at, field in enumerate(FIELDS):
        text = PAYLOADS[(round_ + at * 7) % len(PAYLOADS)]
        answer = standing.client.request(
            field.door.method, path_of(field.door, id_of), json=field.body(id_of, text), headers=headers
        )
        standing.client.cookies.clear()
        assert answer.status_code < 500, f"{field} with {text!r}: {answer.text}"
        taken[str(field)] += answer.is_success
    csrf = csrf_token(standing.client)
    for at, (page, field_name, more) in enumerate(FORMS):
        said = {**more, field_name: PAYLOADS[(round_ + at) % len(PAYLOADS)], "_csrf_token": csrf}
        answer = standing.client.post(
            f"/t/{standing.company.token}/{page}", data=said, headers={"cookie": f"doorstep_csrf={csrf}"}
        )
        standing.client.cookies.clear()
        assert answer.status_code < 500, f"{page} with {said}: {answer.text}"


def hand_out(standing: Standing) -> list[str]:
    """Ask every door for programs; return what is more than text in what it hands out: JSON, tables, papers, pictures."""
    headers, id_of, found = {"authorization": f"Bearer {standing.key}"}, newest(standing), []
    for door in DOORS:
        if not door.is_api or door.method != "GET" or "stream" in door.path:
            continue
        answer = standing.client.get(path_of(door, id_of), headers=headers)
        standing.client.cookies.clear()
        assert answer.status_code < 500, f"{door}: {answer.text}"
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if kind == "text/html":
            found.append(f"{door} answers a page")
        if answer.headers.get("x-content-type-options") != "nosniff":
            found.append(f"{door} lets a browser guess")
        if kind == "application/pdf" and any(word in answer.content for word in ACTS):
            found.append(f"{door} acts")
        if kind == "text/csv":
            cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
            found += [f"{door}: {cell}" for cell in cells if cell != inert(cell)]
    return found


def walk(standing: Standing, owner: str) -> tuple[list[str], int]:
    """Open every page; return what would run on them, and how many were read."""
    found: list[str] = []
    read = 0
    id_of = newest(standing)
    texts = {"token": standing.company.token, "tenant": standing.company.tenant_code, "merchant": "juniper"}
    for door in DOORS:
        if door.is_api or door.method != "GET" or door.path in LEAVES:
            continue
        with standing.client.stream(
            "GET", path_of(door, id_of, **texts), headers={"cookie": owner, "accept": "text/html"}
        ) as answer:
            standing.client.cookies.clear()
            assert answer.status_code < 500, f"{door}: {answer.read()!r}"
            if answer.headers.get("content-type", "").startswith("text/html"):
                answer.read()
                found += [f"{door}: {one}" for one in runs(answer)]
                read += answer.is_success
    return found, read


def runs(answer: httpx.Response) -> list[str]:
    """Return what would run on a page, or was computed by what wrote it."""
    reader = Reader()
    reader.feed(answer.text)
    text = " ".join(reader.text)
    return [
        *reader.runs,
        *(f"computed: {text[max(at.start() - 20, 0) : at.end() + 20]}" for at in COMPUTED.finditer(text)),
    ]


TOGETHER = 50
"""Rounds in one house: the long list in parts that several processes can share."""
ROUNDS = [
    pytest.param(range(2), id="two-rounds"),
    *(
        pytest.param(range(at, at + TOGETHER), id=f"from-{at}", marks=pytest.mark.soak)
        for at in range(0, len(PAYLOADS), TOGETHER)
    ),
]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_no_text_of_any_field_runs_on_any_page(standing: Standing, cookies: str, rounds: range) -> None:
    taken: Counter[str] = Counter()
    for round_ in rounds:
        fill(standing, round_ * 11 % len(PAYLOADS), taken)
        found, read = walk(standing, cookies)
        assert [*found, *hand_out(standing)] == [], f"round {round_}"
        assert read > 60, "the pages are there"
    assert sum(count > 0 for count in taken.values()) >= TAKEN_LEAST, taken


def test_the_fields_of_people_are_among_those_that_are_tried() -> None:
    named = {str(one) for one in FIELDS}
    assert len(named) > 200
    for door, fields in {
        "POST /api/orders": ("ship_to.name", "ship_to.street", "ship_to.company", "note"),
        "POST /api/merchants": ("name", "message"), "PUT /api/products/{product_id:uuid}": ("name",), "POST /api/sites": ("name",),
        "POST /api/orders/{order_id:uuid}/hold": ("note",), "POST /api/cases/{case_id:uuid}/answer": ("answer",),
    }.items():  # fmt: skip
        assert {f"{door} {one}" for one in fields} - named == set()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(4711)</script>",
        '"><img src=x onerror=alert(4711)>',
        "<a href=javascript:alert(4711)>x</a>",
        "A4757",
    ],
)
def test_the_reader_notices_what_would_run(text: str) -> None:
    assert runs(httpx.Response(200, html=f"<p>{text}</p>"))


def test_a_piece_of_an_id_is_no_sum() -> None:
    assert runs(httpx.Response(200, html="<p>01a22022-4757-7c5d-a819-0b1aa3812c44, c-9b4757e1</p>")) == []


def test_a_body_is_sound_but_for_the_text_in_one_field() -> None:
    one = next(field for field in FIELDS if str(field) == "POST /api/orders ship_to.company")
    made = one.body(lambda _: UUID(int=1), "x<y")
    assert (made["ship_to"].pop("company"), made["ship_to"]["city"]) == ("x<y", "Zürich")


def test_the_character_0_is_refused_by_name_wherever_it_stands(standing: Standing) -> None:
    headers = {"authorization": f"Bearer {standing.key}"}
    asked = {"code": "x", "merchant": "juni\x00per", "our_id": "A", "their_id": "B"}
    answer = standing.client.post("/api/edi/partners", json=asked, headers=headers)
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, ["/merchant"])
    answer = standing.client.get("/api/orders?q=%00a", headers=headers)
    assert answer.status_code < 500
