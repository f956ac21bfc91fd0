"""Tables of orders as files: what is understood, what is guessed, and how hostile ones are refused. Without a database."""

from datetime import UTC, date, datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.orders.model.sheets import Sheet
from doorstep.stages.orders.ports.channels import sheet as files
from doorstep.stages.orders.ports.channels.sheet import UnreadableError, read_csv, read_sheet, write_csv
from doorstep.stages.orders.rules import cells as reading
from doorstep.stages.orders.rules.columns import WANTED, guess, layout_of, missing
from doorstep.stages.orders.rules.rows import Ground, at_cell, read_orders
from tests.orders.sheets import HEADING, cells, order_row, repacked, table, workbook

GROUND = Ground("juniper", "EUR", "LI")
SHOPIFY = (
    "Name,Email,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Shipping Method,Created at,Lineitem quantity,"
    "Lineitem name,Lineitem price,Lineitem sku,Billing Name,Billing Street,Shipping Name,Shipping Street,Shipping City,"
    "Shipping Zip,Shipping Country,Notes"
)
GERMAN = "Bestellnummer;Datum;Artikelnummer;Menge;Einzelpreis;Name;Straße;PLZ;Ort;Land;E-Mail"


def test_columns_are_guessed_by_what_their_headings_say() -> None:
    sheet = read_sheet(table(order_row()))
    columns = guess(sheet)
    assert missing(columns) == []
    assert [sheet.headings[columns[name]] for name in ("reference", "sku", "quantity", "unit_price", "email")] == [
        "Order number", "SKU", "Quantity", "Price", "E-mail"
    ]  # fmt: skip


def test_a_shop_export_is_understood_although_its_order_number_is_called_name() -> None:
    row = "#1001,ana@example.org,,EUR,12.50,5.00,0,17.50,0,Standard,2026-03-01 10:00:00 +0100,1,Mug,12.50,A,X Y,Elsewhere 1,Ana Keller,Im Rietle 14,Schaan,9494,LI,"
    sheet = read_sheet(table(row, heading=SHOPIFY))
    columns = guess(sheet)
    named = {name: sheet.headings[i] for name, i in columns.items()}
    assert (named["reference"], named["name"], named["street"]) == (
        "Name",
        "Shipping Name",
        "Shipping Street",
    )
    (read,) = read_orders(sheet, columns, GROUND)
    assert read.faults == ()
    assert read.asked["total_minor"] == 1750
    assert read.asked["placed_at"].astimezone(UTC) == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def test_another_language_and_commas_for_cents_are_understood() -> None:
    row = "77;01.03.2026;A;2;1.012,50;Ana Keller;Im Rietle 14;9494;Schaan;Liechtenstein;ana@example.org"
    sheet = read_sheet(f"{GERMAN}\n{row}".encode())
    (read,) = read_orders(sheet, guess(sheet), GROUND)
    assert read.faults == ()
    assert (read.asked["lines"][0]["unit_minor"], read.asked["ship_to"]["country"]) == (101_250, "LI")


def test_article_numbers_are_found_by_what_they_are_whatever_their_heading() -> None:
    sheet = read_csv("Order number,Thing,Quantity,x\n1,MUG-1,2,y\n2,MUG-2,1,z\n")
    assert "sku" not in guess(sheet)
    assert guess(sheet, {"MUG-1", "MUG-2"})["sku"] == 1


def test_an_e_mail_address_is_found_by_what_it_looks_like() -> None:
    assert guess(read_csv("Order number,Contact\n1,ana@example.org\n"))["email"] == 1


def test_cells_that_cannot_be_it_rule_a_column_out() -> None:
    assert "quantity" not in guess(read_csv("Order number,Quantity\n1,two\n2,some\n"))


def test_rows_with_one_reference_are_the_lines_of_one_order_wherever_they_stand() -> None:
    sheet = read_sheet(table(order_row("1"), order_row("2"), order_row("1", "B", 3, "20.00")))
    first, second = read_orders(sheet, guess(sheet), GROUND)
    assert (first.rows, second.rows) == ((2, 4), (3,))
    assert [line["sku"] for line in first.asked["lines"]] == ["A", "B"]
    assert first.asked["total_minor"] == 1250 + 6000


def test_rows_of_one_order_that_contradict_each_other_are_told_apart_by_cell() -> None:
    other = order_row("1").replace("Schaan", "Vaduz")
    sheet = read_sheet(table(order_row("1"), other))
    (read,) = read_orders(sheet, guess(sheet), GROUND)
    assert [(fault.row, fault.field, fault.value) for fault in read.faults] == [(3, "city", "Vaduz")]


