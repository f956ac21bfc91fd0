"""What makes no sense is refused by name, before anything is searched."""

from collections.abc import Iterable

from doorstep.solvers.refusals import SolverRefused

MOST = 10**9
"""No load, time of day or number of stops' goods is larger: beyond it the number is a mistake of units."""

FARTHEST = 10**7
"""No leg is longer in m or s (10,000 km, 115 days)."""

MOST_COST = 10**12
"""No prize or fixed cost is higher."""

DEAREST = 10**4
"""No meter or second costs more."""


class RouteRefused(SolverRefused):
    """The problem makes no sense; `item` is the stop, van, depot or matrix at fault."""


def refuse_twice(what: str, names: Iterable[str]) -> None:
    """Refuse a name that is given twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RouteRefused(
                f"{what}_given_twice", name, f"{what} {name!r} is given twice: names must be unique"
            )
        seen.add(name)


def refuse_number(item: str, field: str, number: object, most: int, least: int = 0) -> None:
    """Refuse what is no whole number in `least..most`."""
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        raise RouteRefused(
            "number_out_of_range",
            item,
            f"{item}: {field} is {number!r}, not a whole number in {least}..{most}",
        )


def refuse_window(what: str, item: str, start_s: object, end_s: object) -> None:
    """Refuse a window that is out of range, or ends before it starts."""
    refuse_number(item, what, start_s, MOST)
    refuse_number(item, what, end_s, MOST)
    if end_s < start_s:  # type: ignore[operator]
        raise RouteRefused(
            f"{what}_backward", item, f"{item}: a {what} ends before it starts: {start_s} to {end_s}"
        )
