"""Reading a kept call without knowing any more how it came: the shapes of the carriers differ in their outermost names."""

from doorstep.stages.tracking.model import CarrierEvent
from doorstep.stages.tracking.ports import easypost, rate_table


def read_any(body: str) -> list[CarrierEvent]:
    """Return the events of a call's body, whichever carrier's shape it has.

    Raises:
        ValueError: no carrier of ours speaks so.
    """
    try:
        return rate_table.read_call(body)
    except ValueError:
        return easypost.read_call(body)
