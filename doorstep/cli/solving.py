"""`doorstep solve walk|batches|cartons|boxset|route FILE.json`: the solvers alone, without a house around them."""

import typer

from doorstep.cli.packing import boxset, cartons
from doorstep.cli.picking import batches, walk
from doorstep.cli.routing import route

solve = typer.Typer(
    name="solve", help="Answer one question of picking, packing or driving from a file.", no_args_is_help=True
)
solve.command()(walk)
solve.command()(batches)
solve.command()(cartons)
solve.command()(boxset)
solve.command()(route)
