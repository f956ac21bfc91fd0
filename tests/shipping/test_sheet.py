"""A manifest of many parcels fills as many sheets as it needs and loses none."""

from doorstep.stages.shipping.rules.sheet import Row, Sheet, draw
from tests.platform.documents.sheets import words_of


def test_a_long_manifest_goes_on_to_more_sheets() -> None:
    rows = tuple(
        Row(str(n), str(5000 + n), f"WS{n:012}", "CH 8001 Zürich", 500, n % 2 == 0) for n in range(1, 101)
    )
    made = draw(Sheet(1007, "Swift", "Northside", "Begun today", rows))
    sheets = [words_of(made, page) for page in range(made.count(b"/Type /Page "))]
    assert len(sheets) == 3
    assert sum(said.count("CH 8001 Zürich") for said in sheets) == 100
    assert "100 parcels, 50.00 kg" in sheets[0]
    assert "handed over (50 of 100)" in sheets[-1]


def test_an_empty_manifest_is_still_a_sheet() -> None:
    assert "0 parcels" in words_of(draw(Sheet(1, "Swift", "North", "Begun", ())))
