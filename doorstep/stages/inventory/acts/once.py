"""A scan that arrives twice acts once: its command id is claimed in the act's own transaction."""

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements

Q = Statements("doorstep.stages.inventory")


async def once_only(tx: Tx, command: str) -> bool:
    """Claim a command id and say whether this is its first time; without an id every time is the first."""
    command = command.replace("\x00", "")[:200]
    return not command or bool(await tx.run(Q.claim_command, command=command, actor=tx.actor))


async def forget(tx: Tx) -> int:
    """Forget command ids older than a week; return how many."""
    return await tx.run(Q.forget_commands)
