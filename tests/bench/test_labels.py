"""The bench of labels measures real labels and reads them back."""

from doorstep.bench import labels
from doorstep.bench.report import Options


def test_labels_are_drawn_and_read_back() -> None:
    report = labels.run(Options(quick=True, seconds=0.1, seed=3))
    assert report.good, report.checks
    assert report.value > 100
    assert report.details["read_back"] == 40


def test_every_label_of_a_run_is_another_one() -> None:
    made = labels.make(50, seed=1)
    assert len({label.tracking for label in made}) == len({label.sscc for label in made}) == 50
    assert made == labels.make(50, seed=1)
