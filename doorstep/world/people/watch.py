"""A watch: what time it is in the house, asked of its clock, or known because it stands still."""

from dataclasses import dataclass
from datetime import datetime

from doorstep.world.people.person import Person


@dataclass(slots=True)
class Watch:
    """Shows the house's business time.

    Attributes:
        person: whose key may ask.
        standing: set while the clock only moves when it is told to.
    """

    person: Person
    standing: datetime | None = None

    async def now(self) -> datetime:
        """Return the house's business time."""
        if self.standing is not None:
            return self.standing
        return datetime.fromisoformat((await self.person.get("/api/clock"))["now"])
