"""A decision in words: why the others lost, by how much, and in which parts of the cost."""

from doorstep.platform.measures import money
from doorstep.stages.orders.model.sourcing import PARTS, Candidate

NAMES = {
    "freight": "freight",
    "handling": "handling",
    "split": "splitting",
    "lateness": "lateness",
    "scarcity": "last units",
    "rank": "the merchant's order of sites",
}


def why_lost(winner: Candidate, other: Candidate, currency: str) -> str:
    """Say by how much a candidate is dearer than the winner, the parts that decide first, and what would have spoken for it."""
    more = other.total_minor - winner.total_minor
    if more <= 0:
        return "It costs the same; fewer sites, or the first in the list, win."
    gaps = {part: other.costs.get(part, 0) - winner.costs.get(part, 0) for part in PARTS}
    worse = sorted((part for part in PARTS if gaps[part] > 0), key=lambda part: -gaps[part])
    better = sorted((part for part in PARTS if gaps[part] < 0), key=lambda part: gaps[part])
    said = f"{money(more, currency)} more: " + ", ".join(
        f"{NAMES[part]} {money(gaps[part], currency)} more" for part in worse
    )
    if better:
        said += "; though " + ", ".join(
            f"{NAMES[part]} {money(-gaps[part], currency)} less" for part in better
        )
    return f"{said}."
