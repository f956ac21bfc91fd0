"""The bench of availability hears of every change, and the books are right."""

import pytest

from doorstep.bench import availability
from doorstep.bench.report import Options


@pytest.mark.soak
def test_every_change_is_heard_of_in_a_short_run() -> None:
    report = availability.run(Options(quick=True, seconds=1.0))
    assert report.checks
    assert report.good, report.json()
    assert report.value > 0
