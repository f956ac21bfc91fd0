"""What needs a person, over all stages, in one queue: whose it is, since when, and the one thing to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages import orders

Q = Statements("doorstep.tower")
OF_A_KIND = 200
"""Most of each kind that the queue shows, the oldest."""

NEXT = {
    "hold": ("Look at the hold", "/orders/{order_id}"),
    "payment": ("Ask for the payment again", "/orders/{order_id}"),
    "late": ("See what keeps it", "/orders/{order_id}"),
    "channel": ("Mend it, then try it again", "/channels/{subject}"),
    "short": ("Find the goods, or change the order", "/orders/{order_id}"),
    "count": ("Count it, or decide", "/counting/{subject}"),
    "label": ("Mend what is wrong, then try again", "/shipping/labels/{subject}"),
    "tracking": ("Follow it up with the carrier", "/tracking/{subject}"),
    "message": ("Say whether it arrived, or send it again", "/tracking#failed"),
    "stop": ("Plan it again", "/dispatch/stops/{subject}"),
    "case": ("Answer the customer", "/feedback"),
}
"""The one thing that is done next about each kind of exception, and where."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that needs a person.

    Attributes:
        what: kind of exception: `hold`, `payment`, `late`, `channel`, `short`, `count`, `label`, `tracking`, `message`, `stop`, `case`.
        owner: in whose queue it waits.
        subject: id of the hold, label, parcel's tracker, shop or whatever else it is about.
        order_id: order behind it, and its number; a refused order of a channel has none.
        named: what else it is called by: the reason of a hold, the state of a payment, the code of a shop.
    """

    what: str
    owner: str
    why: str
    since: datetime | None
    subject: UUID
    order_id: UUID | None
    number: int | None
    named: str

    @property
    def next(self) -> str:
        """What is done next."""
        if self.what == "payment" and self.named == "unknown":
            return "Look it up at the processor, if it does not answer"
        return orders.next_of_hold(self.named) if self.what == "hold" else NEXT[self.what][0]

    @property
    def href(self) -> str:
        """Where that is done."""
        change = "/change" if self.what == "hold" and self.named == "address" else ""
        return NEXT[self.what][1].format(order_id=self.order_id, subject=self.subject) + change


async def exceptions(tx: Tx, most: int = OF_A_KIND) -> list[Trouble]:
    """Return what needs a person, the oldest first, at most so many of each kind."""
    return await tx.rows(Q.exceptions, Trouble, most=most)


def by_owner(troubles: Sequence[Trouble]) -> dict[str, int]:
    """Return how many wait for each owner, by name."""
    return {
        owner: sum(one.owner == owner for one in troubles)
        for owner in sorted({one.owner for one in troubles})
    }
