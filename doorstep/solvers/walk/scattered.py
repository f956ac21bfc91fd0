"""Walks that may choose: several bins hold the same product, and one of them is enough.

Source: the problem is that of Weidinger, "Picker routing in rectangular mixed shelves warehouses", Computers & Operations
Research 95, 2018. Few combinations are all tried; otherwise bins are exchanged one at a time, each choice priced by the
walk itself, from a greedy first choice and from shaken ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from math import prod

from doorstep.solvers.budget import Budget, Meter
from doorstep.solvers.draws import Draws
from doorstep.solvers.walk.questions import Walk
from doorstep.solvers.walk.tours import Tour

MOST_COMBINATIONS = 64
"""Up to this many all are tried, and the answer is as exact as a walk without choices."""

Answer = Callable[[Walk, Budget], Tour]
Choice = tuple[str, ...]


def by_choice(
    problem: Walk, budget: Budget, seed: int, answer: Answer, improved: Callable[[Tour], None] | None
) -> Tour:
    """Return the shortest walk found; its stops name the bins chosen.

    Args:
        problem: the walk.
        budget: one unit of work is one choice priced; a first choice is always made.
        seed: of the shaken choices.
        answer: answers a walk without choices.
        improved: called with every answer that is better than the ones before.
    """
    search = _Search(problem, budget, answer, improved)
    groups = [tuple(dict.fromkeys(group)) for group in problem.choices]
    if prod(len(group) for group in groups) <= MOST_COMBINATIONS:
        for choice in product(*groups):
            search.try_out(choice)
        return search.told(all_tried=True)
    search.descend(_greedy(search, groups), groups)
    draws = Draws(seed)
    while not search.meter.spent(0):
        shaken = list(search.choice)
        for _ in range(2):
            at = draws.below(len(groups))
            shaken[at] = groups[at][draws.below(len(groups[at]))]
        search.descend(tuple(shaken), groups)
    return search.told(all_tried=False)


def _greedy(search: "_Search", groups: Sequence[Choice]) -> Choice:
    """Choose group by group what lengthens the walk least."""
    chosen: Choice = ()
    for group in groups:
        chosen = min(
            ((*chosen, name) for name in group),
            key=lambda choice: search.priced(choice).distance_mm,
        )
    return chosen


class _Search:
    """The best choice so far, and the way to try another."""

    def __init__(
        self, problem: Walk, budget: Budget, answer: Answer, improved: Callable[[Tour], None] | None
    ) -> None:
        self.bare = replace(problem, choices=())
        self.answer = answer
        self.improved = improved
        self.meter: Meter = budget.start()
        self.known: dict[frozenset[str], Tour] = {}
        self.choice: Choice = ()
        self.best: Tour | None = None

    def priced(self, choice: Choice) -> Tour:
        """Answer the walk with these bins."""
        bins = frozenset(choice)
        if bins not in self.known:
            walk = replace(self.bare, picks=[*self.bare.picks, *choice])
            self.known[bins] = self.answer(walk, Budget(work=0))
        return self.known[bins]

    def try_out(self, choice: Choice) -> bool:
        """Keep a choice if it is better."""
        tour = self.priced(choice)
        if self.best is not None and tour.distance_mm >= self.best.distance_mm:
            return False
        self.best, self.choice = tour, choice
        if self.improved:
            self.improved(tour)
        return True

    def descend(self, choice: Choice, groups: Sequence[Choice]) -> None:
        """Exchange one bin at a time while that shortens the walk and the budget lasts."""
        here = self.priced(choice).distance_mm
        self.try_out(choice)
        better = True
        while better:
            better = False
            for at, group in enumerate(groups):
                for name in group:
                    if name == choice[at]:
                        continue
                    if self.meter.spent():
                        return
                    trial = (*choice[:at], name, *choice[at + 1 :])
                    length = self.priced(trial).distance_mm
                    if length < here:
                        choice, here, better = trial, length, True
                        self.try_out(choice)

    def told(self, *, all_tried: bool) -> Tour:
        """Return the best walk, with a bound that holds whichever bins are chosen."""
        assert self.best is not None  # noqa: S101 - at least one choice was tried
        bare = [] if all_tried else [self.answer(self.bare, Budget(work=0))]
        bound = min(tour.lower_bound_mm for tour in bare or self.known.values())
        said = "all choices of bins were tried" if all_tried else "bins were exchanged while that helped"
        return replace(
            self.best,
            lower_bound_mm=min(bound, self.best.distance_mm),
            exact=bound >= self.best.distance_mm,
            reasons=(*self.best.reasons[: int(all_tried)], f"{said}: {', '.join(self.choice[:8])}"),
        )
