"""How large the house of the scale bench grows, and that a disk which is too small is named before anything is written."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from doorstep.bench import scale
from doorstep.bench.report import Options


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        (Options(quick=True), (10_000, 20_000)),
        (Options(), (10_000, 100_000)),
        (Options(effort="high"), (50_000, 5_000_000)),
        (Options(effort="high", part=(1, 10)), (50_000, 500_000)),
        (Options(effort="high", part=(1, 500)), (50_000, 100_000)),
    ],
)
def test_a_part_of_the_high_effort_is_as_much_less_of_the_large_house(
    options: Options, sizes: tuple[int, int]
) -> None:
    assert scale._sizes(options) == sizes


def test_a_disk_that_is_too_small_is_named_before_anything_is_written(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=50 * 10**9))
    under = cast("Any", SimpleNamespace(settings=SimpleNamespace(home=tmp_path)))
    scale._look_for_room(under, 1_000_000)
    with pytest.raises(RuntimeError, match=r"225 GB, and 50 GB are free .* --part 1/10"):
        scale._look_for_room(under, 5_000_000)
