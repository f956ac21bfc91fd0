"""Carriers that quote themselves are asked for a parcel's prices; between the question and the choice no transaction is open."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.shipping.acts.buying import read_facts
from doorstep.stages.shipping.model import LabelState
from doorstep.stages.shipping.ports.rate_table import Account
from doorstep.stages.shipping.rules import asking
from doorstep.stages.shipping.rules.rating import Offer, to_ask

Q = Statements("doorstep.stages.shipping")


@dataclass(frozen=True, slots=True)
class Round:
    """Whom to ask for a parcel's prices, and what."""

    accounts: dict[UUID, Account]
    question: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    id: UUID
    base_url: str | None
    api_key: str | None


async def prepare(tx: Tx, label_id: UUID) -> Round | None:
    """Return whom to ask about an owed label, or None when its service is chosen already."""
    facts = await read_facts(tx, label_id)
    if facts.state != LabelState.OWED or facts.service_id is not None:
        return None
    asked = to_ask(asking.load(facts, tx.now), await tx.rows(Q.offers, Offer))
    rows = tx.opened(await tx.rows(Q.askable, _Asked, ids=sorted(asked)), "api_key")
    accounts = {one.id: Account(one.base_url or "", one.api_key or "") for one in rows}
    return Round(accounts, asking.question(facts))
