"""Visitors: people who sign in to take part. The simulated crew leaves the work of their roles to them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from doorstep.world.people.person import Person

THERE = timedelta(seconds=60)
"""Who did nothing for so long has gone: long enough to read a page, short enough that the house does not stand still."""


@dataclass(slots=True)
class Visitors:
    """Knows at which posts somebody is.

    Attributes:
        person: whose key may ask.
        roles: of those who are there.
    """

    person: Person
    roles: frozenset[str] = frozenset()

    async def look(self) -> bool:
        """Look who is there; return whether anybody is."""
        people = await self.person.get("/api/users")
        since = datetime.now(UTC) - THERE
        seen = [one for one in people if one["seen_at"] and datetime.fromisoformat(one["seen_at"]) > since]
        self.roles = frozenset(role for one in seen for role in one["roles"])
        return bool(seen)
