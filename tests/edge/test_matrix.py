"""Every door of the house, tried by everybody: nobody enters where it is not said, and nobody learns what others have."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.auth import Role
from doorstep.stages import catalog
from tests.edge.conftest import Standing, new_company
from tests.edge.knocking import DOORS, Door, Visitor, signed_in
from tests.platform.people import add_person
from tests.worlds.catalog import fixed, juniper
from tests.worlds.everything import TABLES, Everything

LEAVES = "POST /sign-out"
"""Whoever enters here is nobody afterwards."""
SHARED = {"site_id", "box_id", "carrier_id", "service_id", "van_id"}
"""What a company's merchants use together."""
ALIAS = {
    "job_id": "fulfillment_id",
    "from_site_id": "site_id",
    "component_id": "product_id",
    "channel_id": "shop_id",
    "id": "order_id",
}


def nothing(_name: str) -> UUID:
    """Name something that nobody has."""
    return uuid4()


def of(company: Everything) -> Callable[[str], UUID]:
    """Name things that a company has."""
    return lambda name: (
        company.ids[ALIAS.get(name, name)][0] if ALIAS.get(name, name) in company.ids else uuid4()
    )


@dataclass(frozen=True)
class People:
    """Who stands before the doors.

    Attributes:
        staff: of the furnished company, by role, signed in.
        stranger: of another company, with all scopes; `owner` is signed in there.
        rival: a key of another merchant of the furnished company.
        gone: a key and a signed-in owner of a suspended company.
    """

    nobody: Visitor
    staff: dict[Role, Visitor]
    stranger: Visitor
    owner: Visitor
    rival: Visitor
    gone: tuple[Visitor, Visitor]


@pytest.fixture(scope="module")
def people(standing: Standing) -> People:
    """Everybody, at once."""
    return standing.portal.call(invite, standing)


async def invite(standing: Standing) -> People:
    """Make people and keys."""
    house, url, client, home = standing.house, standing.url, standing.client, standing.company.tenant_id
    other, suspended = await new_company(house), await new_company(house)
    rival = replace(juniper(code="rival", name="Rival"), id=fixed(1, 2))
    async with house.db.transaction(home, actor="test") as tx:
        await catalog.add_merchants(tx, [rival])

    async def person(tenant_id: UUID, role: Role) -> Visitor:
        merchant = standing.company.one("merchant_id") if role is Role.MERCHANT else None
        login = await add_person(house, tenant_id, role, merchant_id=merchant)
        return Visitor(client, cookies=await signed_in(url, login))

    async def program(tenant_id: UUID, merchant_id: UUID | None = None) -> Visitor:
        return Visitor(client, await auth.make_key(house.db, tenant_id, "test", ["*"], merchant_id))

    gone = await program(suspended), await person(suspended, Role.OWNER)
    async with house.db.directory() as connection:
        await connection.execute(
            "UPDATE directory.tenants SET suspended_at = now() WHERE id = %s", [suspended]
        )
    return People(
        nobody=Visitor(client),
        staff={role: await person(home, role) for role in Role},
        stranger=await program(other),
        owner=await person(other, Role.OWNER),
        rival=await program(home, rival.id),
        gone=gone,
    )


def guarded(*, api: bool | None = None) -> Iterator[Door]:
    """The doors that are not open to everybody."""
    return (door for door in DOORS if not door.allowed.anyone and api in (None, door.is_api))


def test_every_door_can_be_tried(standing: Standing) -> None:
    known = {
        *standing.company.ids,
        *ALIAS,
        "act",
        "topic",
        "token",
        "tenant",
        "merchant",
        "tenant_code",
        "tenant_id",
        "digest",
        "carrier_code",
        "shop_code",
        "account_code",
    }
    unknown = {str(door): set(door.names) - known for door in DOORS}
    assert {door: names for door, names in unknown.items() if names} == {
        "GET /static/{file_path:path}": {"file_path"}
    }, "a path names something new: give the furnished company one of it"
    assert len(DOORS) > 200


def test_whoever_does_not_sign_in_enters_only_where_anyone_may(people: People, standing: Standing) -> None:
    wrong = []
    for door in guarded():
        answer = people.nobody.knock(door, of(standing.company))
        if answer.status_code != 401:
            wrong.append(f"{door}: {answer.status_code}")
        if not door.is_api:
            page = people.nobody.knock(door, of(standing.company), accept="text/html")
            if page.status_code != 303 or not page.headers["location"].startswith("/sign-in?next="):
                wrong.append(f"{door} as a page: {page.status_code}")
    assert not wrong, "\n".join(wrong)


def test_what_is_open_to_anyone_never_breaks(people: People, standing: Standing) -> None:
    texts = {"token": standing.company.token, "tenant": standing.company.tenant_code, "merchant": "juniper"}
    codes = {
        "tenant_code": standing.company.tenant_code,
        "carrier_code": "parcelo",
        "shop_code": "juniper-shop",
        "account_code": str(standing.company.one("account_id")),
    }
    garbled = dict.fromkeys([*texts, *codes], "x" * 64)
    for door in DOORS:
        if door.allowed.anyone and str(door) != LEAVES:
            for values in (texts | codes, garbled):
                answer = people.nobody.knock(door, nothing, **values)
                assert answer.status_code < 500, f"{door}: {answer.text}"
            if door.names and "file_path" not in door.names:
                assert answer.status_code in (400, 401, 404, 422), (
                    f"{door} opens to nonsense: {answer.status_code}"
                )


