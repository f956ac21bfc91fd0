"""Who picks which batch, and when: due times first, then an early end, then few people in one aisle at a time.

Parallel machines with due dates. Source: earliest due date first (Jackson, "Scheduling a production line to minimize
maximum tardiness", 1955) as the start, then moves and swaps between pickers while they help.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from doorstep.solvers.batches.orders import MOST, BatchRefused
from doorstep.solvers.budget import Budget
from doorstep.solvers.draws import Draws

Value = tuple[int, int, int]
"""Weighted tardiness, end of the last task, seconds that two people share an aisle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A batch to pick.

    Attributes:
        name: unique.
        duration_s: how long it takes.
        due_s: when it should be done.
        weight: how much a second too late counts.
        aisles: where the picker is, the whole time.
    """

    name: str
    duration_s: int
    due_s: int
    weight: int = 1
    aisles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """Somebody who picks, free from `free_s` on."""

    name: str
    free_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One task of the answer."""

    task: str
    picker: str
    start_s: int
    end_s: int
    late_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who picks what, by start.

    Attributes:
        shifts: every task once.
        tardiness: weighted seconds too late, all tasks.
        end_s: when the last is done.
        shared_s: seconds that two people are in one aisle.
    """

    shifts: tuple[Shift, ...]
    tardiness: int
    end_s: int
    shared_s: int


def assign(tasks: Sequence[Task], pickers: Sequence[Picker], budget: Budget, seed: int = 1) -> Roster:
    """Assign tasks to pickers.

    Args:
        tasks: any number.
        pickers: at least one, unless there are no tasks.
        budget: one unit of work is one move or swap tried.
        seed: of the search.

    Raises:
        BatchRefused: `nobody_there`, a number out of range, or a name given twice.
    """
    _refuse(tasks, pickers)
    lists = _by_due_time(tasks, pickers)
    value = _value(lists, pickers)
    meter = budget.start()
    draws = Draws(seed)
    while len(tasks) > 1 and not meter.spent():
        trial = [list(each) for each in lists]
        one, other = draws.below(len(pickers)), draws.below(len(pickers))
        if not trial[one]:
            continue
        taken = trial[one].pop(draws.below(len(trial[one])))
        if trial[other] and draws.below(2):
            at = draws.below(len(trial[other]))
            trial[one].append(trial[other][at])
            trial[other][at] = taken
        else:
            trial[other].insert(draws.below(len(trial[other]) + 1), taken)
        trial_value = _value(trial, pickers)
        if trial_value <= value:
            lists, value = trial, trial_value
    shifts = _shifts(lists, pickers)
    return Roster(
        shifts=tuple(sorted((shift for _, shift in shifts), key=lambda each: (each.start_s, each.picker))),
        tardiness=value[0],
        end_s=value[1],
        shared_s=value[2],
    )


def _refuse(tasks: Sequence[Task], pickers: Sequence[Picker]) -> None:
    if tasks and not pickers:
        raise BatchRefused("nobody_there", tasks[0].name, "there are batches to pick and no picker")
    numbers = [(each.name, n) for each in tasks for n in (each.duration_s, each.due_s, each.weight)]
    numbers += [(each.name, each.free_s) for each in pickers]
    for name, number in numbers:
        if not 0 <= number <= MOST:
            raise BatchRefused("number_out_of_range", name, f"{name}: {number} is not in 0..{MOST}")
    for names in ([each.name for each in tasks], [each.name for each in pickers]):
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise BatchRefused("given_twice", twice, f"{twice!r} is given twice")


def _by_due_time(tasks: Sequence[Task], pickers: Sequence[Picker]) -> list[list[Task]]:
    """Give each task, the earliest due first, to whoever is free first."""
    lists: list[list[Task]] = [[] for _ in pickers]
    free = [each.free_s for each in pickers]
    for task in sorted(tasks, key=lambda each: (each.due_s, each.name)):
        at = min(range(len(pickers)), key=lambda k: (free[k], k))
        lists[at].append(task)
        free[at] += task.duration_s
    return lists


def _shifts(lists: Sequence[Sequence[Task]], pickers: Sequence[Picker]) -> list[tuple[Task, Shift]]:
    shifts = []
    for picker, tasks in zip(pickers, lists, strict=True):
        now = picker.free_s
        for task in tasks:
            end = now + task.duration_s
            late = max(0, end - task.due_s)
            shifts.append(
                (task, Shift(task=task.name, picker=picker.name, start_s=now, end_s=end, late_s=late))
            )
            now = end
    return shifts


def _value(lists: Sequence[Sequence[Task]], pickers: Sequence[Picker]) -> Value:
    shifts = _shifts(lists, pickers)
    late = sum(task.weight * shift.late_s for task, shift in shifts)
    end = max((shift.end_s for _, shift in shifts), default=0)
    shared = sum(
        max(0, min(one.end_s, other.end_s) - max(one.start_s, other.start_s))
        for (a, one), (b, other) in combinations(shifts, 2)
        if one.picker != other.picker and a.aisles & b.aisles
    )
    return late, end, shared
