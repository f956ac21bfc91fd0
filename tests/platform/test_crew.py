"""A crew works on several tasks at once; who dies is replaced, and only time is lost."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from doorstep.platform.crew import Crew


def doubled(number: int, tell: Callable[[int], None]) -> int:
    tell(number)
    return 2 * number


def dies_once(mark: Path, number: int, tell: Callable[[int], None]) -> int:
    if number == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def dies_always(_tell: Callable[[int], None]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuses(_tell: Callable[[int], None]) -> None:
    raise ValueError("no")


def sleeps(mark: Path, _tell: Callable[[int], None]) -> None:
    mark.write_text(str(os.getpid()))
    time.sleep(600)


def asks(mark: Path, _tell: Callable[[int], None]) -> None:
    Crew(1)(sleeps, [(mark,)], lambda _number, _value: None)


def quiet(_number: int, _value: int) -> None:
    """Hear what is told, and say nothing."""


def test_answers_come_in_the_order_of_the_tasks_and_what_is_told_says_of_which() -> None:
    heard: list[tuple[int, int]] = []
    answers = Crew(2)(doubled, [(5,), (6,), (7,)], lambda number, value: heard.append((number, value)))
    assert (answers, sorted(heard)) == ([10, 12, 14], [(0, 5), (1, 6), (2, 7)])


def test_the_task_of_a_hand_that_was_killed_is_done_again(tmp_path: Path) -> None:
    mark = tmp_path / "died"
    assert Crew(2)(dies_once, [(mark, number) for number in range(4)], quiet) == [0, 1, 2, 3]
    assert mark.exists()


def test_a_task_that_kills_every_hand_is_given_up() -> None:
    with pytest.raises(RuntimeError, match="killed 3 hands"):
        Crew(1)(dies_always, [()], quiet)


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="no"):
        Crew(1)(refuses, [()], quiet)


def test_a_crew_without_hands_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Crew(0)


def test_hands_end_when_whoever_started_them_is_killed(tmp_path: Path) -> None:
    from doorstep.platform.crew import _Hand

    mark = tmp_path / "pid"
    asker = _Hand(asks)
    asker.give(0, (mark,))
    hand = _until(lambda: int(mark.read_text() or 0) if mark.exists() else 0)
    asker.stop()
    _until(lambda: _gone(hand))


def _until(look: Callable[[], int]) -> int:
    for _ in range(600):
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen within a minute")


def _gone(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    if stat.parent.parent.exists():
        return not stat.exists() or stat.read_text().split()[2] == "Z"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False