def test_people_enter_only_where_their_role_may(people: People, standing: Standing) -> None:
    wrong = []
    for door in guarded(api=False):
        id_of = of(standing.company) if door.method == "GET" else nothing
        for role, visitor in people.staff.items():
            status = visitor.knock(door, id_of).status_code
            refused = status == 403
            if refused == (role in door.allowed.roles) or status in (401, 500, 502, 503):
                wrong.append(f"{door} to {role}: {status}")
    assert not wrong, "\n".join(wrong)


def test_a_session_opens_no_door_for_programs(people: People, standing: Standing) -> None:
    for door in guarded(api=True):
        assert people.staff[Role.OWNER].knock(door, nothing).status_code == 401, door


def test_keys_enter_only_with_the_scope(people: People, standing: Standing) -> None:
    scopes = sorted({door.allowed.scope for door in guarded() if door.allowed.scope})
    with_it = {one: standing.portal.call(_key, standing, [one]) for one in scopes}
    without = {one: standing.portal.call(_key, standing, [s for s in scopes if s != one]) for one in scopes}
    nothing_at_all = Visitor(standing.client, standing.portal.call(_key, standing, []))
    wrong = []
    for door in guarded():
        if not (scope := door.allowed.scope):
            if (status := people.stranger.knock(door, nothing).status_code) != 403:
                wrong.append(f"{door} is for people, but a key got {status}")
            continue
        for key, entered in ((with_it[scope], True), (without[scope], False)):
            status = Visitor(standing.client, key).knock(door, nothing).status_code
            if (status == 403) == entered or status in (401, 500, 503):
                wrong.append(f"{door} with{'' if entered else 'out'} {scope}: {status}")
        if nothing_at_all.knock(door, nothing).status_code != 403:
            wrong.append(f"{door} without any scope")
    assert not wrong, "\n".join(wrong)


async def _key(standing: Standing, scopes: list[str]) -> str:
    return await auth.make_key(standing.house.db, standing.company.tenant_id, "test", scopes)


def test_a_suspended_company_is_locked_out(people: People) -> None:
    for door in guarded():
        for visitor in people.gone:
            assert visitor.knock(door, nothing).status_code == 401, door


def test_another_companys_things_are_as_if_they_were_not_there(people: People, standing: Standing) -> None:
    before = standing.portal.call(fingerprint, standing)
    wrong = []
    for door in guarded():
        visitor = people.stranger if door.is_api else people.owner
        wrong += told_apart(visitor, door, standing.company)
    assert not wrong, "\n".join(wrong)
    assert standing.portal.call(fingerprint, standing) == before


def test_another_merchants_things_are_as_if_they_were_not_there(people: People, standing: Standing) -> None:
    before = standing.portal.call(fingerprint, standing)
    wrong = []
    for door in guarded(api=True):
        if Role.MERCHANT in door.allowed.roles and not SHARED & set(door.names):
            wrong += told_apart(people.rival, door, standing.company)
        elif Role.MERCHANT not in door.allowed.roles:
            status = people.rival.knock(door, of(standing.company)).status_code
            wrong += [f"{door}: {status}"] if status != 403 else []
    assert not wrong, "\n".join(wrong)
    assert standing.portal.call(fingerprint, standing) == before


def told_apart(visitor: Visitor, door: Door, company: Everything) -> list[str]:
    """Return what is wrong when somebody asks for another's things and for what nobody has: both answers are alike.

    Programs are told 404. People on a page are led back with the same words.
    """
    named = set()

    def theirs_by_name(name: str) -> UUID:
        named.add(name)
        return of(company)(name)

    theirs = visitor.knock(door, theirs_by_name)
    if not named:
        return []
    wrong, nobodys = [], visitor.knock(door, nothing)
    if _bare(theirs) != _bare(nobodys):
        wrong.append(f"{door}: {_bare(theirs)[:300]} is not {_bare(nobodys)[:300]}")
    unknown = (404,) if door.is_api else (404, 303)
    if door.names and theirs.status_code not in unknown:
        wrong.append(f"{door}: {theirs.status_code} {theirs.text[:200]}")
    if theirs.status_code >= 500:
        wrong.append(f"{door}: {theirs.status_code}")
    return wrong


UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _bare(answer: httpx.Response) -> str:
    text = answer.text if answer.is_stream_consumed else "a stream"
    flash = (answer.cookies.get("doorstep_flash") or "").strip('"')
    told = base64.urlsafe_b64decode(flash).decode()
    return UUIDS.sub("an-id", f"{answer.status_code} {answer.headers.get('location', '')} {told} {text}")


async def fingerprint(standing: Standing) -> list[tuple[Any, ...]]:
    """Return what the furnished company has, and how many events tell of it."""
    found = []
    async with standing.house.db.transaction(standing.company.tenant_id, actor="test") as tx:
        for table in [*TABLES.values(), "platform.events", "inventory.movements", "orders.payments"]:
            statement = f"SELECT count(*), md5(string_agg(one::text, '' ORDER BY one::text)) FROM {table} one"
            row = await (await tx.connection.execute(statement.encode())).fetchone()
            assert row
            found.append((table, *row))
    return found
