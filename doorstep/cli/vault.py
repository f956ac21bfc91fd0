"""The keys that seal what partners trust us with."""

import asyncio

import typer

from doorstep import app as house
from doorstep.platform import config
from doorstep.platform import vault as sealing

keys = typer.Typer(help="The keys that seal the secrets of shops and carriers.", no_args_is_help=True)


@keys.command()
def new() -> None:
    """Print a fresh key, to be listed first in DOORSTEP_VAULT_KEYS."""
    typer.echo(sealing.new_key())


@keys.command()
def rotate() -> None:
    """Seal every secret with the newest key; a key that is kept in the home folder is replaced by a fresh one first."""
    typer.echo(f"The secrets of {asyncio.run(_rotate())} shops and carriers are sealed with the newest key.")


async def _rotate() -> int:
    settings, _ = await house.prepare(config.read())
    path = house.vault_file(settings)
    if not settings.vault_keys:
        sealing.add_key(path)
    async with house.open_house(settings) as opened:
        count = await house.reseal(opened.db)
    if not settings.vault_keys:
        sealing.keep_newest(path)
    return count
