"""Carriers call: genuine calls are taken once, in any order; everything else is turned away and changes nothing."""

import asyncio
import hashlib
import hmac
import os
import time
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from doorstep.platform import signatures
from doorstep.platform.house import House
from doorstep.stages import catalog
from doorstep.stages.tracking.ports import easypost, rate_table
from tests.conftest import NOON
from tests.worlds.catalog import WORLD
from tests.worlds.tracking import Sent, hook_body, journeys, state_of

SECRET = "whsec_bm9ydGhzaWRlLXBhcmNlbG8taG9vaw=="


async def tenant_code(house: House, tenant: UUID) -> str:
    async with house.db.directory() as connection:
        cursor = await connection.execute("SELECT code FROM directory.tenants WHERE id = %s", [tenant])
        row = await cursor.fetchone()
    assert row is not None
    return str(row[0])


class Parcelo:
    """The carrier's side of the line."""

    def __init__(self, client: httpx.AsyncClient, path: str) -> None:
        self.client = client
        self.path = path

    async def call(self, body: bytes, call_id: str = "", **change: Any) -> httpx.Response:
        """Call the house, signed as agreed unless something is changed."""
        call_id = call_id or hashlib.sha256(body).hexdigest()[:20]
        at = int(time.time() - change.pop("age_s", 0))
        headers = signatures.headers(change.pop("secret", SECRET), call_id, at, body)
        headers |= change.pop("headers", {})
        return await self.client.post(change.pop("path", self.path), content=body, headers=headers)


@pytest.fixture
async def sent(house: House, tenant: UUID) -> Sent:
    return await (await journeys(house, tenant)).sent()


@pytest.fixture
async def parcelo(house: House, tenant: UUID, web_client: httpx.AsyncClient) -> Parcelo:
    return Parcelo(web_client, f"/hooks/carriers/{await tenant_code(house, tenant)}/parcelo")


async def heard(house: House, tenant: UUID, sent: Sent) -> tuple[str, int]:
    """Return where the parcel stands and how many scans there are."""
    async with house.db.transaction(tenant, actor="test") as tx:
        cursor = await tx.connection.execute(
            "SELECT count(*) FROM tracking.scans WHERE tenant_id = %s AND via = 'push'", [tenant]
        )
        row = await cursor.fetchone()
        assert row is not None
        return await state_of(tx, sent), int(row[0])


async def test_a_signed_call_is_folded_before_it_is_answered(
    house: House, tenant: UUID, sent: Sent, parcelo: Parcelo
) -> None:
    answer = await parcelo.call(hook_body(sent.numbers[0], "PUP", NOON + timedelta(hours=2)))
    assert (answer.status_code, answer.json()) == (200, {"taken": True})
    assert await heard(house, tenant, sent) == ("picked_up", 1)


async def test_repeated_and_reordered_calls_end_in_the_same_story(
    house: House, tenant: UUID, sent: Sent, parcelo: Parcelo
) -> None:
    codes = ["PUP", "ARR", "DEP", "OFD", "DEL"]
    bodies = [hook_body(sent.numbers[0], code, NOON + timedelta(hours=h)) for h, code in enumerate(codes)]
    answers = await asyncio.gather(*(parcelo.call(body) for body in [*bodies[::-1], *bodies, *bodies]))
    assert {one.status_code for one in answers} == {200}
    assert await heard(house, tenant, sent) == ("delivered", 5)


async def test_the_same_call_twice_in_the_same_instant_counts_once(
    house: House, tenant: UUID, sent: Sent, parcelo: Parcelo
) -> None:
    body = hook_body(sent.numbers[0], "ARR", NOON + timedelta(hours=3))
    answers = await asyncio.gather(*(parcelo.call(body, "evt_1") for _ in range(10)))
    assert {one.status_code for one in answers} == {200}
    assert (await heard(house, tenant, sent))[1] == 1


NOT_GENUINE: list[dict[str, Any]] = [
    {"secret": "another secret"},
    {"age_s": 301},
    {"age_s": -400},
    {"headers": {"webhook-signature": ""}},
    {"headers": {"webhook-signature": "v1,bm9wZQ=="}},
    {"headers": {"webhook-timestamp": "now"}},
    {"headers": {"webhook-timestamp": "٣"}},
    {"headers": {"webhook-id": ""}},
    {"headers": {"webhook-id": "another"}},
    {"headers": {"x-hmac-signature": "hmac-sha256-hex=00"}},
]


async def test_a_call_that_is_not_genuine_changes_nothing(
    house: House, tenant: UUID, sent: Sent, parcelo: Parcelo
) -> None:
    for change in NOT_GENUINE:
        spelled = {name: value.encode() for name, value in change.get("headers", {}).items()}
        answer = await parcelo.call(hook_body(sent.numbers[0], "DEL"), **{**change, "headers": spelled})
        assert answer.status_code == 401, change
    assert (await heard(house, tenant, sent))[1] == 0


async def test_a_thousand_altered_calls_are_all_turned_away() -> None:
    body = hook_body("PS1", "DEL")
    headers = signatures.headers(SECRET, "evt_1", 1_000_000, body)
    assert signatures.genuine([SECRET], headers, body, 1_000_000)
    assert signatures.genuine(["old", SECRET], headers, body, 1_000_299)
    both = f"{signatures.sign('old', 'evt_1', 1_000_000, body)} {headers['webhook-signature']}"
    assert signatures.genuine([SECRET], {**headers, "webhook-signature": both}, body, 1_000_000)
    for at in range(1000):
        bad = bytearray(body)
        bad[at % len(body)] ^= 1 + at % 255
        assert not signatures.genuine([SECRET], headers, bytes(bad), 1_000_000)


