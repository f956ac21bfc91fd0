"""`doorstep solve route FILE.json`: plan the routes of a day for anyone who wants only this."""

import json
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from doorstep.platform.crew import Crew
from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import ALONE, judge, solve
from doorstep.solvers.routes.drawing import drawn
from doorstep.solvers.routes.written import read, told


def route(
    file: Annotated[
        Path, typer.Argument(help="The day as JSON: see docs/solvers.md.", exists=True, dir_okay=False)
    ],
    *,
    svg: Annotated[Path | None, typer.Option(help="Also draw the routes into this file.")] = None,
    seconds: Annotated[float, typer.Option(help="How long to search.", min=0.1, max=86_400)] = 10.0,
    seed: Annotated[int, typer.Option(help="Of the search.")] = 1,
    hands: Annotated[int, typer.Option(help="Processes that search at the same time.", min=1, max=64)] = 1,
) -> None:
    """Plan which van visits which stops, when; better plans are told on the way, the last line is the plan as JSON.

    The exit status is 1 when the referee finds a fault.
    """
    try:
        problem = read(msgspec.json.decode(file.read_bytes()))
    except msgspec.DecodeError as wrong:
        raise ValueError(f"{file.name} is no JSON: {wrong}") from None
    plan = solve(
        problem,
        Budget(seconds=seconds),
        seed=seed,
        improved=lambda value: typer.echo(f"better: {value}", err=True),
        crew=Crew(hands) if hands > 1 else ALONE,
    )
    faults = judge(problem, plan)
    for fault in faults:
        typer.echo(f"{fault.item}: {fault.message}", err=True)
    if svg:
        svg.write_text(drawn(problem, plan), encoding="utf-8")
    typer.echo(json.dumps(told(plan)))
    raise typer.Exit(1 if faults else 0)
