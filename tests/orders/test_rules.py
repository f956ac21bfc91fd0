"""The judgement of orders: sums to the minor unit, addresses of many countries, what is the same and where goods come from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.orders import NewLine, NewOrder, NewPayment, Payment
from doorstep.stages.orders.model import Item, Known, Line, Order, Seller
from doorstep.stages.orders.model.sourcing import Routing
from doorstep.stages.orders.rules import check, demanded, differences, needed, reaching, shares
from doorstep.stages.orders.rules.address import examine
from doorstep.stages.orders.rules.money import add_up
from doorstep.stages.orders.rules.reaching import dialed, email_fits
from tests.worlds.orders import contact, new_order

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
amounts = st.integers(0, 10**5)
good_lines = st.builds(
    lambda quantity, unit, tax, off: NewLine(
        sku="A",
        quantity=quantity,
        unit_minor=unit,
        tax_minor=tax,
        discount_minor=min(off, quantity * unit + tax),
    ),
    st.integers(1, 1_000_000),
    amounts,
    amounts,
    amounts,
)


@st.composite
def sound_orders(draw: st.DrawFn) -> NewOrder:
    """Orders whose sums are right, paid in one to four parts."""
    lines = draw(st.lists(good_lines, min_size=1, max_size=8))
    subtotal = sum(one.quantity * one.unit_minor - one.discount_minor + one.tax_minor for one in lines)
    shipping, tax = draw(amounts), draw(amounts)
    discount = draw(st.integers(0, subtotal))
    total = subtotal - discount + shipping + tax
    cuts = sorted(draw(st.lists(st.integers(0, total), max_size=3)))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]
    payments = [NewPayment(processor="manual", method="x", amount_minor=one) for one in parts if one]
    return new_order(
        lines=lines,
        discount_minor=discount,
        shipping_minor=shipping,
        tax_minor=tax,
        total_minor=total,
        payments=payments,
    )


@pytest.mark.proves("E1")
@given(sound_orders(), st.integers(0, 5))
def test_sums_that_are_right_are_never_refused_and_never_rounded(order: NewOrder, tolerance: int) -> None:
    sums = add_up(order, tolerance)
    assert (sums.faults, sums.rounding_minor, sums.rounded) == ([], 0, {})


@given(sound_orders(), st.integers(-9, 9), st.integers(0, 5))
def test_a_total_that_is_off_is_refused_beyond_the_tolerance_and_told_within_it(
    order: NewOrder, off: int, tolerance: int
) -> None:
    wrong = msgspec.structs.replace(order, total_minor=max(order.total_minor + off, 0))
    off = wrong.total_minor - order.total_minor
    sums = add_up(wrong, tolerance)
    if abs(off) > tolerance:
        assert {fault.pointer for fault in sums.faults} == {"/total_minor", "/payments"}
    else:
        assert sums.faults == []
        assert sums.rounded == ({"total_minor": off, "payments_minor": -off} if off else {})
        assert sums.rounding_minor == 0


@given(sound_orders(), st.integers(1, 9), st.integers(0, 5))
def test_a_payment_that_is_off_shows_as_rounding_or_is_refused(
    order: NewOrder, off: int, tolerance: int
) -> None:
    more = NewPayment(processor="manual", method="x", amount_minor=off)
    sums = add_up(msgspec.structs.replace(order, payments=[*order.payments, more]), tolerance)
    if off > tolerance:
        assert [fault.code for fault in sums.faults] == ["payments_sum"]
    else:
        assert (sums.faults, sums.rounding_minor, sums.rounded) == ([], off, {"payments_minor": off})


@given(good_lines, st.integers(-5, 5).filter(bool))
def test_a_line_total_is_exact(line: NewLine, off: int) -> None:
    total = line.quantity * line.unit_minor - line.discount_minor + line.tax_minor
    right = msgspec.structs.replace(line, total_minor=total)
    wrong = msgspec.structs.replace(line, total_minor=total + off)
    assert [fault.pointer for fault in add_up(_alone(right), 0).faults] == []
    assert [fault.pointer for fault in add_up(_alone(wrong), 5).faults] == ["/lines/0/total_minor"]


def _alone(line: NewLine) -> NewOrder:
    total = line.quantity * line.unit_minor - line.discount_minor + line.tax_minor
    payments = [NewPayment(processor="manual", method="x", amount_minor=total)] if total else []
    return new_order(lines=[line], shipping_minor=0, total_minor=total, payments=payments)


@pytest.mark.parametrize(
    ("changed", "pointers"),
    [
        ({"quantity": 0}, ["/lines/0/quantity"]),
        ({"quantity": -3}, ["/lines/0/quantity"]),
        ({"quantity": 1_000_001}, ["/lines/0/quantity"]),
        ({"unit_minor": -1}, ["/lines/0/unit_minor"]),
        ({"discount_minor": -1}, ["/lines/0/discount_minor"]),
        ({"discount_minor": 5001}, ["/lines/0/discount_minor"]),
        ({"tax_minor": -1}, ["/lines/0/tax_minor"]),
    ],
)
def test_a_line_that_cannot_be_says_why(changed: dict[str, int], pointers: list[str]) -> None:
    values: dict[str, Any] = {"sku": "A", "quantity": 4, "unit_minor": 1250, **changed}
    line = NewLine(**values)
    found = [fault.pointer for fault in add_up(new_order(lines=[line]), 0).faults]
    assert [pointer for pointer in found if pointer.startswith("/lines")] == pointers


def test_sums_beyond_all_measure_are_refused_not_overflown() -> None:
    line = NewLine(sku="A", quantity=1_000_000, unit_minor=10**12)
    order = new_order(lines=[line] * 2000, total_minor=10**12)
    assert "too_large" in {fault.code for fault in add_up(order, 0).faults}


ADDRESSES: list[tuple[str, dict[str, str], list[str], int]] = [
    ("Germany", {"country": "DE", "postal_code": "10115", "city": "Berlin"}, [], 0),
    ("Germany, short code", {"country": "DE", "postal_code": "1011", "city": "Berlin"}, ["postal_code"], 0),
    ("Germany, no city", {"country": "DE", "postal_code": "10115", "city": ""}, ["city"], 0),
    (
        "United States",
        {"country": "US", "region": "CA", "postal_code": "90210", "city": "Beverly Hills"},
        [],
        0,
    ),
    ("by name of state", {"country": "us", "region": "california", "postal_code": "90210"}, [], 0),
    ("a ZIP of elsewhere", {"country": "US", "region": "NY", "postal_code": "90210"}, [], 1),
    ("no such state", {"country": "US", "region": "ZZ", "postal_code": "90210"}, ["region"], 0),
    ("no state", {"country": "US", "region": "", "postal_code": "90210"}, ["region"], 0),
    ("Brazil", {"country": "BR", "region": "São Paulo", "postal_code": "01310-100"}, [], 0),
    ("Brazil without accents", {"country": "BR", "region": "sao paulo", "postal_code": "01310100"}, [], 0),
    ("Ireland without a code", {"country": "IE", "postal_code": "", "street": "The Lodge"}, [], 0),
    ("Great Britain", {"country": "GB", "postal_code": "sw1a 1aa", "city": "London"}, [], 0),
    ("Japan", {"country": "JP", "region": "Tokyo", "postal_code": "100-0001", "city": ""}, [], 0),
    ("Hong Kong", {"country": "HK", "region": "Kowloon", "postal_code": "", "city": "Mong Kok"}, [], 0),
    ("no such country", {"country": "XX"}, ["country"], 0),
    ("not even letters", {"country": "1!"}, ["country"], 0),
    ("nobody", {"name": "  "}, ["name"], 0),
    ("no number", {"country": "DE", "postal_code": "10115", "street": "Invalidenstr."}, [], 1),
    ("a placeholder", {"street": "n/a", "city": "unknown"}, [], 2),
]


@pytest.mark.parametrize(
    ("changed", "wrong", "doubts"), [case[1:] for case in ADDRESSES], ids=[case[0] for case in ADDRESSES]
)
def test_an_address_is_judged_by_its_own_country(
    changed: dict[str, str], wrong: list[str], doubts: int
) -> None:
    _, faults, found = examine(contact(**changed))
    assert [fault.pointer.removeprefix("/ship_to/") for fault in faults] == wrong
    assert len(found) == doubts, found


def test_a_fault_names_the_country_as_people_write_it() -> None:
    _, faults, _ = examine(contact(country="BA", postal_code="1"))
    assert [fault.message.split(" of ")[1][:22] for fault in faults] == ["Bosnia and Herzegovina"]


def test_an_address_is_kept_in_its_usual_spelling() -> None:
    kept, _, _ = examine(contact(country="us", region="california", postal_code=" 90210 "))
    assert (kept.country, kept.region, kept.postal_code) == ("US", "CA", "90210")
    british, _, _ = examine(contact(country="gb", postal_code="sw1a 1aa"))
    assert (british.country, british.postal_code) == ("GB", "SW1A 1AA")


@given(st.text(max_size=30), st.text(max_size=2), st.text(max_size=20))
def test_no_text_breaks_the_judgement_of_addresses(text: str, country: str, code: str) -> None:
    examine(contact(name=text, street=text, city=text, region=text, country=country, postal_code=code))


@pytest.mark.parametrize(
    "email",
    [
        "ana@example.org",
        "a.b+c@x-y.example",
        "ünï@bücher.example",
        "o'neil@sub.domain.example",
        "a" * 64 + "@x.example",
    ],
)
def test_addresses_that_people_have_are_taken(email: str) -> None:
    assert email_fits(email)


@pytest.mark.parametrize(
    "email",
    [
        "ana",
        "ana@",
        "@x.org",
        "ana@x",
        "a b@x.org",
        "a@x..org",
        ".a@x.org",
        "a.@x.org",
        "a..b@x.org",
        "a@-x.org",
        "a@x-.org",
        "a@b@x.org",
        "a@x.org\nBcc: all@x.org",
        "<a@x.org>",
        "a" * 65 + "@x.org",
        "a@" + "x" * 64 + ".org",
    ],
)
def test_what_is_no_address_is_refused(email: str) -> None:
    assert not email_fits(email)


@pytest.mark.parametrize(
    ("phone", "country", "means"),
    [
        ("+423 232 12 34", "LI", "+4232321234"),
        ("030 1234567", "DE", "+49301234567"),
        ("(11) 91234-5678", "BR", "+5511912345678"),
        ("12", "DE", None),
        ("call me", "DE", None),
        ("0" * 40, "DE", None),
    ],
)
def test_a_number_is_dialed_as_from_its_country(phone: str, country: str, means: str | None) -> None:
    assert dialed(phone, country) == means


@given(
    st.sampled_from(["DE", "US", "GB", "BR", "LI", "IT", "PT", "AR", "MX", "RU", "VA"]),
    st.from_regex(r"\+(49|1|44|55|423|39|351|54|52|7|379|0)[ 0-9()./-]{0,18}", fullmatch=True),
)
def test_plain_numbers_are_judged_as_the_full_rules_judge_them(country: str, phone: str) -> None:
    quick = reaching._international(phone, country)
    if quick is not None:
        number = phonenumbers.parse(phone, country)
        assert phonenumbers.is_possible_number(number)
        assert quick == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


SELLER = Seller(uuid4(), "juniper", "Juniper", "EUR", 2)
MUG = Item(uuid4(), "Mug", ())
MUG = replace(MUG, components=((MUG.id, 1),))
KNOWN = Known({"juniper": SELLER}, {(SELLER.id, "A"): MUG}, Routing(()))


def codes(order: NewOrder, **more: Any) -> set[str]:
    return {fault.code for fault in check(order, KNOWN, now=NOON, **more).faults}


def test_the_whole_order_is_judged_at_once() -> None:
    assert codes(new_order()) == set()
    assert codes(new_order({"B": 1})) == {"unknown_sku"}
    assert codes(new_order(currency="USD")) == {"currency"}
    assert codes(new_order(merchant="nobody")) == {"unknown_merchant"}
    assert codes(new_order(merchant=None)) == {"missing"}
    assert codes(new_order(merchant=None), own=SELLER.id) == set()
    assert codes(new_order(), own=uuid4()) == {"unknown_merchant"}
    assert codes(new_order(payments=[])) == {"payments_sum"}
    assert codes(new_order(placed_at=NOON)) == {"forbidden"}
    assert codes(new_order(placed_at=NOON), imports=True) == set()
    assert codes(new_order(placed_at=NOON + timedelta(seconds=1)), imports=True) == {"future"}


def test_lines_that_share_a_component_are_added_up() -> None:
    kit = Item(uuid4(), "Set", ((MUG.id, 2), (uuid4(), 1)))
    assert needed([(kit, 3), (MUG, 4)])[MUG.id] == 10
    first, second = uuid4(), uuid4()
    assert (first, MUG.id, 6) in demanded([(first, kit, 3), (second, MUG, 4)])


def _taken(captured: int, refunded: int = 0, *, number: int = 1) -> Payment:
    return Payment(
        UUID(int=number),
        uuid4(),
        "captured",
        "manual",
        "x",
        "",
        captured,
        captured,
        refunded,
        0,
        "EUR",
        None,
        None,
        1,
        None,
    )


@given(
    st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 1000)), min_size=1, max_size=5),
    st.integers(1, 6000),
)
def test_a_refund_is_spread_exactly_or_not_at_all(taken: list[tuple[int, int]], amount: int) -> None:
    payments = [_taken(a, min(a, b), number=i) for i, (a, b) in enumerate(taken)]
    left = {one.id: one.captured_minor - one.refunded_minor for one in payments}
    parts = shares(amount, payments)
    if parts is None:
        assert sum(left.values()) < amount
    else:
        assert sum(part for _, part in parts) == amount
        assert all(0 < part <= left[payment_id] for payment_id, part in parts)


def test_an_order_that_comes_again_differs_only_where_it_does() -> None:
    order = new_order({"A": 2})
    blank: dict[str, Any] = dict.fromkeys(Order.__dataclass_fields__)
    sums = {
        "currency": "EUR",
        "total_minor": 3000,
        "shipping_minor": 500,
        "discount_minor": 0,
        "tax_minor": 0,
    }
    place = {
        name: getattr(order.ship_to, name) for name in ("name", "street", "city", "postal_code", "country")
    }
    first = Order(**{**blank, **sums, **place, "number": 7})
    lines = [Line(uuid4(), uuid4(), 1, uuid4(), "A", "Mug", 2, 1250, 0, 0, 2500, None)]
    assert differences(order, order.ship_to, first, lines) == []
    other = differences(new_order({"A": 3}), contact(city="Vaduz"), first, lines)
    assert [fault.pointer for fault in other] == ["/total_minor", "/lines/0/quantity", "/ship_to/city"]
    split = replace(first, regrouped=True)
    moved = differences(new_order({"A": 3}), contact(city="Vaduz"), split, lines)
    assert [fault.pointer for fault in moved] == ["/ship_to/city"]
    erased = replace(first, name="", street="", city="", postal_code="", country="")
    assert differences(order, order.ship_to, erased, lines) == []
