"""Brazil's clocks and addresses."""

from datetime import UTC, datetime

import pytest

from doorstep.world.replay.olist import Centroid, Olist
from doorstep.world.replay.parts import Oddity
from doorstep.world.replay.places import contact, in_brazil, moment, never_was


def naive(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - as in the export


def test_summer_time_is_an_hour_nearer_to_utc() -> None:
    assert moment(naive(2017, 7, 1, 12)) == datetime(2017, 7, 1, 15, tzinfo=UTC)
    assert moment(naive(2017, 12, 1, 12)) == datetime(2017, 12, 1, 14, tzinfo=UTC)


@pytest.mark.proves("E2")
def test_a_time_that_never_was_is_noticed_and_follows_the_last_that_was() -> None:
    assert never_was(naive(2017, 10, 15, 0, 30))
    assert not never_was(naive(2017, 10, 15, 1, 0))
    assert moment(naive(2017, 10, 15, 0, 30)) == datetime(2017, 10, 15, 3, 30, tzinfo=UTC)


@pytest.mark.proves("E2")
def test_a_time_that_came_twice_is_the_first_of_the_two() -> None:
    assert not never_was(naive(2018, 2, 17, 23, 30))
    assert moment(naive(2018, 2, 17, 23, 30)) == datetime(2018, 2, 18, 1, 30, tzinfo=UTC)


def test_portugal_is_not_in_brazil_and_noronha_is() -> None:
    assert not in_brazil(Centroid(41.6, -8.4, ""))
    assert in_brazil(Centroid(-3.85, -32.42, ""))


def test_an_address_says_what_is_known_and_what_is_odd(olist: Olist) -> None:
    def of(customer: str) -> tuple[str, float | None, list[Oddity]]:
        found, odd = contact(olist.customers[customer], olist.centroids)
        return found.city, found.lat, odd

    assert of("c1") == ("sao paulo", -23.576983, [])
    assert of("c5")[1:] == (None, [{"what": "prefix_without_centroid", "prefix": "09195"}])
    assert of("c6")[::2] == ("congonhinhas", [{"what": "blank_city", "taken": "congonhinhas"}])
    city, lat, [odd] = of("c8")
    assert (city, lat, odd["what"]) == ("nilopolis", None, "centroid_outside_brazil")
