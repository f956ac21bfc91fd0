"""What a scan means: exactly what fits the task, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from doorstep.stages.catalog import is_tote
from doorstep.stages.warehouse.rules.codes import match, readings
from doorstep.stages.warehouse.rules.scanning import Arrive, Count, Put, Step, Task, Wrong, judge, shown

TASK = Task(
    bin="A-01-02",
    arrived=True,
    sku="MUG",
    name="Mug",
    codes={"4006381333931": 1, "14006381333938": 12},
    counted=0,
    left=20,
    tote=None,
    order_number=1001,
    slot=3,
)


@pytest.mark.parametrize(
    ("task", "code", "quantity", "meant"),
    [
        (replace(TASK, arrived=False), " a-01-02 ", None, Arrive()),
        (TASK, "A-01-02", None, Arrive()),
        (TASK, "4006381333931", None, Count(1)),
        (TASK, "mug", 4, Count(4)),
        (TASK, "14006381333938", None, Count(12)),
        (TASK, "04006381333931", None, Count(1)),
        (TASK, "]C10104006381333931", None, Count(1)),
        (TASK, "]d20104006381333931\x1d10LOT7", None, Count(1)),
        (replace(TASK, counted=1), "t-17", None, Put("T-17")),
        (replace(TASK, counted=20, left=0, tote="T-17"), "T-17", None, Put("T-17")),
        (replace(TASK, sku="T-17", counted=1), "T-17", None, Count(1)),
        (replace(TASK, codes={"T-17": 1}, counted=19, left=1), "T-17", None, Count(1)),
        (replace(TASK, sku="T-17", counted=20, left=0), "T-17", None, Put("T-17")),
    ],
)
def test_what_fits_is_taken(task: Task, code: str, quantity: int | None, meant: object) -> None:
    assert judge(task, code, quantity) == meant


@pytest.mark.parametrize(
    ("task", "code", "quantity", "name"),
    [
        (replace(TASK, arrived=False), "A-01-03", None, "wrong_bin"),
        (replace(TASK, arrived=False), "T-1", None, "wrong_bin"),
        (replace(TASK, arrived=False), "4006381333931", None, "bin_first"),
        (TASK, "T-1", None, "item_first"),
        (TASK, "9783161484100", None, "wrong_item"),
        (TASK, "10D9T", None, "wrong_item"),
        (TASK, "14006381333938", 2, "too_many"),
        (replace(TASK, left=0, counted=20), "4006381333931", None, "too_many"),
        (replace(TASK, left=0, counted=20), "9783161484100", None, "wrong_tote"),
        (replace(TASK, counted=2, tote="T-1"), "T-2", None, "wrong_tote"),
    ],
)
def test_what_does_not_fit_says_what_was_expected(
    task: Task, code: str, quantity: int | None, name: str
) -> None:
    meant = judge(task, code, quantity)
    assert isinstance(meant, Wrong)
    assert meant.code == name
    expected = {Step.BIN: task.bin, Step.ITEM: task.name, Step.TOTE: f"slot {task.slot}"}[task.expects]
    assert expected in meant.message or (task.tote or "nothing") in meant.message


@given(some.text(max_size=60), some.booleans(), some.integers(0, 5), some.integers(0, 5))
def test_no_scan_counts_more_than_is_left_or_breaks(
    code: str, arrived: bool, counted: int, left: int
) -> None:
    meant = judge(replace(TASK, arrived=arrived, counted=counted, left=left), code)
    if isinstance(meant, Count):
        assert 0 < meant.units <= left
    if isinstance(meant, Put):
        assert counted


def test_the_shown_text_is_printable_and_short() -> None:
    assert shown("a\x1db") == "a·b"
    assert len(shown("x" * 500)) == 41


def test_a_lot_that_looks_like_gs1_is_no_product() -> None:
    assert match("10D9T", ["D9T", "9"]) is None
    assert readings("10D9T") == ["10D9T"]


def test_a_trade_item_number_is_read_in_every_length() -> None:
    assert "4006381333931" in readings("]E04006381333931")
    assert "4006381333931" in readings("(01) no")[:0] + readings("010400638133393110LOT")
    assert "96385074" in readings("00000096385074")


@pytest.mark.parametrize(
    ("code", "tote"), [("T-1", True), ("t-000017", True), ("T-1234567", False), ("TOTE", False)]
)
def test_totes_are_known_by_their_number(code: str, tote: bool) -> None:
    assert is_tote(code) == tote
