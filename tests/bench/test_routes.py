"""The bench of routes reads the field's format and judges what it measured."""

from pathlib import Path

import pytest

from doorstep.bench import insert, routes
from doorstep.bench.report import Options
from doorstep.bench.solomon import read_instance, read_suite

INSTANCE = """TINY

VEHICLE
NUMBER     CAPACITY
  3         20

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0      0         0          0          0        1000          0
    1      3         4         10          0         900         10
    2      1         1         10          0         900         10
    3      0         5         10        500         600         10
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "tiny.txt").write_text(INSTANCE)
    (tmp_path / "bks.csv").write_text("file,customers,distance_truncated\ntiny.txt,3,21.8\n")
    return tmp_path


def test_distances_are_cut_to_one_decimal(suite: Path) -> None:
    problem = read_instance(suite / "tiny.txt")
    assert problem.roads.among(range(4)).distance_m[0].tolist() == [0, 50, 14, 50]
    assert (problem.vans[0].parcels, problem.stops[2].windows[0].start_s, problem.stops[2].service_s) == (
        20,
        5000,
        100,
    )


def test_a_suite_is_any_folder_in_the_format(suite: Path) -> None:
    assert [(each.name, each.customers, each.best_known) for each in read_suite(suite)] == [("tiny", 3, 21.8)]


def test_a_file_in_another_format_is_refused_by_name(suite: Path) -> None:
    (suite / "tiny.txt").write_text("NAME: something else\n1 2 3\n")
    with pytest.raises(ValueError, match=r"tiny\.txt"):
        read_suite(suite)


def test_the_bench_measures_both_and_the_referee_agrees(suite: Path) -> None:
    said: list[str] = []
    report = routes.run(Options(suite=suite, seconds=0.1, progress=said.append))
    assert report.good
    assert report.ratios == {"pyvrp_plain": 1.0}
    assert (report.details["instances"][0]["vans"], len(said)) == (2, 1)


def test_without_a_suite_the_bench_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="--suite"):
        routes.run(Options(suite=tmp_path))


def test_late_stops_are_inserted_without_breaking_anything() -> None:
    report = insert.run(Options(quick=True, seconds=0.3))
    assert report.good
    assert report.details["inserted"] == report.details["asked"] == 40
