"""The payment processor: money is promised, taken and given back once each, and never more than there is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from doorstep.world.payment import serve_payment

WISH = {"reference": "PAY-1", "token": "tok_ok", "amount_minor": 5000, "currency": "EUR"}


@asynccontextmanager
async def calling(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serve_payment(folder) as url,
        httpx.AsyncClient(base_url=url, headers={"authorization": "Bearer payment-demo-key"}) as client,
    ):
        yield client


@pytest.fixture
async def processor(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(tmp_path) as client:
        yield client


async def ask(processor: httpx.AsyncClient, act: str, key: str, **body: Any) -> httpx.Response:
    return await processor.post(f"/v1/{act}", json=body, headers={"idempotency-key": key})


async def authorize(processor: httpx.AsyncClient, key: str = "k1", **change: Any) -> httpx.Response:
    return await ask(processor, "authorizations", key, **{**WISH, **change})


async def entries(processor: httpx.AsyncClient) -> list[tuple[str, int]]:
    found = (await processor.get("/v1/ledger")).json()["entries"]
    return [(one["kind"], one["amount_minor"]) for one in found]


async def test_money_walks_from_promise_to_refund(processor: httpx.AsyncClient) -> None:
    promised = await authorize(processor)
    assert (promised.status_code, promised.json()["status"]) == (201, "authorized")
    pay = promised.json()["id"]
    taken = await ask(processor, "captures", "c1", payment=pay, amount_minor=5000, reference="CAP-1")
    assert (taken.status_code, taken.json()["captured_minor"]) == (201, 5000)
    for key in ("r1", "r1", "r2"):
        back = await ask(processor, "refunds", key, payment=pay, amount_minor=2000, reference="REF-1")
        assert back.json()["refunded_minor"] == 2000
    assert await entries(processor) == [("authorized", 5000), ("captured", 5000), ("refunded", 2000)]


async def test_never_more_is_taken_than_promised_nor_given_back_than_taken(
    processor: httpx.AsyncClient,
) -> None:
    pay = (await authorize(processor)).json()["id"]
    answers = await asyncio.gather(
        *(
            ask(processor, "captures", f"c{i}", payment=pay, amount_minor=2000, reference=f"C{i}")
            for i in range(10)
        )
    )
    assert sorted(one.status_code for one in answers) == [201, 201, *[422] * 8]
    over = await ask(processor, "refunds", "r1", payment=pay, amount_minor=4001, reference="R1")
    assert over.json()["error"]["code"] == "above_captured"
    void = await ask(processor, "voids", "v1", payment=pay)
    assert (void.status_code, void.json()["error"]["code"]) == (409, "captured")


async def test_a_promise_is_made_once_for_a_reference_whatever_the_keys(processor: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(authorize(processor, f"k{i}") for i in range(12)))
    assert len({one.json()["id"] for one in answers}) == 1
    assert await entries(processor) == [("authorized", 5000)]
    other = await authorize(processor, "k99", amount_minor=1)
    assert other.json()["error"]["code"] == "other_amount"


async def test_a_void_repeats_harmlessly_and_frees_the_reference(processor: httpx.AsyncClient) -> None:
    pay = (await authorize(processor)).json()["id"]
    for key in ("v1", "v2"):
        assert (await ask(processor, "voids", key, payment=pay)).json()["status"] == "voided"
    late = await ask(processor, "captures", "c1", payment=pay, amount_minor=1, reference="C")
    assert late.json()["error"]["code"] == "voided"
    assert (await authorize(processor, "k2")).json()["id"] != pay


@pytest.mark.parametrize(
    ("token", "why"), [("tok_declined", "insufficient_funds"), ("tok_expired", "expired_card")]
)
async def test_a_decline_says_why_and_another_card_may_follow(
    processor: httpx.AsyncClient, token: str, why: str
) -> None:
    declined = await authorize(processor, token=token)
    assert (declined.status_code, declined.json()["decline_code"]) == (402, why)
    assert (await authorize(processor, token=token)).status_code == 402
    assert (await authorize(processor, "k2")).status_code == 201


@pytest.mark.parametrize(
    ("token", "made"),
    [
        ("tok_flaky", False),
        ("tok_late", True),
        ("tok_nonsense", True),
        ("tok_timeout", True),
        ("tok_hang", False),
    ],
)
async def test_what_became_of_a_call_without_an_answer_is_found_by_reference(
    processor: httpx.AsyncClient, token: str, made: bool
) -> None:
    await processor.post("/v1/simulate/mishaps", json={"hang_s": 0.3})
    try:
        wrong = await processor.post(
            "/v1/authorizations",
            json={**WISH, "token": token},
            headers={"idempotency-key": "k1"},
            timeout=0.1,
        )
        assert wrong.status_code >= 500 or "html" in wrong.headers["content-type"]
    except httpx.ReadTimeout:
        assert token in {"tok_timeout", "tok_hang"}
    found = (await processor.get("/v1/payments", params={"reference": "PAY-1"})).json()["payments"]
    assert [one["status"] for one in found] == (["authorized"] if made else [])
    again = await authorize(processor, token=token)
    assert (again.status_code, again.json()["status"]) == (201, "authorized")
    assert await entries(processor) == [("authorized", 5000)]


async def test_bad_requests_move_no_money(processor: httpx.AsyncClient) -> None:
    assert (await authorize(processor, amount_minor=0)).status_code == 400
    assert (await authorize(processor, key="")).status_code == 400
    assert (
        await ask(processor, "captures", "c", payment="no", amount_minor=1, reference="C")
    ).status_code == 404
    assert (await processor.get("/v1/ledger", headers={"authorization": "Bearer no"})).status_code == 401
    await authorize(processor)
    assert (await authorize(processor, amount_minor=7)).json()["error"]["code"] == "key_reused"
    assert await entries(processor) == [("authorized", 5000)]


async def test_the_books_outlive_the_server(tmp_path: Path) -> None:
    async with calling(tmp_path) as processor:
        first = await authorize(processor)
    async with calling(tmp_path) as processor:
        assert (await authorize(processor)).json() == first.json()
        assert await entries(processor) == [("authorized", 5000)]
