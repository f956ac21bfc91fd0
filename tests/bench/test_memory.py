"""The bench of memory imports everything that it sends."""

import pytest

from doorstep.bench import memory
from doorstep.bench.report import Options


@pytest.mark.soak
def test_everything_is_imported_in_a_short_run() -> None:
    report = memory.run(Options(quick=True, seconds=1.0))
    assert report.good, report.json()
    assert set(report.details["peak_mb"]) == {"load", "stream", "table"}
