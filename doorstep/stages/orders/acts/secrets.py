"""Secrets of others that this stage keeps: keys of shops and of accounts at payment processors."""

from doorstep.platform.db import Tx
from doorstep.stages.orders.acts.channels import shops
from doorstep.stages.orders.acts.money import accounts


async def reseal(tx: Tx) -> int:
    """Seal every secret with the newest key; return how many things have secrets."""
    return await shops.reseal(tx) + await accounts.reseal(tx)


async def locked(tx: Tx) -> list[str]:
    """Return the things whose secrets cannot be opened, and why."""
    return [*await shops.locked(tx), *await accounts.locked(tx)]
