"""Named refusals of questions that make no sense, and the limits beyond which a number is a mistake."""

from collections.abc import Iterable

from doorstep.solvers.refusals import SolverRefused

MOST_MM = 100_000
"""No side is longer (100 m): beyond it the number is a mistake of units."""

MOST_G = 10**9
"""No mass is larger (1,000 t)."""

MOST_PRICE = 10**12
MOST_UNITS = 10_000
"""Most units in one question; an order of more is split before."""

MOST_BOX_TYPES = 100
MOST_TAGS = 60
"""Most different tags that exclude each other."""

Number = tuple[str, object, int, int, str]
"""What a number belongs to, the number, its least and greatest value, and what it is."""


class CartonRefused(SolverRefused):
    """The problem makes no sense; `item` is the item, box or setting at fault."""


def refuse_odd_numbers(numbers: Iterable[Number]) -> None:
    """Refuse the first number that is not whole or out of its range."""
    for owner, number, least, most, what in numbers:
        if type(number) is not int or not least <= number <= most:
            raise CartonRefused(
                "number_out_of_range",
                owner,
                f"{owner}: {what} is {number!r}, not a whole number in {least}..{most}",
            )
