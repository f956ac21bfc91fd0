"""From the journal to what endpoints are owed.

The transaction that writes a public event owes one task, if any endpoint of its tenant wants the event (`Tx.listening`), and
nothing otherwise. The reaction here turns tasks into one delivery per endpoint, exactly once, in sets.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.platform.webhooks.model import About, Vocabulary

Q = Statements("doorstep.platform.webhooks")
ERRAND = "webhooks.deliver"


@dataclass(frozen=True, slots=True)
class Announcer:
    """Knows what is public."""

    vocabulary: Vocabulary

    async def announce(self, tx: Tx, subjects: list[UUID]) -> None:
        """Owe what is new of these things to every endpoint that wants it."""
        owners = await self._owners(tx, subjects) if await tx.value(Q.narrowed) else {}
        endpoints = await tx.values(
            Q.owe_deliveries, subjects=subjects, owned=list(owners), owners=list(owners.values())
        )
        await wake(tx, endpoints)

    async def _owners(self, tx: Tx, subjects: list[UUID]) -> dict[UUID, UUID | None]:
        of_kind: dict[str, list[UUID]] = defaultdict(list)
        for kind, subject in await tx.tuples(Q.kinds_of, subjects=subjects):
            of_kind[kind].append(subject)
        known = await describe(tx, self.vocabulary, of_kind)
        return {one.id: one.merchant_id for one in known.values()}


async def describe(
    tx: Tx, vocabulary: Vocabulary, of_kind: dict[str, list[UUID]]
) -> dict[tuple[str, UUID], About]:
    """Return what may be told of things, by kind and id; what is not public, or not there, has no entry."""
    return {
        (kind, one.id): one
        for kind, subjects in of_kind.items()
        if kind in vocabulary
        for one in await vocabulary[kind].about(tx, list(dict.fromkeys(subjects)))
    }


async def wake(tx: Tx, endpoints: Sequence[UUID]) -> None:
    """Let the errands of endpoints come now."""
    if endpoints:
        await tx.run(Q.wake, name=ERRAND, ids=list(set(endpoints)))
        tx.owing = True
