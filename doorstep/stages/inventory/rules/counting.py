"""What becomes of a count, and which products are counted how often: pure judgement."""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from doorstep.stages.inventory.model.counting import CountStage, CountTerms, CountVerdict, Found, Tally

TRIES = 2
"""How often one person counts before somebody else is asked."""

A_SHARE, B_SHARE = 0.80, 0.95
"""Class A are the products that move most and together make this share of all units moved; class B reaches to the second."""


def judge(
    found: Found, expected: Found, counter: str, earlier: Sequence[Tally], *, heavy: bool, stage: str
) -> CountVerdict:
    """Return what becomes of a count that was found to hold `found`; the place has not changed since it was begun.

    What the books say is believed at once. A difference is believed when it was found twice: by the same person if it is
    small, by two people if it is `heavy`. People who do not agree leave it to a lead.

    Args:
        found: units, or their numbers.
        expected: by the books.
        counter: who counted.
        earlier: what was found before, since the place last changed.
        heavy: whether the difference is a large one.
        stage: who was asked.
    """
    if stage == CountStage.LEAD:
        return CountVerdict.LEAD
    if found == expected:
        return CountVerdict.MATCHES
    others = [one for one in earlier if one.counter != counter]
    if any(one.found == found for one in (others if heavy else earlier)):
        return CountVerdict.POSTED
    tries = len(earlier) - len(others) + 1
    if tries < TRIES:
        return CountVerdict.COUNT_AGAIN
    return CountVerdict.LEAD if others else CountVerdict.ANOTHER


def is_heavy(difference: int, price_minor: int, terms: CountTerms) -> bool:
    """Whether a difference is so large that two people have to agree."""
    units = abs(difference)
    return units > terms.units or units * price_minor > terms.value_minor


def classes(moved: Mapping[UUID, int]) -> dict[UUID, Literal["a", "b", "c"]]:
    """Return the class of each product by the units that left, the ABC analysis: few products make most of the movement.

    Args:
        moved: units by product; those that did not move are of class C.
    """
    total, before = sum(moved.values()), 0
    found: dict[UUID, Literal["a", "b", "c"]] = {}
    for product_id, units in sorted(moved.items(), key=lambda one: (-one[1], one[0])):
        share = before / total if total else 1.0
        found[product_id] = "c" if not units or share >= B_SHARE else "b" if share >= A_SHARE else "a"
        before += units
    return found
