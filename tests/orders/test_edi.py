"""EDI: the whole conversation with a partner over HTTP. Twice, late, in another sequence or missed for an hour: the same end."""

import csv
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.config import Settings
from doorstep.platform.errors import Refused
from doorstep.stages import orders
from doorstep.stages.orders.acts.channels.shops import NewShop, connect_shop
from doorstep.stages.orders.acts.edi import answering, partners, receiving
from doorstep.stages.orders.acts.edi.partners import NewPartner
from doorstep.stages.orders.model.shops import ShopKind
from doorstep.world.partner import TradingPartner
from tests.datasets import DATA, sample_files
from tests.orders.trading import A_LINE, B_LINE, Trading, elements, outcomes, trading
from tests.worlds.catalog import WORLD


@pytest.fixture
async def acme(settings: Settings, tenant: UUID) -> AsyncIterator[Trading]:
    """Acme, connected to Juniper, with cases of twelve."""
    async with trading(settings, tenant) as found:
        yield found


async def test_a_purchase_order_comes_in_and_is_answered_at_once_and_when_it_leaves(acme: Trading) -> None:
    (receipt,) = await acme.send(acme.books.write("PO", [acme.books.order("PO-1", A_LINE, B_LINE)]))
    assert [one["verdict"] for one in receipt.sets] == ["accepted"]
    assert await outcomes(acme) == {"PO-1": "created"}
    (functional,) = acme.books.of("997")
    assert (elements(functional, "AK1"), elements(functional, "AK5")) == ([["PO", "1"]], [["A"]])
    (said,) = acme.books.of("855")
    assert elements(said, "BAK")[0][:3] == ["00", "AD", "PO-1"]
    assert elements(said, "ACK") == [["IA", "2", "EA"], ["IA", "1", "CA"]]
    await acme.leave("PO-1", ("P-1", {"A": 2}, False), ("P-2", {"B": 12}, True))
    first, second = acme.books.of("856")
    assert (elements(first, "PRF"), elements(first, "MAN")) == ([["PO-1"]], [["CP", "P-1"]])
    assert (elements(first, "SN1"), elements(second, "SN1")) == ([["1", "2", "EA"]], [["2", "1", "CA"]])
    assert elements(second, "LIN") == [["2", "VN", "B"]]


async def test_a_shipping_order_is_answered_by_what_left_against_what_was_ordered(acme: Trading) -> None:
    text = acme.books.write("OW", [acme.books.shipping_order("W-1", ["3", "EA", "", "VN", "A"])])
    await acme.send(text)
    await acme.leave("W-1", ("P-1", {"A": 2}, False))
    assert acme.books.of("855") == []
    (advice,) = acme.books.of("945")
    assert elements(advice, "W06")[0][:2] == ["P", "W-1"]
    assert elements(advice, "W12") == [["CP", "3", "2", "1", "EA", "", "VN", "A"]]
    assert elements(advice, "W03") == [["2", "1.250", "KG"]]


async def test_a_repeated_interchange_changes_nothing_and_gets_the_first_answer(acme: Trading) -> None:
    text = acme.books.write("PO", [acme.books.order("PO-1", A_LINE)])
    (first,) = await acme.send(text)
    for _ in range(2):
        (again,) = await acme.send("\ufeff" + text.replace("\n", "\r\n"))
        assert again.repeated
        assert (again.answer, again.sets) == (first.answer, first.sets)
    assert len(acme.books.of("997")) == len(acme.books.of("855")) == 1
    assert (await acme.house.state())["stock"][WORLD.a] == 98


@pytest.mark.proves("O8")
@pytest.mark.parametrize("sequence", list(itertools.permutations(range(3))), ids=str)
async def test_in_any_sequence_the_word_that_was_sent_last_counts(
    acme: Trading, sequence: tuple[int, ...]
) -> None:
    books = acme.books
    texts = [
        books.write("PO", [books.order("PO-1", A_LINE), books.order("PO-2", A_LINE)], minute=1),
        books.write("PO", [books.order("PO-1", purpose="01")], minute=2),
        books.write("PO", [books.order("PO-3", A_LINE)], minute=3),
    ]
    for i in (*sequence, sequence[0]):
        await acme.send(texts[i])
    assert await outcomes(acme) == {"PO-1": "canceled", "PO-2": "created", "PO-3": "created"}
    state = await acme.house.state()
    assert state["orders"] == {"PO-2": ("accepted", []), "PO-3": ("accepted", [])}
    assert state["stock"][WORLD.a] == 96


