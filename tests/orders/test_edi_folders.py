"""EDI through folders: each partner has a mailbox of its own, and whoever dies in the middle of it doubles and loses nothing."""

import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest

from doorstep.platform import auth
from doorstep.platform.config import Settings, read
from doorstep.stages.orders.acts.edi import partners
from doorstep.stages.orders.acts.edi.partners import NewPartner
from doorstep.stages.orders.jobs.folders import attend_folders
from doorstep.stages.orders.ports.channels import folder
from tests.mortal import DiedError, Fate
from tests.orders.trading import A_LINE, B_LINE, Trading, elements, outcomes, trading
from tests.worlds.catalog import WORLD


@dataclass
class Mailbox:
    """A partner without an address, and its folder."""

    acme: Trading
    path: Path

    def drop(self, name: str, text: str | bytes, *, age_s: float = 60) -> Path:
        """Lay a file into `in`, as one that has lain there for a while."""
        file = self.path / "in" / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        os.utime(file, (time.time() - age_s,) * 2)
        return file

    async def turn(self) -> None:
        """Let the worker look at the mailbox once, and everything follow."""
        house = self.acme.house
        await attend_folders(house.house, house.tenant, house.tenant)
        await house.fold()

    def names(self, place: str) -> list[str]:
        """Return what lies in a place, without the stamps before the names."""
        return sorted(one.name.split("-", 1)[-1] for one in (self.path / place).iterdir())

    def sent(self, kind: str) -> list[list[list[str]]]:
        """Return the sets of a kind in `out`, as segments."""
        files = sorted((self.path / "out").glob(f"*-{kind}.edi"))
        return [[line.split("*") for line in one.read_text().replace("\n", "").split("~")] for one in files]


@pytest.fixture
async def mailbox(settings: Settings, tenant: UUID, tmp_path: Path) -> AsyncIterator[Mailbox]:
    """Acme, which fetches and drops files instead of calling."""
    async with trading(replace(settings, edi_folder=tmp_path), tenant) as acme:
        house = acme.house.house
        async with house.db.transaction(tenant, actor="test") as tx:
            await tx.connection.execute(
                "UPDATE orders.shops SET base_url = '' WHERE id = %s", [acme.partner_id]
            )
        code = next(one.code for one in await auth.tenants(house.db) if one.id == tenant)
        found = Mailbox(acme, tmp_path / code / "acme-edi")
        await found.turn()
        yield found


def test_the_folder_is_a_setting() -> None:
    assert read({"DOORSTEP_EDI_FOLDER": "/srv/edi"}).edi_folder == Path("/srv/edi")
    assert read({}).edi_folder is None


async def test_an_order_that_is_dropped_comes_in_and_its_answers_lie_ready(mailbox: Mailbox) -> None:
    assert sorted(one.name for one in mailbox.path.iterdir()) == ["archive", "failed", "in", "out"]
    books = mailbox.acme.books
    mailbox.drop("po.edi", books.write("PO", [books.order("PO-1", A_LINE, B_LINE)]))
    await mailbox.turn()
    assert await outcomes(mailbox.acme) == {"PO-1": "created"}
    assert (mailbox.names("in"), mailbox.names("archive"), mailbox.names("failed")) == ([], ["po.edi"], [])
    await mailbox.acme.leave("PO-1", ("P-1", {"A": 2, "B": 12}, True))
    await mailbox.turn()
    (acknowledged,), (notice,) = mailbox.sent("997"), mailbox.sent("856")
    assert elements(acknowledged, "AK5") == [["A"]]
    assert elements(notice, "MAN") == [["CP", "P-1"]]
    assert len(mailbox.sent("855")) == 1
    assert all(one.sent_at for one in await mailbox.acme.documents() if one.goes == "out")


@pytest.mark.proves("O8")
async def test_files_dropped_twice_and_in_any_sequence_while_we_were_away_end_the_same(
    mailbox: Mailbox,
) -> None:
    books = mailbox.acme.books
    texts = [
        books.write("PO", [books.order("PO-1", A_LINE), books.order("PO-2", A_LINE)], minute=1),
        books.write("PO", [books.order("PO-1", purpose="01")], minute=2),
        books.write("PO", [books.order("PO-3", A_LINE)], minute=3),
    ]
    for n, i in enumerate((1, 0, 2, 1, 0)):
        mailbox.drop(f"{n}.edi", texts[i], age_s=3600 - n)
    await mailbox.turn()
    assert await outcomes(mailbox.acme) == {"PO-1": "canceled", "PO-2": "created", "PO-3": "created"}
    assert (await mailbox.acme.house.state())["stock"][WORLD.a] == 96
    assert len(mailbox.names("archive")) == 5
    assert len(mailbox.sent("997")) == 3, "a repeated interchange is answered once"


