"""GS1 labels are read as scanners send them and as people type them."""

from datetime import date

import pytest

from doorstep.platform.gs1 import Label, read_label, read_serials

MUG = ("04006381333931", "4006381333931")


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("0104006381333931172712311\x1d10L7", None),
        ("01040063813339311727123110L7", Label(MUG, "L7", date(2027, 12, 31))),
        ("]C101040063813339311727123110L7", Label(MUG, "L7", date(2027, 12, 31))),
        ("010400638133393121U-77", Label(MUG, serial="U-77")),
        ("]d2010400638133393110L7\x1d17271231", Label(MUG, "L7", date(2027, 12, 31))),
        ("(01)04006381333931(17)271231(10)L7", Label(MUG, "L7", date(2027, 12, 31))),
        ("(01)04006381333931(15)270200(10)B-2/x", Label(MUG, "B-2/x", date(2027, 2, 28))),
        ("(02)04006381333931(37)24(10)L7", Label(MUG, "L7", count=24)),
        (
            "(01)00000096385074(10)A",
            Label(("00000096385074", "0000096385074", "000096385074", "96385074"), "A"),
        ),
        ("4006381333931", None),
        ("A-01-02", None),
        ("(10)L7", None),
        ("", None),
        ("nonsense", None),
        ("(01)04006381333932(10)L7", None),
    ],
)
def test_a_label_is_read(code: str, label: Label | None) -> None:
    assert read_label(code) == label


def test_serial_numbers_are_read_as_they_are_pasted_or_scanned() -> None:
    assert read_serials("L-1\r\nL-2  010400638133393121U-77\n\n") == ["L-1", "L-2", "U-77"]
