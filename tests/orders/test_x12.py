"""The reader and the writer of X12: no text breaks the reader, no element breaks a segment of the writer's."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.stages.orders.model.edi import Asked, Partner
from doorstep.stages.orders.model.shops import ParcelLeft, Said
from doorstep.stages.orders.rules import edi
from doorstep.stages.orders.rules.x12 import (
    Envelope,
    Interchange,
    Segment,
    Transaction,
    clean,
    faults_of_set,
    faults_of_shape,
    read,
    write,
    write_bare,
)
from doorstep.world.partner import TradingPartner
from tests.edge.payloads import PAYLOADS
from tests.worlds.catalog import WORLD

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PARTNER = Partner(
    id=WORLD.merchant, code="acme", merchant_id=WORLD.merchant, merchant="juniper", base_url="", api_key="", made_at=AT, heard_at=None,
    failures=0, error=None, error_at=None, our_qualifier="ZZ", our_id="DOORSTEP", their_qualifier="ZZ", their_id="ACME", usage="P",
    version="004010", documents=["850", "940", "997"], units={"CA": 12}, currency="EUR", country="LI", strict=True,
)  # fmt: skip
BOOKS = TradingPartner()
GOOD = BOOKS.write(
    "PO",
    [BOOKS.order("PO-1", ["1", "2", "EA", "12.50", "", "VN", "A"], ["2", "1", "CA", "9", "", "UP", "B"])],
)
WAREHOUSE = BOOKS.write("OW", [BOOKS.shipping_order("W-1", ["3", "EA", "", "VN", "A"])])
ALPHABET = st.text(
    alphabet=st.sampled_from(list("*~>^:|\n\r\t ISAGTEPO1N3W05B0129.-éß€\x00\x1d\ufeff")), max_size=400
)


def sets(text: str) -> list[Transaction]:
    """All sets of a text."""
    return [one for each in read(text)[0] for group in each.groups for one in group.sets]


def swallow(text: str) -> None:
    """Read a text to its end, as the house does; whatever it is, faults are told and nothing is raised."""
    interchanges, stray = read(text)
    assert interchanges or stray
    for one in sets(text):
        assert all(f.message and f.place > 0 for f in [*faults_of_set(one), *faults_of_shape(one)])
        order = edi.read_order(one, PARTNER, AT, "1")
        assert order.heard.faults or order.heard.asked or order.heard.said is Said.GONE
        assert edi.read_back(edi.kept(order.heard)).faults == order.heard.faults
        edi.answers(one)
    for each in interchanges:
        edi.envelope(each, each.findings, refused=True)
        edi.turned_away(each.told)
        for group in each.groups:
            judged = [
                edi.Judged(one, taken=False, findings=[*faults_of_shape(one), *faults_of_set(one)])
                for one in group.sets
            ]
            edi.functional(group, judged, group.findings)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(max_size=300), ALPHABET, ALPHABET.map("ISA*".__add__), ALPHABET.map(GOOD[:110].__add__))
)
def test_no_text_breaks_the_reader(text: str) -> None:
    swallow(text)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from([GOOD, WAREHOUSE, GOOD + WAREHOUSE]), st.data())
def test_no_damage_to_a_sound_interchange_breaks_the_reader(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(ALPHABET.map(lambda more: more[:8])) + text[at + cut :]
    swallow(text)


@given(st.integers(1, len(GOOD) - 3))
def test_a_cut_off_interchange_is_told_as_such(length: int) -> None:
    interchanges, stray = read(GOOD[:length])
    findings = [*stray, *(finding for one in interchanges for finding in one.findings)]
    assert findings


@pytest.mark.parametrize(
    ("separator", "component", "terminator"),
    [("*", ">", "~"), ("|", ":", "'"), ("^", "<", "\x1c"), ("*", ">", "\n")],
)
def test_each_interchange_brings_its_own_separators(separator: str, component: str, terminator: str) -> None:
    text = GOOD.replace("~\n", "~").replace("*", separator).replace(">", component).replace("~", terminator)
    interchanges, stray = read(text)
    assert (stray, [one.findings for one in interchanges]) == ([], [[]])
    (one,) = sets(text)
    assert edi.read_order(one, PARTNER, AT, "1").heard.asked["lines"][1]["quantity"] == 12


@pytest.mark.parametrize(
    ("was", "becomes", "codes"),
    [
        ("SE*10*", "SE*11*", ["se_count"]), ("GE*1*1", "GE*2*2", ["ge_count", "ge_control"]), ("IEA*1*000000001", "IEA*1*000000009", ["iea_control"]),
        ("IEA*1*000000001~", "", ["no_iea"]), ("CTT*2~\n", "CTT*2\n", ["no_terminator"]), ("SE*10*0001~\n", "", ["no_se"]),
        ("ACME           *ZZ", "ACME*ZZ", ["isa_width"]), ("GS*PO", "XX*1~GS*PO", ["outside"]),
    ],
)  # fmt: skip
def test_each_fault_of_an_envelope_has_its_name(was: str, becomes: str, codes: list[str]) -> None:
    text = GOOD.replace(was, becomes)
    assert text != GOOD
    (one,) = read(text)[0]
    found = [
        *one.findings,
        *(f for group in one.groups for f in group.findings),
        *(f for s in sets(text) for f in s.findings),
    ]
    assert [finding.code for finding in found] == codes


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("*20260302~\nCUR", "*20261302~\nCUR", "BEG05 (20261302) in segment 4 is not a date as YYYYMMDD."),
        ("PO1*1*2*", "PO1*1*two*", "PO102 (two) in segment 9 is not a number."),
        ("CUR*BY*EUR", "CUR*BY*EURO", "CUR02 (EURO) in segment 5 has more than 3 characters."),
        ("CUR*BY*EUR", "CUR*BY*E", "CUR02 (E) in segment 5 has fewer than 3 characters."),
    ],
)  # fmt: skip
def test_each_fault_of_an_element_names_it(was: str, becomes: str, message: str) -> None:
    (one,) = sets(GOOD.replace(was, becomes))
    assert [finding.message for finding in faults_of_set(one)] == [message]


def replied(text: str) -> list[list[str]]:
    """Return the AK3 and AK4 of our 997 about the only group of a text."""
    (group,) = read(text)[0][0].groups
    judged = [
        edi.Judged(one, taken=False, findings=[*faults_of_shape(one), *faults_of_set(one)])
        for one in group.sets
    ]
    return [one for one in edi.functional(group, judged, []) if one[0] in ("AK3", "AK4")]


@pytest.mark.parametrize(
    ("text", "was", "becomes", "said"),
    [
        (GOOD, "BEG*00*SA*PO-1**20260302~\n", "", [["AK3", "BEG", "2", "", "3"]]),
        (GOOD, "BEG*00", "CUR*BY*EUR~\nBEG*00", [["AK3", "BEG", "3", "", "7"]]),
        (GOOD, "CUR*", "BEG*00*SA*PO-2**20260302~\nCUR*", [["AK3", "BEG", "3", "", "5"]]),
        (GOOD, "N1*ST", "N3*Nowhere~\nN1*ST", [["AK3", "N3", "4", "", "2"]]),
        (GOOD, "N3*", "N3*a~\nN3*b~\nN3*", [["AK3", "N3", "7", "", "5"]]),
        (GOOD, "N1*ST", "W66*M~\nN1*ST", [["AK3", "W66", "4", "", "6"]]),
        (GOOD, "N1*ST", "?*1~\nN1*ST", [["AK3", "?", "4", "", "1"]]),
        (GOOD, "PO1*1*2*EA", "CTT*2~\nPO1*1*2*EA", [["AK3", "PO1", "8", "", "7"], ["AK3", "PO1", "9", "", "7"], ["AK3", "CTT", "10", "", "5"]]),
        (WAREHOUSE, "W01*3*EA**VN*A~\n", "", [["AK3", "W01", "7", "", "3"]]),
        (WAREHOUSE, "W05*N*W-1~\n", "", [["AK3", "W05", "2", "", "3"]]),
        (GOOD, "Im Rietle 14", "Im Rietle 14*b*c", [["AK3", "N3", "5", "", "8"], ["AK4", "3", "", "3", "c"]]),
        (GOOD, "PO1*1*2*", "PO1*1*two*", [["AK3", "PO1", "7", "", "8"], ["AK4", "2", "", "6", "two"]]),
    ],
)  # fmt: skip
def test_our_997_names_the_segment_its_place_and_what_is_wrong_with_it(
    text: str, was: str, becomes: str, said: list[list[str]]
) -> None:
    assert was in text
    assert replied(text) == []
    assert replied(text.replace(was, becomes)) == said


def test_an_order_that_is_called_off_needs_no_line() -> None:
    assert replied(BOOKS.write("PO", [BOOKS.order("PO-1", purpose="01")])) == []
    assert replied(BOOKS.write("PO", [BOOKS.order("PO-1")])) == [["AK3", "PO1", "7", "", "3"]]


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("PO1*1*2*EA", "PO1*1*2*BX", "unit"), ("PO1*1*2*", "PO1*1*1.5*", "quantity"), ("PO1*1*2*", "PO1*1*-2*", "quantity"),
        ("*VN*A", "*ZZ*A", "missing_sku"), ("N1*ST*Ana", "N1*BT*Ana", "no_ship_to"), ("BEG*00", "BEG*22", "purpose"),
        ("*PO-1*", "* *", "missing"), ("*12.50*", "*-1*", "price"), ("*12.50*", "*x*", "price"),
    ],
)  # fmt: skip
def test_what_an_order_may_not_say_is_told_with_its_element(was: str, becomes: str, code: str) -> None:
    (one,) = sets(GOOD.replace(was, becomes))
    faults = edi.read_order(one, PARTNER, AT, "1").heard.faults
    assert [fault.code for fault in faults] == [code]
    assert " in segment " in faults[0].message


def test_prices_are_for_the_partners_unit_and_exact() -> None:
    text = BOOKS.write("PO", [BOOKS.order("PO-1", ["1", "1", "CA", "10.00", "", "VN", "A"])])
    (one,) = sets(text)
    asked = edi.read_order(one, PARTNER, AT, "1").heard.asked
    (line,) = asked["lines"]
    assert (line["quantity"], 12 * line["unit_minor"] - line["discount_minor"], asked["total_minor"]) == (
        12,
        1000,
        1000,
    )


def test_charges_and_allowances_of_the_whole_order_count() -> None:
    text = GOOD.replace("N1*ST", "SAC*C*D240***500~\nSAC*A*A400***200~\nN1*ST").replace("SE*10", "SE*12")
    (one,) = sets(text)
    asked = edi.read_order(one, PARTNER, AT, "1").heard.asked
    assert (asked["shipping_minor"], asked["discount_minor"], asked["total_minor"]) == (500, 200, 3700)


ENVELOPE = Envelope(("ZZ", "DOORSTEP"), ("ZZ", "ACME"), 1, "PR", "004010", "P", AT)


def written(hostile: str, version: str = "004010") -> list[str]:
    """Every set that we write with a text wherever a text may stand; each as text."""
    line = Asked(line=hostile, qualifier="VN", sku=hostile, quantity=Decimal(2), unit="EA", per=1, price="1")
    parcel = ParcelLeft(WORLD.merchant, WORLD.merchant, hostile, hostile, {hostile: 2}, last=True, weight_g=5)
    bodies = {
        "855": edi.purchase(hostile, "refused", [line], [hostile, hostile * 9], AT),
        "856": edi.notice(hostile, parcel, [line], AT),
        "945": edi.advice(hostile, parcel, [line], AT),
    }
    envelope = Envelope(("ZZ", hostile), (hostile, "ACME"), 1, "PR", version, "P", AT)
    return [write(envelope, kind, segments) for kind, segments in bodies.items()]


SHAPES = [[len(one.segments) for one in sets(text)] for text in written("A")]


def unbroken(hostile: str) -> None:
    """Whatever a text holds, it makes no segment, no element and no character that X12 does not know."""
    for text, shape in zip(written(hostile), SHAPES, strict=True):
        interchanges, stray = read(text)
        assert (stray, [one.findings for one in interchanges]) == ([], [[]])
        assert [len(one.segments) for one in sets(text)] == shape
        assert [finding for one in sets(text) for finding in one.findings] == []
        assert text.isascii()
        assert all(c.isprintable() or c == "\n" for c in text)
        assert len(text.split("\n")[0]) == 106


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_no_element_breaks_a_segment(hostile: str) -> None:
    unbroken(hostile)


def test_no_hostile_payload_breaks_a_segment() -> None:
    for hostile in [
        *PAYLOADS,
        "~ST*997*0001~",
        "*" * 90,
        ">^~*",
        "\x00\x1c\x1d",
        "~\nIEA*0*0~",
        "'|:+?",
    ]:
        unbroken(hostile)


def test_no_hostile_envelope_breaks_its_acknowledgment() -> None:
    for hostile in [*PAYLOADS, "~\nIEA*0*0~", "~TA1*1~", "", "1" * 90]:
        header = Segment("ISA", [hostile] * 16, 1)
        text = write_bare(ENVELOPE, edi.envelope(Interchange(header, ">"), [], refused=False))
        ((one,), stray) = read(text)
        assert (len(one.told), one.groups, one.findings, stray) == (1, [], [], [])
        assert text.isascii()


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Straße 5", "Strasse 5"), ("São José", "Sao Jose"), ("A*B~C>D^E", "A B C D E"), ("東京", "??"), ("a\x00b\nc", "a b c"), ("Łódź Ø", "Lodz O")],
)  # fmt: skip
def test_texts_are_written_in_letters_that_x12_knows(text: str, plain: str) -> None:
    assert clean(text, 60) == plain


def test_what_we_write_in_005010_says_so() -> None:
    text = write(
        Envelope(("ZZ", "A"), ("ZZ", "B"), 7, "PR", "005010", "T", AT),
        "855",
        [["BAK", "00", "AD", "1", "20260302"]],
    )
    header = text.split("\n")[0].split("*")
    assert (header[11], header[12], header[15], text.split("\n")[1].split("*")[8]) == (
        "^",
        "00501",
        "T",
        "005010~",
    )
