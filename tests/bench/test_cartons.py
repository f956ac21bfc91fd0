"""The bench of cartons reads the suite's format and judges what it measured."""

import os
from pathlib import Path

import pytest

from doorstep.bench import br, cartons
from doorstep.bench.carton_suite import made_up, read_suite
from doorstep.bench.report import Options
from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import judge, solve

ITEMS = """order_id,quantity,item_id,width_mm,length_mm,depth_mm,weight_g
a,2,book,150,200,30,600
a,1,cup,90,90,100,300
b,5,book,150,200,30,600
"""
BOXES = (
    "reference,outer_width_mm,outer_length_mm,outer_depth_mm,empty_weight_g,inner_width_mm,inner_length_mm,"
    "inner_depth_mm,max_gross_weight_g\n"
    "B1,160,210,110,100,155,205,105,2500\n"
    "B2,240,320,210,200,235,315,205,9000\n"
)
EXPECTED = """order_id,boxes_2d,weight_variance_2d,boxes_3d,weight_variance_3d,lower_bound_3d
a,1,0,1,0,1
b,1,0,1,0,1
"""
BR = """ 1
 1 2502505
 100 80 60
 2
 1 50 0 40 1 30 1 12
 2 20 1 20 1 20 0 30
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    for name, text in (("items.csv", ITEMS), ("boxes.csv", BOXES), ("expected.csv", EXPECTED)):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_suite_is_any_folder_in_the_format(suite: Path) -> None:
    orders = read_suite(suite)
    assert [(each.name, len(each.problem.items)) for each in orders] == [("a", 2), ("b", 1)]
    book = orders[0].problem.items[0]
    assert (book.sides, book.weight_g, book.quantity) == ((200, 150, 30), 600, 2)
    assert [box.room_g for box in orders[0].problem.boxes] == [2_400, 8_800]
    assert {item.rotations for item in orders[0].keep_flat().items} == {"upright"}


@pytest.mark.parametrize("effort", ["fast", "high"])
def test_the_bench_packs_all_orders_and_judges_them(suite: Path, effort: str) -> None:
    report = cartons.run(Options(suite=suite, effort=effort, seconds=0.05))
    assert report.good
    assert (report.value, report.unit) == (2, "boxes")
    assert report.yardsticks["reference"] == report.yardsticks["lower_bound"] == 2
    assert report.details["keep_flat"]["orders_above_reference"] == 0


def test_without_a_suite_orders_are_made_up_the_same_for_the_same_seed() -> None:
    assert made_up(5, 3) == made_up(5, 3)
    assert made_up(5, 3) != made_up(5, 4)


def test_containers_are_read_with_the_edges_that_may_stand(tmp_path: Path) -> None:
    (tmp_path / "BR1.txt").write_text(BR)
    (problem,) = br.read_class(tmp_path / "BR1.txt")
    assert problem.packing.boxes[0].sides == (100, 80, 60)
    assert [(each.stands, each.quantity) for each in problem.packing.items] == [
        ((False, True, True), 12),
        ((True, True, False), 30),
    ]


def test_the_bench_of_containers_measures_fill(tmp_path: Path) -> None:
    (tmp_path / "BR1.txt").write_text(BR)
    (tmp_path / "best_known.csv").write_text("file,problem,best_known_fill_pct\nBR1.txt,1,100\n")
    report = br.run(Options(suite=tmp_path, seconds=0.2))
    assert report.good
    assert 80 < report.value <= 100
    assert report.ratios["best_known"] == pytest.approx(report.value / 100, abs=1e-4)


def test_a_file_that_ends_too_early_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "BR1.txt").write_text(BR[:40])
    with pytest.raises(ValueError, match=r"BR1\.txt"):
        br.read_class(tmp_path / "BR1.txt")


def test_every_eighth_order_of_the_carton_suite_needs_no_more_boxes_than_the_reference() -> None:
    data = os.environ.get("DOORSTEP_DATA")
    if not data or not (Path(data) / "cartons" / "items.csv").is_file():
        pytest.skip("DOORSTEP_DATA is not set to a folder with cartons/items.csv")
    for order in read_suite(Path(data) / "cartons")[::8]:
        answer = solve(order.problem, Budget(work=20))
        assert judge(order.problem, answer) == []
        assert order.expected is not None
        assert len(answer.boxes) <= order.expected.boxes["3d"], order.name
