"""The bench of hot sku counts its books anew, and they are right."""

import pytest

from doorstep.bench import hot_sku
from doorstep.bench.report import Options


@pytest.mark.proves("A5")
@pytest.mark.soak
def test_the_books_are_right_after_a_short_run() -> None:
    report = hot_sku.run(Options(quick=True, seconds=1.0))
    assert report.checks
    assert report.good, report.json()
    assert report.value > 0
