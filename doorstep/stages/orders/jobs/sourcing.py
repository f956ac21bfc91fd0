"""Thinking about all open orders together, in a process of its own: it may take seconds, and nothing waits for it."""

from doorstep.platform.errors import Reason, Refused
from doorstep.platform.thinking import ThinkingFailed, think
from doorstep.stages.orders.acts.routing.rerouting import Question
from doorstep.stages.orders.rules.sourcing import Plan, source_together

LOOKS_MAX = 20_000
SECONDS = 20.0


async def think_together(question: Question) -> Plan:
    """Return better ways for the open orders.

    Raises:
        Refused: it took too long; asks for fewer orders.
    """
    try:
        return await think(
            source_together,
            question.standing,
            question.routing,
            question.free,
            question.day,
            LOOKS_MAX,
            seconds=SECONDS,
        )
    except ThinkingFailed as failed:
        raise Refused(
            Reason.CONFLICT,
            f"No better plan was found in {SECONDS:.0f} seconds. Name fewer orders, or try again.",
        ) from failed