async def test_what_the_partner_missed_for_an_hour_it_gets_once_each_when_it_is_back(acme: Trading) -> None:
    acme.books.befall("down", "late", "busy", "down")
    await acme.take(acme.books.write("PO", [acme.books.order("PO-1", A_LINE)]))
    await acme.house.fold()
    assert any(one.error for one in await acme.documents())
    acme.books.next.clear()
    async with acme.house.house.db.transaction(acme.house.tenant, actor="test") as tx:
        assert await answering.send_again(tx, acme.partner_id) >= 1
    await acme.house.fold()
    assert len(acme.books.of("997")) == len(acme.books.of("855")) == 1
    assert all(one.sent_at for one in await acme.documents() if one.goes == "out")
    numbers = sorted(int(one) for one in acme.books.taken)
    assert numbers == [1, 2]


async def test_a_997_of_the_partner_is_matched_with_what_we_sent(acme: Trading) -> None:
    await acme.send(acme.books.write("PO", [acme.books.order("PO-1", A_LINE)]))
    (said,) = acme.books.of("855")
    await acme.send(acme.books.acknowledge(said, "R"))
    (receipt,) = await acme.send(acme.books.acknowledge([["ISA"], ["GS", "PR", "", "", "", "", "777"]]))
    assert [fault["code"] for fault in receipt.sets[0]["faults"]] == ["never_sent"]
    assert receipt.answer == ""
    assert {one.kind: one.answer for one in await acme.documents() if one.goes == "out"}["855"] == "R"


async def test_an_order_that_cannot_be_filled_is_refused_with_its_reason_and_tried_again_by_new_settings(
    acme: Trading,
) -> None:
    line = ["1", "1", "BX", "10", "", "VN", "A"]
    await acme.send(acme.books.write("PO", [acme.books.order("PO-1", line)]))
    (heard,) = (await acme.house.heard()).values()
    assert (heard.outcome, heard.faults[0]["code"]) == ("refused", "unit")
    assert heard.faults[0]["message"].startswith(
        "PO103 in segment 9: unit BX is not in the partner's settings."
    )
    (said,) = acme.books.of("855")
    assert elements(said, "BAK")[0][:2] == ["00", "RD"]
    assert "unit BX" in elements(said, "MSG")[0][0]
    async with acme.house.house.db.transaction(acme.house.tenant, actor="test") as tx:
        await partners.set_units(tx, acme.partner_id, {"BX": 6}, strict=True)
        await receiving.read_again(tx, await partners.find_partner(tx, acme.partner_id), "PO-1")
    await acme.house.fold()
    assert await outcomes(acme) == {"PO-1": "created"}
    assert [elements(one, "BAK")[0][1] for one in acme.books.of("855")] == ["RD", "AD"]
    assert (await acme.house.state())["stock"][WORLD.a] == 94


async def test_an_order_that_is_held_is_told_so_and_then_accepted(acme: Trading) -> None:
    await acme.send(acme.books.write("PO", [acme.books.order("PO-1", A_LINE)]))
    order_id = (await acme.house.heard())["PO-1"].order_id
    assert order_id is not None
    async with acme.house.house.db.transaction(acme.house.tenant, actor="test") as tx:
        await orders.hold(tx, [order_id], "manual", "Look at the ~address*")
    await acme.house.fold()
    async with acme.house.house.db.transaction(acme.house.tenant, actor="test") as tx:
        await orders.release_hold(tx, [order_id], "manual")
    await acme.house.fold()
    said = acme.books.of("855")
    assert [elements(one, "BAK")[0][1] for one in said] == ["AD", "AH", "AD"]
    assert elements(said[1], "MSG") == [["Look at the address"]]


