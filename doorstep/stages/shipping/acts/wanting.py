"""A packed parcel wants a label: its service is chosen, and labels that no carrier has to be asked for are made at once.

Services whose carriers quote themselves cannot be weighed here, where a transaction is open: their labels are noted as
`asking`, and `acts/quoting.py` comes back with the quotes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.catalog import CarrierKind
from doorstep.stages.shipping.acts.making import Made, keep
from doorstep.stages.shipping.model import LABEL, Facts, LabelAct, LabelState
from doorstep.stages.shipping.rules import asking
from doorstep.stages.shipping.rules.rating import NO_QUOTES, Center, Choice, Offer, choose, to_ask
from doorstep.stages.shipping.rules.tariff import Answer

Q = Statements("doorstep.stages.shipping")


async def want(tx: Tx, parcel_ids: Sequence[UUID]) -> list[UUID]:
    """Owe a label to each packed parcel that has none, and choose its service; return the new labels.

    Harmless when repeated: a parcel has at most one label that is not voided.
    """
    if not parcel_ids:
        return []
    wishes = sorted(set(parcel_ids))
    ids = sorted(await tx.values(Q.want_labels, parcel_ids=wishes, label_ids=new_ids(len(wishes))))
    await journal.born(tx, LABEL, ids)
    await rate(tx, ids)
    return ids


async def of_merchant(tx: Tx, parcel_ids: Sequence[UUID], merchant_id: UUID | None) -> list[UUID]:
    """Return the parcels if all are there for this merchant (for any, when none is given).

    Raises:
        Refused: one is not.
    """
    found = await tx.values(Q.parcels_of_merchant, ids=list(parcel_ids), merchant_id=merchant_id)
    for parcel_id in parcel_ids:
        if parcel_id not in found:
            raise unknown("parcel", parcel_id)
    return found


@dataclass(slots=True)
class _Chosen:
    """A choice as the database takes it; `refusal` where nothing was chosen."""

    id: UUID
    carrier_id: UUID | None
    service_id: UUID | None
    route: str | None
    quoted_minor: int | None
    currency: str | None
    reasons: str
    refusal: str | None


async def rate(tx: Tx, ids: Sequence[UUID], quotes: Mapping[UUID, Answer] | None = None) -> None:
    """Choose a service for owed labels that have none. Labels of ours are made now, the others are due at their carrier, or refused.

    Without `quotes`, labels for which a carrier must be asked are noted as such and wait.
    """
    if not ids:
        return
    found = await tx.rows(Q.label_facts, Facts, ids=list(ids))
    owed = [facts for facts in found if facts.state == LabelState.OWED and facts.service_id is None]
    offers = await tx.rows(Q.offers, Offer)
    centers = await tx.rows(Q.centers, Center)
    loads = {facts.id: asking.load(facts, tx.now) for facts in owed}
    if quotes is None:
        waiting = {label_id for label_id, load in loads.items() if to_ask(load, offers)}
        await journal.note(tx, LABEL, "asking", sorted(waiting))
        owed = [facts for facts in owed if facts.id not in waiting]
    choices = {facts.id: choose(loads[facts.id], offers, centers, quotes or NO_QUOTES) for facts in owed}
    rows = [_row(label_id, choice) for label_id, choice in choices.items()]
    names = ("id", "carrier_id", "service_id", "route", "quoted_minor", "currency", "reasons", "refusal")
    await tx.run(Q.set_choices, **{f"{name}s": [getattr(row, name) for row in rows] for name in names})
    refused = [row.id for row in rows if row.refusal]
    await journal.move(
        tx, LABEL, LabelAct.REFUSE, refused, {row.id: {"why": row.refusal} for row in rows if row.refusal}
    )
    chosen = {label_id: choice.offer for label_id, choice in choices.items() if choice.offer}
    due = [label_id for label_id, offer in chosen.items() if offer.kind == CarrierKind.RATE_TABLE]
    later = set(due)
    await journal.note(tx, LABEL, "due", due, {i: _facts(choices[i]) for i in due})
    own = [_ours(facts, choices[facts.id]) for facts in owed if facts.id in chosen and facts.id not in later]
    await keep(tx, own, {one.facts.id: _facts(choices[one.facts.id]) for one in own})


def _ours(facts: Facts, choice: Choice) -> Made:
    """Return what is known of a label of ours (our own fleet, a carrier without an API): no call, and what was quoted is the price."""
    offer, first = choice.offer, choice.weighed[0]
    assert offer is not None  # noqa: S101 - only chosen labels come here
    chosen = replace(
        facts,
        carrier_id=offer.carrier_id,
        service_id=offer.service_id,
        route=choice.route,
        quoted_minor=first.price_minor,
    )
    return Made(chosen, None, None, first.price_minor or 0, offer.currency)


def _row(label_id: UUID, choice: Choice) -> _Chosen:
    reasons = msgspec.json.encode(choice.weighed).decode()
    if choice.offer is None:
        return _Chosen(label_id, None, None, None, None, None, reasons, choice.refusal[:2000])
    first, offer = choice.weighed[0], choice.offer
    return _Chosen(
        label_id,
        offer.carrier_id,
        offer.service_id,
        choice.route,
        first.price_minor,
        offer.currency,
        reasons,
        None,
    )


def _facts(choice: Choice) -> dict[str, object]:
    """Return what the journal keeps of a choice: the winner and why."""
    first = choice.weighed[0]
    return {
        "carrier": first.carrier,
        "service": first.service,
        "price_minor": first.price_minor,
        "currency": first.currency,
        "why": first.why,
        "against": len(choice.weighed) - 1,
    }
