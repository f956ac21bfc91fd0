"""Who works: a crew takes tasks and hands back answers. Alone is the only one here; processes are for the caller to give."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

Tell = Callable[[int], None]


class Crew(Protocol):
    """Hands that work at the same time; a task that is lost is done again, so answers depend on the tasks alone."""

    @property
    def hands(self) -> int:
        """How many tasks are worked on at the same time."""

    def __call__(
        self, work: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], told: Callable[[int, int], None]
    ) -> list[Any]:
        """Return `work(*task, tell)` of each task, in their order.

        Args:
            work: a function at the top of a module.
            tasks: its arguments; they can be pickled.
            told: called with the task's number and each value that `work` tells while it is under way.
        """


class Alone:
    """One task after the other, in this process."""

    hands = 1

    def __call__(
        self, work: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], told: Callable[[int, int], None]
    ) -> list[Any]:
        """Return the answers, in the order of the tasks."""
        answers = []
        for number, task in enumerate(tasks):

            def tell(value: int, number: int = number) -> None:
                told(number, value)

            answers.append(work(*task, tell))
        return answers


ALONE = Alone()