@pytest.mark.proves("E7")
async def test_a_bad_set_is_refused_alone_and_named_by_segment_and_element(acme: Trading) -> None:
    bad = acme.books.order("PO-2", ["1", "", "EA", "12.50", "", "VN", ""])
    (receipt,) = await acme.send(acme.books.write("PO", [acme.books.order("PO-1", A_LINE), bad]))
    assert [one["verdict"] for one in receipt.sets] == ["accepted", "refused"]
    assert [fault["message"] for fault in receipt.sets[1]["faults"]] == [
        "PO102 in segment 18 is missing.",
        "PO107 in segment 18 is missing, though PO106 is there: both or neither.",
    ]
    (functional,) = acme.books.of("997")
    assert elements(functional, "AK4") == [["2", "", "1"], ["7", "", "2"]]
    assert elements(functional, "AK3") == [["PO1", "7", "", "8"]] * 2
    assert elements(functional, "AK9") == [["P", "2", "2", "1"]]
    assert await outcomes(acme) == {"PO-1": "created"}


async def test_a_wrong_envelope_is_refused_or_only_noted_as_the_partner_is_set(acme: Trading) -> None:
    def wrong(ref: str) -> str:
        return acme.books.write("PO", [acme.books.order(ref, A_LINE)]).replace("SE*9*", "SE*12*")

    (receipt,) = await acme.send(wrong("PO-1"))
    assert (receipt.sets[0]["verdict"], receipt.sets[0]["faults"][0]["code"]) == ("refused", "se_count")
    async with acme.house.house.db.transaction(acme.house.tenant, actor="test") as tx:
        await partners.set_units(tx, acme.partner_id, {}, strict=False)
    (receipt,) = await acme.send(wrong("PO-2"))
    assert receipt.sets[0]["verdict"] == "noted"
    assert [elements(one, "AK5")[0] for one in acme.books.of("997")] == [["R", "4"], ["E", "4"]]
    assert await outcomes(acme) == {"PO-2": "created"}


