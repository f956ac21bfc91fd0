"""Orders whose mail domain takes no mail are held where their merchant wants it; whoever gets no answer holds nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from doorstep import app as house_app
from doorstep.platform.db import Database, Tx
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker
from doorstep.stages import catalog, orders
from doorstep.stages.orders import HoldReason
from doorstep.stages.orders.acts import change_order, preview_change, release_hold
from doorstep.stages.orders.model.changing import Change
from doorstep.stages.orders.ports import mail_domains as port
from doorstep.stages.orders.ports.mail_domains import MailDomains
from tests.orders.names import NameServer, serve_names
from tests.settle import settle
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world
from tests.worlds.orders import contact, place_one


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    """A name server."""
    async with serve_names() as server:
        yield server


@pytest.mark.parametrize(
    ("domain", "dead"),
    [
        ("good.example", False),
        ("plain.example", False),
        ("six.example", False),
        ("münchen.example", False),
        ("empty.example", True),
        ("null.example", True),
        ("gmial.example", True),
        ("broken.example", False),
        ("silent.example", False),
        (f"{'a' * 64}.example", False),
    ],
)
async def test_a_domain_is_dead_only_when_the_name_servers_say_so(
    names: NameServer, monkeypatch: pytest.MonkeyPatch, domain: str, dead: bool
) -> None:
    monkeypatch.setattr(port, "ASKED_S", 0.5)
    assert await MailDomains(names.address).dead([domain]) == ({domain} if dead else set())


async def test_nobody_who_answers_holds_nothing(monkeypatch: pytest.MonkeyPatch, names: NameServer) -> None:
    monkeypatch.setattr(port, "ASKED_S", 0.5)
    closed = names.address
    names.close()
    assert await MailDomains(closed).dead(["gmial.example"]) == set()


async def test_answers_are_remembered_for_a_while(names: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    known = MailDomains(names.address)
    monkeypatch.setattr(port, "KNOWN_MAX", 2)
    for _ in range(3):
        assert await known.dead(["gmial.example", "good.example", "good.example"]) == {"gmial.example"}
    assert len(names.asked) == 2
    await known.dead(["plain.example"])  # a third one: the oldest is forgotten
    names.asked.clear()
    await known.dead(["good.example", "gmial.example"])
    assert names.asked == [("gmial.example.", "MX")]
    monkeypatch.setitem(port.KEPT_S, port.Mail.DEAD, -1.0)
    await known.dead(["plain.example", "null.example"])
    names.asked.clear()
    await known.dead(["null.example"])
    assert names.asked == [("null.example.", "MX")]


@dataclass
class Doubting:
    """A house that asks a name server of its own, and its worker."""

    house: House
    worker: Worker
    tenant: UUID

    async def place(self, *emails: str) -> list[UUID]:
        """Place an order of each mail address, and let everything be done."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            ids = [await place_one(tx, {"C": 1}, ship_to=contact(email=one)) for one in emails]
        await settle(self.worker, self.tenant)
        return ids

    async def stand(self, order_id: UUID) -> tuple[str, list[tuple[str, str]]]:
        """Return the state of an order, and its open holds with their notes."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            found = await orders.read(tx, order_id)
        assert found is not None
        return found.order.state, [(one.reason, one.note) for one in found.open_holds]

    async def write_to(self, order_id: UUID, email: str, **contact_parts: str) -> None:
        """Change the contact of an order, and let everything be done."""
        change = Change(why="she called", ship_to=contact(email=email, **contact_parts))
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            preview = await preview_change(tx, order_id, change)
            assert preview.faults == []
            await change_order(tx, order_id, change, preview.token)
        await settle(self.worker, self.tenant)

    async def check(self, *, mails: bool) -> None:
        """Let Juniper's orders be checked by their mail domain, or not."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            (merchant,) = (await catalog.merchants_of(tx, [WORLD.merchant])).values()
            await catalog.change_merchants(tx, [replace(merchant, checks_mail=mails)])