def test_a_row_without_a_reference_is_refused_and_holds_up_no_other() -> None:
    sheet = read_sheet(table(order_row(""), order_row("2")))
    first, second = read_orders(sheet, guess(sheet), GROUND)
    assert ([fault.field for fault in first.faults], second.faults) == (["reference"], ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quantity", "some"),
        ("quantity", "1.5"),
        ("quantity", ""),
        ("unit_price", "12.505"),
        ("unit_price", "12,5"),
        ("sku", ""),
    ],
)
def test_every_cell_that_is_not_understood_is_named(name: str, value: str) -> None:
    row = {"sku": "A", "quantity": "1", "unit_price": "12.50"} | {name: value}
    line = f'9,{row["sku"]},{row["quantity"]},"{row["unit_price"]}",{order_row().split(",", 4)[4]}'
    sheet = read_sheet(table(order_row("1"), order_row("2"), order_row("3"), order_row("4"), line))
    *_, read = read_orders(sheet, guess(sheet), GROUND)
    assert [(fault.row, fault.field, fault.value) for fault in read.faults] == [(6, name, value)]


@pytest.mark.parametrize("cell", ["=1+1", "=cmd|'/c calc'!A1", "@SUM(A1)", "+x", "-x", "#REF!", "#N/A"])
def test_what_a_spreadsheet_would_compute_is_refused(cell: str) -> None:
    sheet = read_sheet(table(order_row(), order_row("2").replace("Ana Keller", cell)))
    _, read = read_orders(sheet, guess(read_sheet(table(order_row()))), GROUND)
    assert [fault.field for fault in read.faults] == ["name"]


@pytest.mark.parametrize(
    ("cell", "comma", "minor"),
    [
        ("12.50", False, 1250), ("1,234.50", False, 123_450), ("1.234,50", True, 123_450), ("€ 12,50", True, 1250),
        ("12.50 EUR", False, 1250), ("$5", False, 500), ("-3", False, -300), ("1'000.00", False, 100_000), (".5", False, 50),
        ("12,50", False, None), ("12.505", False, None), ("twelve", False, None), ("", False, None), ("1e5", False, None),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(cell: str, comma: bool, minor: int | None) -> None:
    assert reading.amount(cell, 2, comma=comma) == minor


@pytest.mark.proves("E1")
@given(st.integers(-(10**11), 10**11), st.sampled_from([0, 2, 3, 4]))
def test_every_amount_that_is_written_out_is_read_back(minor: int, places: int) -> None:
    sign, whole = "-" * (minor < 0), abs(minor)
    part = f".{whole % 10**places:0{places}d}" if places else ""
    assert reading.amount(f"{sign}{whole // 10**places}{part}", places, comma=False) == minor


@pytest.mark.parametrize(
    ("cell", "day_first", "expected"),
    [
        ("2026-03-01", None, datetime(2026, 3, 1, tzinfo=UTC)), ("01.03.2026", None, datetime(2026, 3, 1, tzinfo=UTC)),
        ("1.3.2026 14:30", None, datetime(2026, 3, 1, 14, 30, tzinfo=UTC)), ("01/03/2026", True, datetime(2026, 3, 1, tzinfo=UTC)),
        ("01/03/2026", False, datetime(2026, 1, 3, tzinfo=UTC)), ("01/03/2026", None, None), ("yesterday", None, None),
        ("2026-02-30", None, None),
    ],
)  # fmt: skip
def test_a_date_that_could_be_two_is_none(
    cell: str, day_first: bool | None, expected: datetime | None
) -> None:
    assert reading.moment(cell, slashes_day_first=day_first) == expected


def test_a_column_with_a_thirteenth_says_that_the_day_comes_first() -> None:
    assert reading.day_first(["01/03/2026", "13/03/2026"]) is True
    assert reading.day_first(["03/13/2026"]) is False
    assert reading.day_first(["01/02/2026"]) is None


def test_an_excel_file_says_the_same_as_the_same_table_in_csv() -> None:
    csv = table(order_row("1"), order_row("2", "B", 3, "20.00"))
    assert read_sheet(workbook(cells(csv))) == read_sheet(csv)


def test_numbers_and_dates_of_excel_are_read_as_people_see_them() -> None:
    rows: list[list[Any]] = [
        ["Order", "Units", "Price", "Date", "Gift"],
        [1001, 2.0, 12.5, date(2026, 3, 1), True],
    ]
    assert read_sheet(workbook(rows)).rows == [(2, ("1001", "2", "12.5", "2026-03-01", "yes"))]


def test_a_formula_whose_value_nobody_kept_is_not_read_as_blank() -> None:
    assert read_sheet(workbook([["Order", "Total"], [1, "=2*3"]])).rows == [(2, ("1", "=2*3"))]


def test_an_excel_file_may_lie_about_its_size_and_begin_with_blank_rows() -> None:
    sheet = read_sheet(workbook([[], [], ["a", "b"], [], [1, 2]]))
    assert (sheet.headings, sheet.rows) == (("a", "b"), [(5, ("1", "2"))])


def bomb() -> bytes:
    """A spreadsheet of a few kilobytes that unpacks to 300 MB."""
    return repacked(workbook([["a", "b"], [1, 2]]), extra=b" " * 300_000_000)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"  \n", "empty"),
    "old excel": (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old Excel"),
    "latin": ("Order,Näme\n1,x".encode("latin-1"), "Line 1 is not text in UTF-8"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 60, "not text in UTF-8"),
    "nul": (b"a,b\n1,\x00\n", "not a table"),
    "one column": (b"hello\nworld\n", "does not name columns"),
    "heading alone": (b"a,b,c\n", "nothing below the heading"),
    "open quote": (b'a,b\n1,"x\n', "never ends"),
    "ragged": (b"a,b\n1,2,3\n", "Row 2 has more cells"),
    "wide": (",".join(f"c{i}" for i in range(300)).encode() + b"\n1", "300 columns"),
    "long cell": (b"a,b\n1," + b"x" * 20_000, "10,000 characters"),
    "torn zip": (workbook([["a", "b"], [1, 2]])[:900], "broken"),
    "zip of nothing": (b"PK\x03\x04" + b"\x00" * 100, "broken"),
    "far row": (
        repacked(
            workbook([["a", "b"]]),
            sheet=b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            b'<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="1048576"><c r="A1048576"><v>3</v></c></row>'
            b"</sheetData></worksheet>",
        ),
        "blank rows",
    ),
    "broken part": (repacked(workbook([["a", "b"]]), sheet=b"<worksheet><sheetData><row>"), "broken"),
    "entities": (
        repacked(workbook([["a", "b"]]), sheet=b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'),
        "XML declarations",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(kind: str) -> None:
    content, says = HOSTILE[kind]
    with pytest.raises(UnreadableError, match=says):
        read_sheet(content)


@pytest.mark.proves("D9")
def test_a_bomb_is_not_unpacked() -> None:
    content = bomb()
    assert len(content) < 1_000_000
    with pytest.raises(UnreadableError, match="too large inside"):
        read_sheet(content)


def test_an_archive_of_something_else_is_no_spreadsheet(tmp_path: Any) -> None:
    with ZipFile(tmp_path / "x.zip", "w", ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UnreadableError, match="not a spreadsheet"):
        read_sheet((tmp_path / "x.zip").read_bytes())


def test_more_rows_than_can_be_taken_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROWS_MAX", 3)
    with pytest.raises(UnreadableError, match="more than 3 rows"):
        read_sheet(table(*(order_row(str(i)) for i in range(4))))


def test_what_is_written_for_people_computes_nothing_and_keeps_numbers() -> None:
    text = write_csv(["a", "b"], [["=1+1", "-12.50"], ["@x", "+49"]], safe=True)
    assert text.splitlines() == ["a,b", "'=1+1,-12.50", "'@x,+49"]


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), min_size=2, max_size=2),
        min_size=1,
    )
)
def test_what_is_written_is_read_back(rows: list[list[str]]) -> None:
    assert [list(row) for _, row in read_csv(write_csv(["a", "b"], rows)).rows] == rows


