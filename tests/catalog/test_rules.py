"""Good codes, readable tables, fitting floors."""

from dataclasses import replace
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.catalog.model import Carrier, NewSite
from doorstep.stages.catalog.rules.fitness import (
    all_faults,
    barcode_fault,
    box_faults,
    carrier_faults,
    gtin_check_digit,
    service_faults,
    site_faults,
    van_faults,
)
from doorstep.stages.catalog.rules.plan import draw
from doorstep.stages.catalog.rules.rows import COLUMNS, read_product, read_table
from tests.worlds.catalog import BARCODES, boxes, center, services, van, warehouse


@given(st.sampled_from([7, 11, 12, 13]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)))
def test_every_gtin_with_its_check_digit_is_good_and_with_any_other_is_not(payload: str) -> None:
    right = gtin_check_digit(payload)
    assert barcode_fault(payload + right) is None
    for digit in set("0123456789") - {right}:
        assert payload + right in str(barcode_fault(payload + digit))


@pytest.mark.parametrize("code", [*BARCODES.values(), "036000291452", "123456", "A-1 B", "4006381333931X"])
def test_codes_that_are_no_gtins_are_taken_as_they_are(code: str) -> None:
    assert barcode_fault(code) is None


@pytest.mark.parametrize("code", ["", " A", "A ", "ä", "A\tB", "A\x00", "x" * 81])
def test_a_code_that_no_scanner_sends_is_refused(code: str) -> None:
    assert barcode_fault(code) is not None


def test_the_small_world_fits() -> None:
    found = [site_faults(warehouse(UUID(int=1), "north")), site_faults(center())]
    found += [box_faults(one) for one in boxes()]
    found += [service_faults(one, "rate_table") for one in services()]
    assert all_faults([*found, van_faults(van(UUID(int=2), "v"))]) == []


def test_a_floor_that_contradicts_itself_says_where() -> None:
    good = warehouse(UUID(int=1), "north")
    swapped = replace(good.site, lat=190.0, timezone="Europe/Atlantis", country="Liechtenstein")
    bins = (
        replace(good.bins[0], code="t-14"),
        replace(good.bins[1], aisle=9),
        replace(good.bins[2], y_mm=99_000),
    )
    faults = all_faults([site_faults(NewSite(swapped, good.aisles, bins))])
    assert {fault.pointer for fault in faults} == {
        "/lat",
        "/timezone",
        "/country",
        "/bins/0/code",
        "/bins/1/aisle",
        "/bins/2/y_mm",
    }
    assert "T-14-1" in next(fault.message for fault in faults if fault.code == "tote").upper()


def test_a_service_prices_every_zone_it_serves_and_an_api_has_an_address() -> None:
    one = services()[0]
    lacking = replace(one, rates=one.rates[:4])
    assert [fault.code for fault in service_faults(lacking, "rate_table")] == ["unpriced_zone"]
    assert [
        f.pointer for f in carrier_faults(Carrier(id=UUID(int=1), code="c", name="C", kind="rate_table"))
    ] == ["/base_url"]


@pytest.mark.parametrize(
    "text",
    [
        "sku,name\nA,Mug\n",
        "\ufeffSKU;Name\r\nA;Mug\r\n",
        "sku\tname\nA\tMug",
        "\nsku,name\n\nA,Mug\n,\n",
        'sku,name\nA,"Mug"\n',
        "sku,name,\nA,Mug,more,and more\n",
    ],
)
def test_a_table_is_read_however_it_is_separated(text: str) -> None:
    assert [{name: row[name] for name in ("sku", "name")} for row in read_table(text)] == [
        {"sku": "A", "name": "Mug"}
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "name\nMug\n", 'sku,name\n"A,Mug\n', "sku\n" + "A\n" * 20_001])
def test_a_table_that_cannot_be_read_says_why(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        list(read_table(text))


@given(st.dictionaries(st.sampled_from([*COLUMNS, "other"]), st.text(max_size=30)))
def test_any_row_is_understood_or_faulted_never_an_error(row: dict[str, str]) -> None:
    read = read_product(1, row, {"juniper": "EUR"})
    assert all(fault.message and len(fault.value) <= 60 for fault in read.faults)
    assert read.fields.get("price_minor", 0) >= 0


def test_prices_are_read_in_the_currencys_own_unit() -> None:
    def price(text: str, currency: str) -> object:
        return read_product(1, {"price": text}, {"m": currency}).fields.get("price_minor")

    assert [price("12.50", "EUR"), price("12", "EUR"), price("1200", "JPY"), price("1.234", "KWD")] == [
        1250,
        1200,
        1200,
        1234,
    ]
    assert price("12.50", "JPY") is None


def test_a_plan_shows_every_bin_inside_the_paper_and_none_over_another() -> None:
    floor = warehouse(UUID(int=1), "north")
    plan = draw(floor.site, floor.aisles, floor.bins)
    assert plan is not None
    assert {code for spot in plan.spots for code in spot.codes} == {one.code for one in floor.bins}
    for spot in plan.spots:
        assert 0 <= spot.x_mm <= plan.width_mm - spot.width_mm
        assert 0 <= spot.y_mm <= plan.height_mm - spot.height_mm
    tops = sorted((spot.x_mm, spot.y_mm) for spot in plan.spots)
    for (x, y), (other_x, other_y) in pairwise(tops):
        assert x != other_x or other_y - y >= plan.spots[0].height_mm
    assert draw(center().site, (), ()) is None
