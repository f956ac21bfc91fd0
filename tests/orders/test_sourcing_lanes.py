"""The lane to an address is that of the longest beginning, as quickly found among a million as among ten."""

import random
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

import pytest

from doorstep.stages.orders.model.sourcing import Lane, Lanes

SITE = UUID(int=1)
COUNTRIES = [f"{a}{b}" for a in "ABCDEFGHIJKLMNOP" for b in "ABCDEFGHIJKLMNOP"]
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def naive(lanes: Iterable[Lane], country: str, postal_code: str) -> Lane | None:
    """Look at every lane."""
    code = postal_code.replace(" ", "").upper()
    fits = [one for one in lanes if one.country == country and code.startswith(one.postal_prefix.upper())]
    return max(fits, key=lambda one: len(one.postal_prefix), default=None)


def drawn(draw: random.Random, count: int, countries: Sequence[str]) -> Iterator[Lane]:
    """Draw different lanes."""
    seen: set[tuple[str, str]] = set()
    while len(seen) < count:
        key = (draw.choice(countries), "".join(draw.choices(SIGNS[:12], k=draw.randrange(6))))
        if key not in seen:
            seen.add(key)
            yield Lane(SITE, *key, draw.randrange(10_000), draw.randrange(100), draw.randrange(9))


def address(draw: random.Random, countries: Sequence[str]) -> tuple[str, str]:
    """Draw an address, as people write its postal code."""
    code = "".join(draw.choices(SIGNS[:12], k=draw.randrange(9)))
    return draw.choice(countries), draw.choice((code, code.lower(), f"{code[:3]} {code[3:]}"))


@pytest.mark.proves("E5")
@pytest.mark.parametrize("seed", range(50))
def test_any_table_answers_as_looking_at_every_lane_does(seed: int) -> None:
    draw = random.Random(seed)
    lanes = list(drawn(draw, draw.randrange(1, 200), COUNTRIES[:3]))
    table = Lanes(lanes)
    for _ in range(100):
        asked = address(draw, COUNTRIES[:4])
        assert table.to(*asked) == naive(lanes, *asked)


@pytest.mark.soak
@pytest.mark.proves("E5")
def test_a_table_of_a_million_lanes_answers_as_looking_at_every_lane_does() -> None:
    draw = random.Random(1)
    lanes = list(drawn(draw, 1_000_000, COUNTRIES))
    table = Lanes(lanes)
    by_country: dict[str, list[Lane]] = {}
    for one in lanes:
        by_country.setdefault(one.country, []).append(one)
    assert len(table) == len(lanes)
    for _ in range(5000):
        country, code = address(draw, COUNTRIES)
        assert table.to(country, code) == naive(by_country[country], country, code)
