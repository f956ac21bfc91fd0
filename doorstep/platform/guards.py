"""Why a thing does not go on, as a page tells it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """Why an order has not left the house yet, in plain words.

    Attributes:
        what: keeps it: `Held for fraud: five in a minute`.
        who: has it in hand: `risk`, `Ana`, `the house`.
        next: what is to be done, or what happens by itself.
        href: where that is done.
    """

    what: str
    who: str
    next: str
    href: str = ""
