"""Reading an export: by its columns, to the centavo, and with the line that cannot be read."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from doorstep.world.replay.olist import Olist, OlistError, read


def test_amounts_are_centavos_measures_are_millimeters_and_times_are_naive(olist: Olist) -> None:
    assert [one.price_minor + one.freight_minor for one in olist.items["delivered"]] == [3871, 3871]
    wardrobe = olist.products["wardrobe"]
    assert (wardrobe.length_mm, wardrobe.height_mm, wardrobe.width_mm, wardrobe.weight_g) == (
        1900,
        600,
        400,
        29_000,
    )
    assert olist.orders[0].purchased_at == datetime(2017, 10, 2, 10, 56, 33)  # noqa: DTZ001 - as in the export
    assert olist.orders[3].delivered_at is None


def test_categories_are_english_where_there_is_a_translation(olist: Olist) -> None:
    assert [olist.products[sku].category for sku in ("book", "anvil", "lamp")] == [
        "books technical",
        "ferramentas",
        "",
    ]


def test_a_postal_prefix_that_lost_its_zero_gets_it_back(folder: Path, tmp_path: Path) -> None:
    changed(folder, tmp_path, "sellers.csv", "09080", "9080")
    assert read(tmp_path).sellers["anna"].prefix == "09080"


@pytest.mark.parametrize(
    ("name", "was", "now", "said"),
    [
        ("orders.csv", "order_status", "status", "orders.csv has no column 'order_status'"),
        ("orders.csv", "2017-10-02 10:56:33", "yesterday", "orders.csv, line 2"),
        ("order_items.csv", "29.99,8.72", "29.999,8.72", "order_items.csv, line 2"),
        ("payments.csv", "77.42", "a lot", "payments.csv, line 2"),
        ("reviews.csv", "r1,delivered,5", "r1,delivered,five", "reviews.csv, line 2"),
        ("sellers.csv", "bruno,", "carla,", "order two-sellers: its seller bruno cannot be found"),
        ("customers.csv", "c1,", "c99,", "order delivered: its customer cannot be found"),
    ],
)
def test_what_cannot_be_read_names_the_file_and_the_line(
    folder: Path, tmp_path: Path, name: str, was: str, now: str, said: str
) -> None:
    changed(folder, tmp_path, name, was, now)
    with pytest.raises(OlistError, match=said):
        read(tmp_path)


def test_a_missing_file_is_named(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "payments.csv").unlink()
    with pytest.raises(OlistError, match=r"payments\.csv is missing"):
        read(tmp_path)


def changed(folder: Path, to: Path, name: str, was: str, now: str) -> None:
    """Copy the export with one text changed where it comes first."""
    shutil.copytree(folder, to, dirs_exist_ok=True)
    text = (to / name).read_text(encoding="utf-8")
    assert was in text
    (to / name).write_text(text.replace(was, now, 1), encoding="utf-8")
