"""The command line: `doorstep demo`, `serve`, `work`, `migrate`, `doctor`, `audit`, `replay`, `bench`, `solve`, `roads`, `outside`, `tenant`, `user`, `key`, `keys`."""

import sys

import typer

from doorstep.cli.auditing import audit
from doorstep.cli.books import doctor, migrate
from doorstep.cli.demo import demo
from doorstep.cli.measuring import bench
from doorstep.cli.outside import outside
from doorstep.cli.people import key, tenant, user
from doorstep.cli.replaying import replay
from doorstep.cli.roads import roads
from doorstep.cli.running import serve, web, work
from doorstep.cli.solving import solve
from doorstep.cli.vault import keys
from doorstep.platform.embedded import EmbeddedError
from doorstep.platform.errors import Refused

app = typer.Typer(
    name="doorstep",
    help="Order fulfillment from the click on “Order now” to the doorstep.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(demo)
app.command()(serve)
app.command(hidden=True)(web)
app.command()(work)
app.command()(migrate)
app.command()(doctor)
app.command()(audit)
app.command()(replay)
app.command()(bench)
app.add_typer(solve, name="solve")
app.add_typer(roads, name="roads")
app.add_typer(outside, name="outside")
app.add_typer(tenant, name="tenant")
app.add_typer(user, name="user")
app.add_typer(key, name="key")
app.add_typer(keys, name="keys")


def main() -> None:
    """Run a command; what it refuses is one clear sentence and exit status 2."""
    try:
        app()
    except Refused as refused:
        _say(refused.message, *(f"  {fault.pointer or 'whole'}: {fault.message}" for fault in refused.faults))
    except (EmbeddedError, ValueError) as error:
        _say(str(error))


def _say(*lines: str) -> None:
    for line in lines:
        typer.echo(line, err=True)
    sys.exit(2)
