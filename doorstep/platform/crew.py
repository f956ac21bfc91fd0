"""Hands for solvers: processes that work on the tasks of one question at the same time.

A hand that dies is replaced and its task done again, so that only time is lost. Hands end with whoever started them, also
when that one is killed: each watches the pipe to it.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

TRIES = 3
"""A task at which so many hands died is given up."""


class Crew:
    """Starts its hands when a question comes, and ends them with it. It can be pickled: it is only a number."""

    def __init__(self, hands: int) -> None:
        if hands < 1:
            raise ValueError(f"a crew of {hands} hands does nothing: at least one")
        self.hands = hands

    def __call__(
        self, work: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], told: Callable[[int, int], None]
    ) -> list[Any]:
        """Return `work(*task, tell)` of each task, in their order.

        Args:
            work: a function at the top of a module.
            tasks: its arguments; they can be pickled.
            told: called with the task's number and each value that `work` tells while it is under way.

        Raises:
            RuntimeError: a task killed its hand three times.
            Exception: whatever the work raised.
        """
        hands = [_Hand(work) for _ in range(min(self.hands, len(tasks)))]
        try:
            return _worked(work, hands, tasks, told)
        finally:
            for hand in hands:
                hand.stop()


class _Hand:
    """One process, and the number of the task it has."""

    def __init__(self, work: Callable[..., Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.line, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, work), daemon=False)
        self.process.start()
        theirs.close()
        self.task: int | None = None

    def give(self, number: int, task: tuple[Any, ...]) -> None:
        self.task = number
        self.line.send(task)

    def stop(self) -> None:
        self.line.close()
        self.process.kill()
        self.process.join()


def _worked(
    work: Callable[..., Any],
    hands: list[_Hand],
    tasks: Sequence[tuple[Any, ...]],
    told: Callable[[int, int], None],
) -> list[Any]:
    answers: list[Any] = [None] * len(tasks)
    waiting, deaths, open_tasks = list(range(len(tasks)))[::-1], [0] * len(tasks), len(tasks)
    while open_tasks:
        for place, hand in enumerate(hands):
            if hand.task is None and waiting:
                try:
                    hand.give(waiting[-1], tasks[waiting[-1]])
                    waiting.pop()
                except OSError:
                    hands[place] = _replaced(hand, work, waiting, deaths)
        ready = wait([hand.line for hand in hands if hand.task is not None])
        for place, hand in enumerate(hands):
            if hand.line not in ready:
                continue
            try:
                kind, value = hand.line.recv()
            except (EOFError, OSError):
                hands[place] = _replaced(hand, work, waiting, deaths)
                continue
            number = hand.task
            assert number is not None  # noqa: S101 - only who has a task is waited for
            if kind == "told":
                told(number, value)
            elif kind == "failed":
                raise value
            else:
                answers[number], hand.task = value, None
                open_tasks -= 1
    return answers


def _replaced(hand: _Hand, work: Callable[..., Any], waiting: list[int], deaths: list[int]) -> _Hand:
    """Start another hand for one that died; what it had is done again."""
    number = waiting.pop() if hand.task is None else hand.task
    waiting.append(number)
    deaths[number] += 1
    hand.stop()
    if deaths[number] == TRIES:
        raise RuntimeError(f"task {number} killed {TRIES} hands: give it less to do")
    return _Hand(work)


def serve(line: Connection, work: Callable[..., Any]) -> None:
    """Be a hand: answer tasks from the line until it ends."""
    tasks: list[tuple[Any, ...]] = []
    there = threading.Semaphore(0)

    def listen() -> None:
        while True:
            try:
                tasks.append(line.recv())
            except (EOFError, OSError):
                os._exit(0)  # whoever asked is gone; nobody wants the answer
            there.release()

    threading.Thread(target=listen, daemon=True).start()
    while True:
        there.acquire()
        try:
            line.send(("done", work(*tasks.pop(), lambda value: line.send(("told", value)))))
        except Exception as error:  # noqa: BLE001 - handed to the asker
            line.send(("failed", error))
