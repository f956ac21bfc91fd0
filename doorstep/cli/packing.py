"""`doorstep solve cartons|boxset FILE.json`: pack an order, or choose sizes of boxes, for anyone who wants only this."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import typer

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import Answer, CartonRefused, Packing, judge, picture, solve, steps_of
from doorstep.solvers.cartons.candidates import Board, tight_boxes
from doorstep.solvers.cartons.designing import BoxSet, design
from doorstep.solvers.cartons.goods import Item
from doorstep.solvers.cartons.rates import Tariff

T = TypeVar("T")

File = Annotated[
    Path, typer.Argument(help="The question as JSON: see docs/solvers.md.", exists=True, dir_okay=False)
]


def cartons(
    file: File,
    *,
    svg: Annotated[
        Path | None, typer.Option(help="Also draw every step of every box, as SVG files into this folder.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long to search.", min=0.01, max=86_400)] = 1.0,
    seed: Annotated[int, typer.Option(help="Of the search.")] = 1,
) -> None:
    """Choose boxes for goods and say how they lie in them; the last line is the answer as JSON.

    The exit status is 1 when the referee finds a fault.
    """
    problem = _read(file, Packing)
    answer = solve(
        problem,
        Budget(seconds=seconds),
        seed=seed,
        improved=lambda value: typer.echo(f"better: {value}", err=True),
    )
    faults = judge(problem, answer)
    for line in (*answer.reasons, *(each.message for each in answer.unserved)):
        typer.echo(line, err=True)
    for fault in faults:
        typer.echo(f"{fault.where}: {fault.kind}: {fault.message}", err=True)
    if svg:
        _draw(problem, answer, svg)
    typer.echo(msgspec.json.encode(answer).decode())
    raise typer.Exit(1 if faults else 0)


class BoxSetFile(msgspec.Struct, forbid_unknown_fields=True):
    """What a question about sizes holds; without candidates they are made from the orders."""

    orders: list[list[Item]]
    count: int
    tariff: Tariff
    candidates: list[Any] | None = None
    board: Board = Board()
    most_candidates: int = 40
    present: list[Any] = []


def boxset(file: File) -> None:
    """Choose the sizes of boxes that ship an order history for least; the last line is the answer as JSON."""
    given = _read(file, BoxSetFile)
    boxes = _boxes(given.candidates) if given.candidates is not None else []
    problem = BoxSet(
        orders=given.orders,
        candidates=boxes or tight_boxes(given.orders, given.board, given.most_candidates),
        count=given.count,
        tariff=given.tariff,
        present=_boxes(given.present),
    )
    found = design(problem, lambda done, of: None if done % 100 else typer.echo(f"{done}/{of}", err=True))
    for line in found.reasons:
        typer.echo(line, err=True)
    typer.echo(msgspec.json.encode(found).decode())


def _boxes(given: list[Any]) -> list[Any]:
    return list(_converted({"items": [], "boxes": given}, Packing).boxes) if given else []


def _read(file: Path, kind: type[T]) -> T:
    try:
        return _converted(msgspec.json.decode(file.read_bytes()), kind)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as wrong:
        raise ValueError(f"{file.name} is no JSON: {wrong}") from None


def _converted(given: object, kind: type[T]) -> T:
    """Convert JSON; a refusal of the solver stays the refusal it is, with the item at fault."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as wrong:
        if isinstance(wrong.__cause__, CartonRefused):
            raise wrong.__cause__ from None
        raise ValueError(str(wrong)) from None


def _draw(problem: Packing, answer: Answer, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, packed in enumerate(answer.boxes, 1):
        for step in range(1, len(steps_of(problem, packed)) + 1):
            name = f"box{number}-step{step}"
            (folder / f"{name}.svg").write_text(picture(problem, packed, step, ident=name), encoding="utf-8")
