"""Who is calling: passwords, sessions and keys."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import auth, roster
from doorstep.platform.auth import DESK, Allow, Gate, NewUser, Principal, Role, allow
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from tests.platform.people import PASSWORD, add_person, csrf_of, sign_in


async def test_a_person_signs_in_works_and_signs_out(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    login = await add_person(house, tenant, Role.MANAGER)
    answer = await sign_in(web_client, login)
    assert (answer.status_code, answer.headers["location"]) == (303, "/tower")
    tasks = await web_client.get("/tasks")
    assert tasks.status_code == 200
    await web_client.post("/sign-out", data={"_csrf_token": csrf_of(tasks.text)})
    again = await web_client.get("/tasks", headers={"accept": "text/html"})
    assert (again.status_code, again.headers["location"]) == (303, "/sign-in?next=/tasks")


async def test_managers_see_who_was_at_work_when(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    login = await add_person(house, tenant, Role.MANAGER)
    away = await add_person(house, tenant, Role.PICKER)
    await sign_in(web_client, login)
    async with house.db.directory() as connection:
        await connection.execute(
            "UPDATE directory.sessions SET seen_at = now() - interval '1 hour' WHERE tenant_id = %s", [tenant]
        )
    await web_client.get("/tasks")
    key = await auth.make_key(house.db, tenant, "clock", ["users:read"])
    answer = await web_client.get("/api/users", headers={"authorization": f"Bearer {key}"})
    found = {one["login"]: one["seen_at"] for one in answer.json()}
    assert found[away] is None
    assert datetime.now(UTC) - datetime.fromisoformat(found[login]) < timedelta(minutes=1)


async def test_a_wrong_name_and_a_wrong_password_look_alike(house: House, tenant: UUID) -> None:
    login = await add_person(house, tenant, Role.PICKER)
    said = []
    for name, password in ((login, "wrong horse"), ("nobody@nowhere.example", PASSWORD)):
        with pytest.raises(Refused) as refused:
            await auth.sign_in(house.db, name, password)
        said.append((refused.value.reason, refused.value.message))
    assert said[0] == said[1]


async def test_ten_wrong_passwords_lock_the_name_for_a_minute(house: House, tenant: UUID) -> None:
    login = await add_person(house, tenant, Role.PICKER)
    for _ in range(10):
        with pytest.raises(Refused):
            await auth.sign_in(house.db, login, "wrong horse")
    with pytest.raises(Refused) as locked:
        await auth.sign_in(house.db, login, PASSWORD)
    assert (locked.value.reason, locked.value.retry_after_s) == (Reason.TOO_MANY, 60)


async def test_a_password_is_long_enough_and_a_name_is_taken_once(house: House, tenant: UUID) -> None:
    login = await add_person(house, tenant, Role.PICKER)
    with pytest.raises(Refused, match="at least 8"):
        await auth.add_user(house.db, tenant, NewUser("x@y.example", "X", "short", (Role.PICKER,)))
    with pytest.raises(Refused, match="taken"):
        await auth.add_user(house.db, tenant, NewUser(login, "X", PASSWORD, (Role.PICKER,)))
    with pytest.raises(Refused, match="belongs to one merchant"):
        await auth.add_user(house.db, tenant, NewUser("m@y.example", "X", PASSWORD, (Role.MERCHANT,)))


async def test_sign_in_never_sends_people_to_another_site(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    login = await add_person(house, tenant, Role.PICKER)
    for target in ("https://evil.example", "//evil.example", "/\\evil.example"):
        form = await web_client.get("/sign-in")
        fields = {"login": login, "password": PASSWORD, "next": target, "_csrf_token": csrf_of(form.text)}
        answer = await web_client.post("/sign-in", data=fields)
        assert answer.headers["location"] == "/"


async def test_a_form_from_elsewhere_is_refused(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    login = await add_person(house, tenant, Role.MANAGER)
    await sign_in(web_client, login)
    answer = await web_client.post("/tasks/retry", data={"name": "x", "subject": str(uuid4()), "seq": "1"})
    assert answer.status_code == 403


async def test_the_session_cookie_is_out_of_reach_of_scripts(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    answer = await sign_in(web_client, await add_person(house, tenant, Role.PICKER))
    cookie = next(
        line for line in answer.headers.get_list("set-cookie") if line.startswith("doorstep_session=")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_a_key_opens_what_its_scopes_say_and_dies_when_revoked(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    key = await auth.make_key(house.db, tenant, "script", ["tasks:read"])
    bearer = {"authorization": f"Bearer {key}"}
    assert (await web_client.get("/api/tasks", headers=bearer)).status_code == 200
    assert (await web_client.get("/api/clock", headers=bearer)).status_code == 403
    [shown] = await roster.keys(house.db, tenant)
    await auth.revoke_key(house.db, tenant, shown.id)
    async with asyncio.timeout(5):
        while (await web_client.get("/api/tasks", headers=bearer)).status_code != 401:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def test_a_cookie_does_not_open_the_api(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    await sign_in(web_client, await add_person(house, tenant, Role.OWNER))
    assert (await web_client.get("/api/tasks")).status_code == 401


async def test_an_unknown_key_is_refused(web_client: httpx.AsyncClient) -> None:
    answer = await web_client.get("/api/tasks", headers={"authorization": "Bearer dk_nothing"})
    assert answer.status_code == 401


def test_a_caller_bound_to_a_merchant_asks_for_nobody_elses() -> None:
    mine, other = uuid4(), uuid4()
    who = Principal(uuid4(), "user:m", "M", uuid4(), frozenset({"merchant"}), frozenset(), mine)
    assert who.own(None) == who.own(mine) == mine
    with pytest.raises(Refused) as refused:
        who.own(other)
    assert refused.value.reason is Reason.UNKNOWN
    assert who.may(Allow(frozenset({"merchant"})))
    assert not who.may(Allow(frozenset({"manager"})))


def test_a_key_bound_to_a_merchant_enters_only_what_is_open_to_merchants() -> None:
    def key(merchant_id: UUID | None) -> Principal:
        return Principal(uuid4(), "key:shop", "shop", scopes=frozenset({"*"}), merchant_id=merchant_id)

    desk = allow(*DESK, scope="sites:write")["allow"]
    shared = allow(*DESK, Role.MERCHANT, scope="orders:write")["allow"]
    assert [key(None).may(desk), key(None).may(shared)] == [True, True]
    assert [key(uuid4()).may(desk), key(uuid4()).may(shared)] == [False, True]


async def test_many_requests_with_one_key_look_it_up_once(
    house: House, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    look_up = Gate._program

    async def counted(connection: Any, key_hash: bytes) -> Principal | None:
        asked.append(key_hash)
        return await look_up(connection, key_hash)

    monkeypatch.setattr(Gate, "_program", staticmethod(counted))
    gate, key = Gate(house.db), await auth.make_key(house.db, tenant, "shop", ["orders:write"])
    first = asyncio.create_task(gate.by_key(key))
    others = [asyncio.create_task(gate.by_key(key)) for _ in range(50)]
    await asyncio.sleep(0)
    first.cancel()
    found = await asyncio.gather(*others)
    assert {one.tenant_id for one in found if one} == {tenant}
    assert len(asked) == 1