async def test_a_call_for_nobody_is_unknown(parcelo: Parcelo, sent: Sent) -> None:
    body = hook_body(sent.numbers[0], "DEL")
    for path in (
        "/hooks/carriers/nobody/parcelo",
        f"{parcelo.path}x",
        parcelo.path.replace("parcelo", "house"),
    ):
        assert (await parcelo.call(body, path=path)).status_code == 404


NONSENSE = [b"", b"{}", b"[1]", b"\xff\xfe", b'{"event": {"code": "DEL"}}', b'{"event": null}', b"{" * 2000]


async def test_a_genuine_call_with_nonsense_is_kept_with_its_fault_and_answered(
    house: House, tenant: UUID, sent: Sent, parcelo: Parcelo
) -> None:
    for body in NONSENSE:
        assert (await parcelo.call(body)).status_code == 200, body
    async with house.db.transaction(tenant, actor="test") as tx:
        cursor = await tx.connection.execute(
            "SELECT folded, fault IS NOT NULL FROM tracking.calls WHERE tenant_id = %s", [tenant]
        )
        assert await cursor.fetchall() == [(False, True)] * len(NONSENSE)
    assert (await heard(house, tenant, sent))[1] == 0


async def test_a_call_that_comes_before_its_label_waits_for_the_parcel(
    house: House, tenant: UUID, parcelo: Parcelo
) -> None:
    floor = await journeys(house, tenant)
    async with floor.tx() as tx:
        await catalog.switch_carrier(tx, WORLD.house, active=False)
    order_id = await floor.packed_boxes()
    floor.number_for_next = "PS00000000042"
    assert (await parcelo.call(hook_body("PS00000000042", "PUP", NOON))).status_code == 200
    sent = await floor.labeled(order_id)
    assert sent.numbers == ["PS00000000042"]
    assert await heard(house, tenant, sent) == ("picked_up", 1)


@pytest.mark.proves("E2")
def test_what_a_carrier_says_is_read_with_distrust() -> None:
    (event,) = rate_table.read_call(
        hook_body(
            "PS1", "ATT", NOON, reason="absent", estimated_delivery="2026-03-05",
            local_time="2026-03-02T13:30:00+05:45", text="Nobody\x00 home",
        ).decode()
    )  # fmt: skip
    assert (event.status, event.reason) == ("attempt_failed", "consignee.absent")
    assert (event.zone, event.occurred_at.isoformat()) == ("+05:45", "2026-03-02T07:45:00+00:00")
    assert event.raw_text == "Nobody home"
    assert event.estimate is not None
    assert event.estimate.isoformat() == "2026-03-05T20:00:00+05:45"
    (strange,) = rate_table.read_call(hook_body("PS1", "X7Q").decode())
    assert (strange.status, strange.raw_code) == (None, "X7Q")
    for wrong in ("2026-03-02T13:30:00", "yesterday", None):
        with pytest.raises(ValueError, match="local_time"):
            rate_table.read_call(hook_body("PS1", "ATT", local_time=wrong).decode())


def easypost_body(number: str) -> bytes:
    details = [
        {"status": "pre_transit", "datetime": "2026-03-02T08:00:00Z", "message": "Announced"},
        {
            "status": "in_transit", "datetime": "2026-03-02T18:00:00Z", "message": "Arrived", "status_detail": "delayed",
            "tracking_location": {"city": "BUCHS", "state": "SG", "country": "CH", "zip": "9470"},
        },
    ]  # fmt: skip
    result = {"tracking_code": number, "status": "in_transit", "tracking_details": details}
    return msgspec.json.encode({"id": "evt_1", "description": "tracker.updated", "result": result})


def easypost_signature(secret: str, body: bytes) -> str:
    key = unicodedata.normalize("NFKD", secret).encode()
    return "hmac-sha256-hex=" + hmac.new(key, body, hashlib.sha256).hexdigest()


async def test_easypost_may_call_too(house: House, tenant: UUID, sent: Sent, parcelo: Parcelo) -> None:
    body = easypost_body(sent.numbers[0])
    signature = easypost_signature(SECRET, body)
    for _ in range(2):
        answer = await parcelo.client.post(
            parcelo.path, content=body, headers={"x-hmac-signature": signature}
        )
        assert answer.status_code == 200
    assert await heard(house, tenant, sent) == ("delayed", 2)


def test_easyposts_own_sample_has_the_published_signature_and_is_read() -> None:
    if not os.environ.get("DOORSTEP_DATA"):
        pytest.skip("DOORSTEP_DATA does not name the folder of sample files")
    body = (Path(os.environ["DOORSTEP_DATA"]) / "easypost-examples" / "event-body.json").read_bytes()
    known = "hmac-sha256-hex=044558adfe9c4781bc7c72cd65c57c7185673ac9c03669d3a493caafaff2ef44"
    assert easypost.genuine("sécret", known, body)
    assert not easypost.genuine("secret", known, body)
    events = easypost.read_call(body.decode())
    assert events
    assert all(event.status is not None for event in events)