async def test_one_number_for_two_interchanges_is_refused(acme: Trading) -> None:
    text = acme.books.write("PO", [acme.books.order("PO-1", A_LINE)])
    await acme.send(text)
    (receipt,) = await acme.send(text.replace("PO-1", "PO-9"))
    assert [fault["code"] for fault in receipt.faults] == ["control_reused"]
    assert await outcomes(acme) == {"PO-1": "created"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hello", "not_x12"), ("", "not_x12"), ("ST*850*0001~", "no_envelope"), ("ISA*00*x~", "isa_short"),
        (TradingPartner().write("PO", []).replace("ACME ", "EMCA "), "unknown_partner"),
        (TradingPartner().write("PO", [], usage="T"), "unknown_partner"),
    ],
)  # fmt: skip
async def test_what_is_nobodys_is_refused_whole(acme: Trading, text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        await acme.take(text)
    assert [fault.code for fault in caught.value.faults] == [code]


async def test_a_partner_cannot_be_connected_twice_nor_as_a_shop(acme: Trading) -> None:
    new = NewPartner(code="other", merchant_id=WORLD.merchant, our_id="DOORSTEP", their_id="ACME")
    with pytest.raises(Refused, match="these ids"):
        async with acme.house.house.db.transaction(acme.house.tenant, actor="test") as tx:
            await partners.connect_partner(tx, new)
    shop = NewShop(code="x", kind=ShopKind.EDI, merchant_id=WORLD.merchant, base_url="http://x", api_key="k")
    with pytest.raises(Refused) as caught:
        async with acme.house.house.db.transaction(acme.house.tenant, actor="test") as tx:
            await connect_shop(tx, shop)
    assert [fault.code for fault in caught.value.faults] == ["edi"]


@pytest.mark.proves("E7")
async def test_every_sample_of_an_order_comes_in_or_is_refused_with_its_segment(acme: Trading) -> None:
    paths = [
        Path(one)
        for folder in ("850", "940", "broken", "856", "945")
        for one in sorted((DATA / "edi" / folder).glob("*.edi"))
    ]
    if not paths:
        pytest.skip("DOORSTEP_DATA holds no samples of edi")
    seen = dict.fromkeys(("accepted", "noted", "refused", "at the door"), 0)
    async with acme.house.house.db.transaction(acme.house.tenant, actor="test") as tx:
        for i, (theirs, ours, usage) in enumerate(SAMPLE_PARTIES):
            new = NewPartner(
                code=f"sample-{i}", merchant_id=WORLD.merchant, their_qualifier=theirs[0], their_id=theirs[1], our_qualifier=ours[0],
                our_id=ours[1], usage=usage, strict=False,
            )  # fmt: skip
            await partners.connect_partner(tx, new)
    for path in paths:
        try:
            receipts = await acme.send(path.read_text(encoding="utf-8-sig"))
        except Refused as refused:
            faults = refused.faults
            seen["at the door"] += all(fault.code and fault.message for fault in faults)
            continue
        for one in (each for receipt in receipts for each in receipt.sets):
            seen[one["verdict"]] += 1
            assert one["verdict"] == "accepted" or all(f["code"] and f["pointer"] for f in one["faults"])
    assert all(seen.values())


SAMPLE_PARTIES = [
    (("ZZ", "ABCDEFGHIJKLMNO"), ("ZZ", "123456789012345"), "P"), (("01", "000123456"), ("ZZ", "PARTNERID"), "T"),
    (("01", "000123456"), ("ZZ", "TEST2"), "T"), (("01", "049351117"), ("ZZ", "BARSAN"), "T"), (("ZZ", "VENDOR"), ("ZZ", "WAREHOUSE"), "P"),
]  # fmt: skip


@pytest.mark.parametrize("path", sample_files("edi", "manifest.csv"))
def test_the_reader_finds_what_is_known_to_be_wrong_with_the_samples(path: Path) -> None:
    from doorstep.stages.orders.rules.x12 import read

    with path.open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        interchanges, stray = read((path.parent / row["file"]).read_text(encoding="utf-8-sig"))
        groups = [group for one in interchanges for group in one.groups]
        sets = [each for group in groups for each in group.sets]
        things: list[Any] = [*interchanges, *groups, *sets]
        named = {f.code for thing in things for f in thing.findings} | {f.code for f in stray}
        wanted = {
            "IEA01": "iea_count", "IEA02": "iea_control", "GE01": "ge_count", "GE02": "ge_control", "SE02": "se_control",
            "ISA not fixed": "isa_width", "no ISA": "no_envelope",
        }  # fmt: skip
        if "not-edi" not in row["file"]:
            said = row["envelope_findings"]
            assert {code for words, code in wanted.items() if words in said} <= named, (row, named)
            if "SE01" in said and "no ISA" not in said:
                assert named & {"se_count", "no_terminator"}, (row, named)
            if not said:
                assert named == set(), (row, named)
        if not stray:
            assert len(sets) == int(row["set_count"])


async def test_the_api_takes_an_interchange_and_shows_no_key(acme: Trading, settings: Settings) -> None:
    from doorstep import app as house_app
    from doorstep.world.serving import serving

    key = await auth.make_key(
        acme.house.house.db, acme.house.tenant, "edi", ["orders:write", "orders:read", "channels:write"]
    )
    application = house_app.application(settings, lambda: house_app.open_house(settings))
    headers = {"authorization": f"Bearer {key}"}
    async with serving(application) as url, httpx.AsyncClient(base_url=url, headers=headers) as client:
        text = acme.books.write("PO", [acme.books.order("PO-1", A_LINE)])
        first = await client.post("/api/edi/interchanges", json={"text": text})
        again = await client.post("/api/edi/interchanges", json={"text": text})
        assert (first.status_code, [one["verdict"] for one in first.json()[0]["sets"]]) == (200, ["accepted"])
        assert again.json()[0] == {**first.json()[0], "repeated": True}
        refused = await client.post("/api/edi/interchanges", json={"text": "hello"})
        assert (refused.status_code, "not_x12" in refused.text) == (422, True)
        listed = await client.get("/api/edi/partners")
        assert ("acme-edi" in listed.text, acme.books.key in listed.text) == (True, False)
        new = {
            "code": "other",
            "merchant": "juniper",
            "our_id": "US",
            "their_id": "THEM",
            "units": {"CA": 24},
        }
        made = await client.post("/api/edi/partners", json=new, headers={"idempotency-key": "k1"})
        assert made.status_code == 201, made.text
        document = next(one for one in await acme.documents() if one.kind == "850")
        shown = await client.get(f"/api/edi/documents/{document.id}")
        assert shown.json()["text"].startswith("ST*850*0001~")
        assert (await client.get(f"/api/edi/documents/{uuid4()}")).status_code == 404
