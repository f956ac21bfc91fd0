"""EDI: what becomes of an envelope is told to its sender, and heard from whom we sent one."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from doorstep.platform.config import Settings
from doorstep.stages.orders.acts.edi import partners
from tests.orders.trading import A_LINE, Trading, outcomes, trading


@pytest.fixture
async def acme(settings: Settings, tenant: UUID) -> AsyncIterator[Trading]:
    """Acme, connected to Juniper, with cases of twelve."""
    async with trading(settings, tenant) as found:
        yield found


@pytest.mark.proves("E7")
async def test_an_envelope_is_acknowledged_when_its_sender_asks_and_told_when_it_is_at_fault(
    acme: Trading,
) -> None:
    silent = acme.books.write("PO", [acme.books.order("PO-1", A_LINE)])
    asking = acme.books.write("PO", [acme.books.order("PO-2", A_LINE)], asks=True)
    cut = acme.books.write("PO", [acme.books.order("PO-3", A_LINE)]).replace("IEA*1*", "IEA*7*")
    receipts = [(await acme.send(text))[0] for text in (silent, asking, cut, asking)]
    assert acme.books.of_envelopes() == [
        ["TA1", "000000002", "260302", "1100", "A", "000"],
        ["TA1", "000000003", "260302", "1100", "R", "021"],
    ]
    assert [one.answer.count("~\nTA1*") for one in receipts] == [0, 1, 1, 1]
    assert (receipts[3].repeated, receipts[3].answer) == (True, receipts[1].answer)
    (bare,) = [one for one in acme.books.taken.values() if one[1][0] == "TA1" and one[1][4] == "A"]
    assert [segment[0] for segment in bare] == ["ISA", "TA1", "IEA"]
    assert bare[2] == ["IEA", "0", bare[0][13]]
    assert await outcomes(acme) == {"PO-1": "created", "PO-2": "created"}


async def test_an_envelope_at_fault_is_noted_where_the_partner_is_not_strict(acme: Trading) -> None:
    async with acme.house.house.db.transaction(acme.house.tenant, actor="test") as tx:
        await partners.set_units(tx, acme.partner_id, {}, strict=False)
    text = acme.books.write("PO", [acme.books.order("PO-1", A_LINE)])
    await acme.send(text.replace("IEA*1*000000001", "IEA*1*000000009"))
    assert acme.books.of_envelopes() == [["TA1", "000000001", "260302", "1100", "E", "001"]]
    assert await outcomes(acme) == {"PO-1": "created"}


async def test_an_interchange_of_ours_that_a_partner_turned_away_stands_on_its_page_and_is_not_answered(
    acme: Trading,
) -> None:
    await acme.send(acme.books.write("PO", [acme.books.order("PO-1", A_LINE)]))
    (said,) = acme.books.of("855")
    (receipt,) = await acme.send(acme.books.turn_away(said))
    assert (receipt.answer, receipt.faults) == ("", [])
    assert receipt.sets == [{"kind": "TA1", "control": said[0][13], "verdict": "accepted", "faults": []}]
    kept = await acme.documents()
    assert {one.kind: one.answer for one in kept if one.goes == "out"} == {"997": None, "855": "R"}
    (stranger,) = await acme.send(acme.books.turn_away([["ISA", *["1"] * 12, "000000777"]]))
    assert [fault["code"] for fault in stranger.sets[0]["faults"]] == ["never_sent"]
    assert acme.books.of_envelopes() == []
