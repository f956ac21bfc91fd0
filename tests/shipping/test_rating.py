"""The service that costs least all-in and keeps the promise carries the parcel, and each of the others knows why not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.shipping.rules.rating import (
    Center,
    Load,
    Offer,
    all_in,
    billed,
    choose,
    meters,
)
from doorstep.stages.shipping.rules.tariff import price, zone_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ZONES = [
    {"country": "DE", "postal_prefix": "", "zone": "1"},
    {"country": "DE", "postal_prefix": "2", "zone": "2"},
    {"country": "DE", "postal_prefix": "25", "zone": "3"},
    {"country": "*", "postal_prefix": "", "zone": "9"},
]
RATES = [
    {"up_to_g": 1000, "zone": "1", "price_minor": 500},
    {"up_to_g": 5000, "zone": "1", "price_minor": 900},
    {"up_to_g": 5000, "zone": "2", "price_minor": 1000},
]
SLOW = Offer(
    UUID(int=1), UUID(int=11), "Swift", "rate_table", "std", "Standard", 2, 3, 5000, 30_000, RATES, ZONES, "EUR",
    0, 0, 0, 0, 0, 0,
)  # fmt: skip
FAST = replace(
    SLOW,
    service_id=UUID(int=2),
    code="exp",
    name="Express",
    days_min=1,
    days_max=1,
    rates=[{**row, "price_minor": 2 * int(str(row["price_minor"]))} for row in RATES],
)
VANS = replace(
    SLOW, service_id=UUID(int=3), carrier="Our vans", kind="fleet", code="van", name="Van", days_max=1
)
CENTER = Center(UUID(int=21), "BER-1", 52.52, 13.40)
LOAD = Load(800, (200, 150, 100), "DE", "10115", 52.53, 13.38, "EUR", NOON)


def winner(load: Load = LOAD, *offers: Offer, centers: tuple[Center, ...] = (CENTER,)) -> str:
    choice = choose(load, offers or (SLOW, FAST), centers)
    return choice.offer.name if choice.offer else choice.refusal


def why(name: str, load: Load = LOAD, *offers: Offer, centers: tuple[Center, ...] = (CENTER,)) -> str:
    choice = choose(load, offers or (SLOW, FAST), centers)
    return next(one.why for one in choice.weighed if one.service == name)


def test_without_a_promise_the_cheapest_wins_and_the_other_knows_by_how_much() -> None:
    assert winner() == "Standard"
    assert why("Standard") == "the least of 2 all-in: 5.50 EUR; no record yet"
    assert why("Express") == "5.50 EUR more all-in; no record yet"


def test_a_promise_rules_out_what_would_miss_it() -> None:
    load = replace(LOAD, promised_until=NOON + timedelta(days=1))
    assert winner(load) == "Express"
    assert why("Standard", load) == "may take 3 days, after the promise of 03 Mar"


def test_when_nothing_keeps_the_promise_the_soonest_goes() -> None:
    load = replace(LOAD, promised_until=NOON)
    assert winner(load) == "Express"
    assert "though after the promise" in why("Express", load)


def test_bulky_is_billed_by_its_volume() -> None:
    big = replace(LOAD, sides_mm=(400, 300, 200))
    assert billed(big, 5000) == 4800
    assert choose(big, [SLOW], []).weighed[0].price_minor == 900


@pytest.mark.parametrize(
    ("country", "postal_code", "zone"),
    [
        ("DE", "10115", "1"),
        ("DE", "20457", "2"),
        ("DE", "25 980", "3"),
        ("FR", "75001", "9"),
        ("DE", "", "1"),
    ],
)
def test_the_longest_prefix_of_the_own_country_names_the_zone(
    country: str, postal_code: str, zone: str
) -> None:
    assert zone_of(ZONES, country, postal_code) == zone


def test_a_price_is_the_lightest_step_that_holds_the_mass() -> None:
    assert price(RATES, "1", 1000) == 500
    assert price(RATES, "1", 1001) == 900
    assert price(RATES, "1", 5001) is None


@pytest.mark.parametrize(
    ("load", "offer", "says"),
    [
        (replace(LOAD, weight_g=31_000), SLOW, "takes at most 30.00 kg, this is 31.00 kg"),
        (replace(LOAD, weight_g=6_000), SLOW, "has no price for 6.00 kg in zone 1"),
        (replace(LOAD, country="FR"), SLOW, "has no price for 800 g in zone 9"),
        (replace(LOAD, country="FR"), replace(SLOW, zones=ZONES[:3]), "does not go to FR 10115"),
        (replace(LOAD, lat=None), VANS, "the address has no coordinates"),
        (replace(LOAD, lat=53.55, lon=9.99), VANS, "the nearest local center, BER-1, is 255.1 km away"),
    ],
)
def test_what_cannot_carry_a_parcel_says_why(load: Load, offer: Offer, says: str) -> None:
    assert says in why(offer.name, load, offer)
    assert says in winner(load, offer)


def test_vans_go_without_coordinates_where_their_service_names_the_postal_area() -> None:
    around = replace(VANS, zones=[{"country": "DE", "postal_prefix": "101", "zone": "1"}])
    assert winner(replace(LOAD, lat=None), around) == "Van"


def test_a_carrier_that_does_not_answer_carries_only_what_nobody_else_can() -> None:
    mute = replace(SLOW, unsettled=3)
    assert winner(LOAD, mute, FAST) == "Express"
    assert why("Standard", LOAD, mute, FAST) == "does not answer at present: 3 purchases are unsettled"
    assert winner(LOAD, mute) == "Standard"


def test_without_any_service_the_refusal_says_what_to_do() -> None:
    assert "Add one in the catalog" in choose(LOAD, [], []).refusal
    assert "no local center" in why("Van", LOAD, VANS, centers=())


def test_near_a_center_our_own_vans_sort_the_parcel_to_it() -> None:
    choice = choose(LOAD, [SLOW, VANS], [CENTER])
    assert choice.offer == VANS
    assert choice.route == "BER-1"
    assert choose(LOAD, [SLOW], [CENTER]).route == "DE 10115"


def test_a_bad_record_costs_a_service_its_price_advantage() -> None:
    late = replace(SLOW, parcels=200, on_time=60, damaged=10, ratings=50, rating_sum=100)
    dearer = replace(FAST, rates=[{**RATES[0], "price_minor": 600}], parcels=200, on_time=198)
    assert winner(LOAD, late, dearer) == "Express"
    assert "on time 30% of 200, 10 damaged, 2.0 stars of 50" in why("Standard", LOAD, late, dearer)


def test_prices_in_another_currency_are_not_compared_with_ours() -> None:
    foreign = replace(FAST, currency="USD", rates=[{**RATES[0], "price_minor": 1}])
    assert winner(LOAD, SLOW, foreign) == "Standard"
    assert "cannot be compared" in why("Express", LOAD, SLOW, foreign)
    assert winner(replace(LOAD, currency="JPY"), foreign) == "Express"


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 100_000))
def test_more_parcels_on_time_never_make_a_service_dearer(parcels: int, late: int, price_minor: int) -> None:
    on_time = max(parcels - late, 0)
    worse = all_in(replace(SLOW, parcels=parcels, on_time=on_time), price_minor)
    better = all_in(replace(SLOW, parcels=parcels, on_time=parcels), price_minor)
    assert price_minor <= better <= worse


def test_distances_are_those_of_the_globe() -> None:
    assert meters(52.52, 13.405, 53.5511, 9.9937) == pytest.approx(255_300, rel=0.002)