@pytest.fixture
async def doubting(house: House, tenant: UUID, names: NameServer) -> Doubting:
    """Northside, with a merchant that wants mail domains checked."""
    asking = replace(house, settings=replace(house.settings, dns=names.address))
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    made = Doubting(asking, Worker(asking, house_app.all_duties()), tenant)
    await made.check(mails=True)
    return made


async def test_an_order_to_a_dead_domain_is_held_with_its_own_reason_and_goes_on_when_released(
    doubting: Doubting,
) -> None:
    good, dead = await doubting.place("ana@good.example", "ana@Gmial.example")
    assert await doubting.stand(good) == ("accepted", [])
    note = "The mail domain gmial.example has neither a mail server nor an address: what is sent there does not arrive."
    assert await doubting.stand(dead) == ("held", [("email", note)])
    async with doubting.house.db.transaction(doubting.tenant, actor="test") as tx:
        await release_hold(tx, [dead], HoldReason.EMAIL, "she called")
    await settle(doubting.worker, doubting.tenant)
    assert await doubting.stand(dead) == ("accepted", [])


async def test_without_the_option_nobody_is_asked(doubting: Doubting, names: NameServer) -> None:
    await doubting.check(mails=False)
    (dead,) = await doubting.place("ana@gmial.example")
    assert await doubting.stand(dead) == ("accepted", [])
    assert names.asked == []


@pytest.mark.parametrize("domain", ["silent.example", "broken.example"])
async def test_a_failure_of_the_name_servers_holds_no_order(
    doubting: Doubting, monkeypatch: pytest.MonkeyPatch, domain: str
) -> None:
    monkeypatch.setattr(port, "ASKED_S", 0.5)
    (order_id,) = await doubting.place(f"ana@{domain}")
    assert await doubting.stand(order_id) == ("accepted", [])


async def test_the_name_servers_are_asked_outside_of_any_transaction(
    doubting: Doubting, names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_now: list[str] = []
    seen: list[list[str]] = []
    real: Callable[..., AbstractAsyncContextManager[Tx]] = Database.transaction

    @asynccontextmanager
    async def watched(self: Database, *args: Any, **more: Any) -> AsyncIterator[Tx]:
        async with real(self, *args, **more) as tx:
            open_now.append(tx.actor)
            try:
                yield tx
            finally:
                open_now.remove(tx.actor)

    async def look() -> None:
        seen.append([one for one in open_now if one == "system:mail"])

    monkeypatch.setattr(Database, "transaction", watched)
    names.before = look
    (dead,) = await doubting.place("ana@gmial.example")
    assert seen == [[]]
    assert (await doubting.stand(dead))[0] == "held"


async def test_an_order_that_ended_meanwhile_is_left_alone(doubting: Doubting, names: NameServer) -> None:
    async def cancel() -> None:
        async with doubting.house.db.transaction(doubting.tenant, actor="test") as tx:
            found = await tx.connection.execute(
                "SELECT id FROM orders.orders WHERE tenant_id = %s", [tx.tenant_id]
            )
            await orders.cancel(tx, [row[0] for row in await found.fetchall()], "changed her mind")

    names.before = cancel
    (dead,) = await doubting.place("ana@gmial.example")
    assert await doubting.stand(dead) == ("canceled", [])


async def test_a_changed_address_is_looked_at_anew_and_frees_an_order_that_the_old_one_held(
    doubting: Doubting, names: NameServer
) -> None:
    (order_id,) = await doubting.place("ana@gmial.example")
    await doubting.write_to(order_id, "ana@null.example")
    ((reason, note),) = (await doubting.stand(order_id))[1]
    assert reason == "email"
    assert "null.example" in note
    await doubting.write_to(order_id, "ana@good.example")
    assert await doubting.stand(order_id) == ("accepted", [])
    names.asked.clear()
    await doubting.write_to(order_id, "ana@good.example", name="Ana Lima")
    await doubting.write_to(order_id, "")
    assert names.asked == []
    await doubting.check(mails=False)
    await doubting.write_to(order_id, "ana@gmial.example")
    assert await doubting.stand(order_id) == ("accepted", [])
    assert names.asked == []
