"""Files of the pages: named by content, kept for ever, sent small, and nothing else of the disk."""

import gzip
import re

import httpx
import pytest

from doorstep.platform.assets import FOLDER, address


async def test_a_file_asked_for_by_its_content_is_kept_for_ever(web_client: httpx.AsyncClient) -> None:
    answer = await web_client.get(address("doorstep.css"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.content == (FOLDER / "doorstep.css").read_bytes()


@pytest.mark.parametrize("query", ["", "?v=000000000000"])
async def test_a_file_asked_for_otherwise_is_asked_for_again(
    web_client: httpx.AsyncClient, query: str
) -> None:
    answer = await web_client.get(f"/static/doorstep.css{query}")
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_file_that_the_browser_has_is_not_sent_again(web_client: httpx.AsyncClient) -> None:
    first = await web_client.get("/static/icons.svg")
    again = await web_client.get("/static/icons.svg", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_file_is_packed_for_those_who_unpack(web_client: httpx.AsyncClient) -> None:
    packed = await web_client.get("/static/doorstep.css", headers={"accept-encoding": "gzip"})
    whole = await web_client.get("/static/doorstep.css", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in whole.headers
    assert packed.content == whole.content
    assert int(packed.headers["content-length"]) < len(whole.content) / 3
    assert packed.headers["vary"] == whole.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    "path",
    [
        "../pages.py",
        "..%2fpages.py",
        "%2e%2e/pages.py",
        "built/../../web.py",
        "nothing.css",
        "/etc/passwd",
        "",
        ".",
    ],
)
async def test_nothing_else_of_the_disk_is_sent(web_client: httpx.AsyncClient, path: str) -> None:
    answer = await web_client.get(f"/static/{path}")
    assert answer.status_code == 404


async def test_the_head_of_a_file_can_be_asked_for(web_client: httpx.AsyncClient) -> None:
    answer = await web_client.head("/static/doorstep.css")
    assert (answer.status_code, answer.content) == (200, b"")


def test_an_address_changes_with_the_content() -> None:
    assert re.fullmatch(r"/static/doorstep\.css\?v=[0-9a-f]{12}", address("doorstep.css"))
    assert address("doorstep.css") != address("icons.svg").replace("icons.svg", "doorstep.css")


async def test_a_page_is_sent_packed_and_a_refusal_to_a_program_whole(web_client: httpx.AsyncClient) -> None:
    headers = {"accept": "text/html", "accept-encoding": "gzip"}
    async with web_client.stream("GET", "/sign-in", headers=headers) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(raw)
    assert b"<h1>Sign in</h1>" in gzip.decompress(raw)
    problem = await web_client.get("/api/clock", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in problem.headers


async def test_a_page_for_those_who_do_not_unpack_is_whole(web_client: httpx.AsyncClient) -> None:
    answer = await web_client.get("/sign-in", headers={"accept": "text/html", "accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert b"<h1>Sign in</h1>" in answer.content
