"""The scale: what is missing or too much shows."""

import pytest

from doorstep.stages.warehouse.rules.weighing import weigh


@pytest.mark.parametrize(
    ("expected", "weight", "units", "fits"),
    [
        (500, 525, 2, True),
        (500, 526, 2, False),
        (500, 474, 2, False),
        (10_000, 10_300, 5, True),
        (10_000, 10_301, 5, False),
        (1000, 1080, 40, True),
        (1000, 1081, 40, False),
    ],
)
def test_a_reading_fits_within_25_g_3_percent_or_2_g_a_piece(
    expected: int, weight: int, units: int, fits: bool
) -> None:
    assert weigh(expected, weight, units).fits == fits
