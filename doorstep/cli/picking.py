"""`doorstep solve walk|batches FILE.json`: the shortest walk, or which orders to pick together, for anyone who wants only this."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from doorstep.solvers import batches as batching
from doorstep.solvers import walk as walking
from doorstep.solvers.batches import picture as batches_picture
from doorstep.solvers.batches import referee as batches_referee
from doorstep.solvers.batches import written as batches_written
from doorstep.solvers.budget import Budget
from doorstep.solvers.walk import Floor, Warehouse, referee, written
from doorstep.solvers.walk.picture import picture

File = Annotated[
    Path, typer.Argument(help="The question as JSON: see docs/solvers.md.", exists=True, dir_okay=False)
]
Drawing = Annotated[Path | None, typer.Option(help="Also draw the answer into this file, as SVG.")]
Seconds = Annotated[float, typer.Option(help="How long to search.", min=0.01, max=86_400)]
Seed = Annotated[int, typer.Option(help="Of the search.")]


def walk(file: File, *, svg: Drawing = None, seconds: Seconds = 1.0, seed: Seed = 1) -> None:
    """Find the shortest walk through bins; the last line is the tour as JSON.

    The exit status is 1 when the referee finds a fault.
    """
    problem = written.read(_decoded(file))
    drawn_on = _drawable(problem.floor) if svg else None
    tour = walking.solve(problem, Budget(seconds=seconds), seed=seed)
    if svg and drawn_on:
        svg.write_text(picture(drawn_on, tour, "Walk"), encoding="utf-8")
    _answered(tour.reasons, referee.judge(problem, tour), written.told(tour))


def batches(file: File, *, svg: Drawing = None, seconds: Seconds = 1.0, seed: Seed = 1) -> None:
    """Choose which orders are picked together, each walk the shortest; the last line is the answer as JSON.

    The exit status is 1 when the referee finds a fault.
    """
    problem = batches_written.read(_decoded(file))
    drawn_on = _drawable(problem.floor) if svg else None
    answer = batching.solve(
        problem,
        Budget(seconds=seconds),
        seed=seed,
        improved=lambda value_mm: typer.echo(f"better: {value_mm}", err=True),
    )
    if svg and drawn_on:
        svg.write_text(batches_picture.picture(drawn_on, answer), encoding="utf-8")
    said = (*answer.reasons, *(each.message for each in answer.unserved))
    _answered(said, batches_referee.judge(problem, answer), batches_written.told(answer))


def _decoded(file: Path) -> Any:
    try:
        return msgspec.json.decode(file.read_bytes())
    except msgspec.DecodeError as wrong:
        raise ValueError(f"{file.name} is no JSON: {wrong}") from None


def _drawable(floor: Warehouse | Floor) -> Warehouse:
    if isinstance(floor, Floor):
        raise ValueError(  # noqa: TRY004 - a wish that cannot be fulfilled, not a wrong type
            "A floor of passages has no coordinates to draw: leave out --svg"
        )
    return floor


def _answered(
    reasons: Sequence[str],
    faults: Sequence[referee.Fault] | Sequence[batches_referee.Fault],
    document: dict[str, Any],
) -> None:
    for reason in reasons:
        typer.echo(reason, err=True)
    for fault in faults:
        typer.echo(f"{fault.item}: {fault.kind}", err=True)
    typer.echo(json.dumps(document))
    raise typer.Exit(1 if faults else 0)
