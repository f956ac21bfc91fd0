"""Until when it has to leave, by the site's own clock."""

from datetime import UTC, datetime, time

import pytest

from doorstep.stages.warehouse.rules.cutoff import priority, ship_by


@pytest.mark.parametrize(
    ("now", "by"),
    [
        ("2026-03-02T14:59", "2026-03-02T15:00"),
        ("2026-03-02T15:00", "2026-03-03T15:00"),
        ("2026-03-28T20:00", "2026-03-30T14:00"),
    ],
)
def test_the_next_cut_off_of_the_site_holds_also_when_its_clock_changes(now: str, by: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert ship_by(moment, time(16), "Europe/Vaduz") == datetime.fromisoformat(by).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("delivery", "first"), [(None, False), ("standard", False), ("Parcelo Express", True)]
)
def test_who_paid_for_speed_goes_first(delivery: str | None, first: bool) -> None:
    assert (priority(delivery) > priority(None)) == first
