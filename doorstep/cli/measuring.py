"""`doorstep bench NAME`: measure one promise of the house and print one line of JSON."""

import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from doorstep import app as house
from doorstep.bench.report import Options, Report

BENCHES = {
    "intake": "orders/s through single POSTs",
    "bulk": "orders/s through the bulk API",
    "hot-sku": "reservations/s on one product",
    "availability": "time to the answer on 200 SKUs, and until a channel hears of a change",
    "walk": "orders/s through all seven stages",
    "scale": "slowdown from 50,000 to millions of orders",
    "cartons": "cartons used over a suite",
    "boxset": "cost saved by sizes of boxes chosen for an order history",
    "br": "fill of the BR container loading instances",
    "picking": "walking distance over published bounds",
    "routes": "gap to the best known routes",
    "insert": "time to insert a stop into a running plan",
    "labels": "labels/s on one core",
    "parcels": "parcels/s rated, labeled and stored",
    "tracking": "scans/s taken in and folded",
    "memory": "megabytes that a web process takes at most",
    "mail": "messages/s handed to an SMTP server",
    "eta": "days earlier than the shop's promise",
}

ENDED = 143
"""Exit status of a bench that was told to end, as shells count it: it stops its servers first."""


def there() -> dict[str, str]:
    """Return the benches that this version has, with what each measures."""
    return {name: what for name, what in BENCHES.items() if find_spec(_module(name))}


def _module(name: str) -> str:
    return f"doorstep.bench.{name.replace('-', '_')}"


def bench(
    name: Annotated[str | None, typer.Argument(help="Which promise; without one, the list.")] = None,
    *,
    suite: Annotated[
        Path | None, typer.Option(help="Folder of input files.", exists=True, file_okay=False)
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Measuring time, or budget per instance.", min=0.01)
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 1,
    effort: Annotated[str, typer.Option(help="fast or high.")] = "fast",
    part: Annotated[str | None, typer.Option(help="Part of a long suite: 2/6 is the second of six.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Everyday size: under 30 seconds.")] = False,
) -> None:
    """Measure one promise of the house against a yardstick in the same run; the last line printed is JSON.

    The exit status is 1 when an independent check of the result fails.
    """
    known = there()
    if name is None:
        for one, what in known.items():
            typer.echo(f"{one:10} {what}")
        return
    if name not in known:
        raise typer.BadParameter(f"{name} is none of {', '.join(known)}")
    if effort not in ("fast", "high"):
        raise typer.BadParameter(f"effort {effort} is neither fast nor high")
    options = Options(
        suite=suite,
        seconds=seconds,
        seed=seed,
        effort=effort,
        part=_part(part),
        quick=quick,
        progress=lambda line: typer.echo(line, err=True),
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ENDED))
    report: Report = house.bench(_module(name))(options)
    typer.echo(report.json())
    raise typer.Exit(0 if report.good else 1)


def _part(words: str | None) -> tuple[int, int] | None:
    if words is None:
        return None
    number, _, count = words.partition("/")
    if not (number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count)):
        raise typer.BadParameter(f"{words} is no part: 2/6 is the second of six")
    return int(number), int(count)