@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    try:
        sheet = read_sheet(content)
    except UnreadableError:
        return
    assert all(len(row) == len(sheet.headings) for _, row in sheet.rows)


@given(
    st.lists(st.text(max_size=30), min_size=2, max_size=6, unique=True),
    st.lists(st.text(max_size=30), min_size=6, max_size=6),
)
def test_no_table_breaks_the_guess(headings: list[str], row: list[str]) -> None:
    sheet = Sheet(tuple(headings), [(2, tuple(row[: len(headings)]))])
    columns = guess(sheet)
    assert len(set(columns.values())) == len(columns) <= len(headings)


def test_two_tables_of_one_layout_are_known_as_one() -> None:
    assert (
        layout_of(["Order No.", "E-Mail"])
        == layout_of(["order no", "e mail"])
        != layout_of(["E-Mail", "Order No."])
    )


@pytest.mark.parametrize(
    ("pointer", "at"),
    [
        ("/lines/1/quantity", (4, "quantity")), ("/lines/0/discount_minor", (2, "line_discount")), ("/discount_minor", (2, "discount")),
        ("/ship_to/city", (2, "city")), ("/total_minor", (2, "total")), ("/external_ref", (2, "reference")), ("", (2, "")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_order_is_shown_at_its_cell(pointer: str, at: tuple[int, str]) -> None:
    sheet = read_sheet(table(order_row("1"), order_row("2"), order_row("1", "B")))
    assert at_cell(next(read_orders(sheet, guess(sheet), GROUND)), pointer) == at


def test_every_wanted_thing_has_a_name_of_its_own() -> None:
    assert len({one.name for one in WANTED}) == len(WANTED)
    assert HEADING.count(",") == 9
