"""What a call says: the body of an event, the same whenever it is written, and its signed headers."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.webhooks import signing
from doorstep.platform.webhooks.acts import PINGS
from doorstep.platform.webhooks.announcing import describe
from doorstep.platform.webhooks.model import About, Due, Vocabulary, event_id


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery, written."""

    due: Due
    body: bytes

    @property
    def id(self) -> str:
        """The id of its event."""
        return event_id(self.due.subject, self.due.seq)

    def headers(self, secrets: list[str]) -> dict[str, str]:
        """Return the headers of a call that is made now."""
        return signing.headers(secrets, self.id, int(time.time()), self.body)


async def write(tx: Tx, house: House, dues: Sequence[Due]) -> list[Letter]:
    """Write what is due."""
    of_kind: dict[str, list[UUID]] = defaultdict(list)
    for due in dues:
        of_kind[due.kind].append(due.subject)
    public = {**house.public, **PINGS}
    known = await describe(tx, public, of_kind)
    base = house.settings.public_url.rstrip("/")
    return [Letter(due, body_of(due, known.get((due.kind, due.subject)), public, base)) for due in dues]


def body_of(due: Due, about: About | None, vocabulary: Vocabulary, base: str) -> bytes:
    """Return an event as Standard Webhooks have it: `type`, `timestamp`, `data`; thin, with a link to the rest."""
    tells = vocabulary.get(due.kind)
    facts = {name: due.facts[name] for name in (tells.facts if tells else ()) if name in due.facts}
    data = {
        "id": due.subject,
        "seq": due.seq,
        **({"was": due.was} if due.was and due.was != due.name else {}),
        **(about.data if about else {}),
        **facts,
        **({"href": base + about.path} if about else {}),
    }
    return msgspec.json.encode({"type": f"{due.kind}.{due.name}", "timestamp": due.occurred_at, "data": data})
