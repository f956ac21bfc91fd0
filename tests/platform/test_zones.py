"""Which clock hangs at an address."""

from zoneinfo import ZoneInfo

import pytest

from doorstep.platform.zones import WHERE_MOST_LIVE, zone_of


@pytest.mark.parametrize(
    ("country", "lat", "lon", "zone"),
    [
        ("DE", None, None, "Europe/Berlin"),
        ("PT", 38.7, -9.1, "Europe/Lisbon"),
        ("PT", 32.65, -16.9, "Atlantic/Madeira"),
        ("US", 34.05, -118.2, "America/Los_Angeles"),
        ("US", 40.7, -74.0, "America/New_York"),
        ("us", None, None, "America/New_York"),
        ("BR", -23.5, -46.6, "America/Sao_Paulo"),
        ("BR", None, None, "America/Sao_Paulo"),
        ("AU", -31.55, 159.08, "Australia/Lord_Howe"),
        ("XX", 1.0, 1.0, "UTC"),
        ("", None, None, "UTC"),
    ],
)
def test_an_address_has_the_clock_of_its_place(
    country: str, lat: float | None, lon: float | None, zone: str
) -> None:
    assert zone_of(country, lat, lon) == zone


def test_every_zone_named_here_has_a_clock() -> None:
    for zone in WHERE_MOST_LIVE.values():
        assert ZoneInfo(zone).key == zone