@pytest.mark.proves("O8")
async def test_a_worker_that_dies_at_any_step_between_reading_and_archiving_doubles_no_order(
    mailbox: Mailbox, fate: Fate
) -> None:
    books, house = mailbox.acme.books, mailbox.acme.house
    mailbox.drop("po.edi", books.write("PO", [books.order("PO-1", A_LINE)]))
    deaths = 0
    for step in range(1, 200):
        with fate.at(step):
            await attend_folders(house.house, house.tenant, house.tenant)
        deaths += fate.died
        if not fate.died:
            break
    for _ in range(2):
        await mailbox.turn()
    assert deaths > 15
    assert await outcomes(mailbox.acme) == {"PO-1": "created"}
    assert (await house.state())["stock"][WORLD.a] == 98
    assert (mailbox.names("in"), set(mailbox.names("archive"))) == ([], {"po.edi"})
    assert [len(mailbox.sent(kind)) for kind in ("997", "855")] == [1, 1]


async def test_a_worker_that_dies_before_it_puts_a_file_away_takes_it_again_without_effect(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = mailbox.acme.books
    mailbox.drop("po.edi", books.write("PO", [books.order("PO-1", A_LINE)]))

    def dies(*_: object) -> None:
        raise DiedError

    with monkeypatch.context() as patch:
        patch.setattr(folder, "put_away", dies)
        with pytest.raises(DiedError):
            await mailbox.turn()
    assert mailbox.names("in") == ["po.edi"]
    for _ in range(2):
        await mailbox.turn()
    assert (await mailbox.acme.house.state())["stock"][WORLD.a] == 98
    assert [one.control for one in await mailbox.acme.documents() if one.kind == "850"] == ["0001"]
    assert mailbox.names("archive") == ["po.edi"]


async def test_what_cannot_be_taken_fails_with_its_reason_beside_it_and_holds_up_nothing(
    mailbox: Mailbox,
) -> None:
    books = mailbox.acme.books
    mailbox.drop("1-nonsense.edi", b"\x00\xff no X12", age_s=90)
    mailbox.drop("2-foreign.edi", books.write("PO", [books.order("PO-9", A_LINE)], usage="T"), age_s=80)
    mailbox.drop("3-good.edi", books.write("PO", [books.order("PO-1", A_LINE)]), age_s=70)
    await mailbox.turn()
    assert await outcomes(mailbox.acme) == {"PO-1": "created"}
    assert mailbox.names("failed") == [
        "1-nonsense.edi", "1-nonsense.edi.why.txt", "2-foreign.edi", "2-foreign.edi.why.txt"
    ]  # fmt: skip
    whys = sorted((mailbox.path / "failed").glob("*.why.txt"), key=lambda one: one.name.split("-", 1)[1])
    assert ["no X12 text" in whys[0].read_text(), "nobody is connected" in whys[1].read_text()] == [
        True,
        True,
    ]


async def test_a_mailbox_speaks_for_its_own_partner_only(mailbox: Mailbox, tenant: UUID) -> None:
    house = mailbox.acme.house.house
    async with house.db.transaction(tenant, actor="test") as tx:
        await partners.connect_partner(
            tx, NewPartner(code="rival-edi", merchant_id=WORLD.merchant, our_id="DOORSTEP", their_id="RIVAL")
        )
    books = mailbox.acme.books
    books.name = "RIVAL"
    mailbox.drop("po.edi", books.write("PO", [books.order("PO-1", A_LINE)]))
    await mailbox.turn()
    assert (await outcomes(mailbox.acme), mailbox.names("archive")) == ({}, [])
    assert (mailbox.path.parent / "rival-edi" / "in").is_dir()


async def test_files_that_are_still_written_and_what_is_no_file_are_left_alone(mailbox: Mailbox) -> None:
    books = mailbox.acme.books
    text = books.write("PO", [books.order("PO-1", A_LINE)])
    mailbox.drop("po.edi.part", text)
    mailbox.drop(".po.edi", text)
    mailbox.drop("fresh.edi", text, age_s=0)
    secret = mailbox.path / "secret.edi"
    secret.write_text(text)
    os.utime(secret, (1, 1))
    (mailbox.path / "in" / "link.edi").symlink_to(secret)
    (mailbox.path / "in" / "folder.edi").mkdir()
    os.mkfifo(mailbox.path / "in" / "pipe.edi")
    await mailbox.turn()
    assert await outcomes(mailbox.acme) == {}
    assert len(list((mailbox.path / "in").iterdir())) == 6


async def test_a_mailbox_that_cannot_be_used_is_told_on_its_partners_page(
    mailbox: Mailbox, tenant: UUID
) -> None:
    for place in folder.PLACES:
        (mailbox.path / place).rmdir()
    mailbox.path.rmdir()
    mailbox.path.write_text("no folder")
    await mailbox.turn()
    async with mailbox.acme.house.house.db.transaction(tenant, actor="test") as tx:
        partner = await partners.find_partner(tx, mailbox.acme.partner_id)
    assert "cannot be used" in str(partner.error)
