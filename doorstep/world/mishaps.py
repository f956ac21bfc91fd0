"""What goes wrong outside, and how often: seeded, switched by whoever runs the world, never by the house."""

import random
from collections.abc import Mapping
from typing import Annotated

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class MishapsIn(msgspec.Struct, forbid_unknown_fields=True):
    """How the next calls shall go wrong.

    Attributes:
        shares: mishap -> share of calls, 0 to 1; what is not named does not happen.
        next: mishaps for the very next calls, one each, before any share counts; `none` lets one pass.
        seed: of the draws.
        hang_s: how long a call hangs that hangs.
    """

    shares: dict[str, Share] = {}
    next: list[str] = []
    seed: int = 1
    hang_s: Annotated[float, msgspec.Meta(ge=0, le=600)] = 30.0


class Mishaps:
    """Draws what befalls each call."""

    def __init__(self, asked: MishapsIn | None = None) -> None:
        self.asked = asked or MishapsIn()
        self.hang_s = self.asked.hang_s
        self._draws = random.Random(self.asked.seed)
        self._next = list(self.asked.next)

    def draw(self, possible: Mapping[str, str]) -> str | None:
        """Return the mishap of one call among the possible ones (name -> meaning), or None."""
        if self._next and self._next[0] in {*possible, "none"}:
            first = self._next.pop(0)
            return None if first == "none" else first
        roll, below = self._draws.random(), 0.0
        for name in possible:
            below += self.asked.shares.get(name, 0.0)
            if roll < below:
                return name
        return None

    def unknown(self, *known: Mapping[str, str]) -> list[str]:
        """Return the names asked for that no call of this server can meet."""
        names = {"none", *(name for one in known for name in one)}
        return sorted({*self.asked.shares, *self.asked.next} - names)
