"""How sites want to be counted, and asking for the counts that are due by it, a few each day."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import unknown
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.inventory.acts.counting.asking import ask_counts
from doorstep.stages.inventory.model import AskedCount, CountTerms
from doorstep.stages.inventory.rules.counting import classes

Q = Statements("doorstep.stages.inventory")
PLAIN = CountTerms()
NAMES = [one.name for one in fields(CountTerms)]


async def terms_of(tx: Tx, site_ids: Sequence[UUID]) -> dict[UUID, CountTerms]:
    """Return how sites want to be counted; one that never said so as `CountTerms()` has it."""
    found = await _said(tx, list(site_ids))
    return {site_id: found.get(site_id, PLAIN) for site_id in site_ids}


async def _said(tx: Tx, site_ids: list[UUID] | None) -> dict[UUID, CountTerms]:
    rows = await tx.tuples(Q.count_terms, site_ids=site_ids)
    return {row[0]: CountTerms(*row[1:]) for row in rows}


async def set_terms(tx: Tx, site_id: UUID, terms: CountTerms) -> None:
    """Say how a site wants to be counted.

    Raises:
        Refused: there is no such site.
    """
    if site_id not in await catalog.sites(tx, [site_id]):
        raise unknown("site", site_id)
    await tx.run(Q.set_count_terms, site_id=site_id, **asdict(terms))


async def plan_counts(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Ask for the counts that are due at the sites that want some each day. Nothing stops being picked for them before somebody counts."""
    for site_id, terms in (await _said(tx, None)).items():
        if terms.per_day:
            await _plan(tx, site_id, terms)


async def _plan(tx: Tx, site_id: UUID, terms: CountTerms) -> None:
    class_of = classes(dict(await tx.tuples(Q.moved_units, site_id=site_id)))
    due = await tx.tuples(
        Q.due_counts,
        site_id=site_id,
        class_a=[one for one, letter in class_of.items() if letter == "a"],
        class_b=[one for one, letter in class_of.items() if letter == "b"],
        **{name: getattr(terms, name) for name in NAMES if name not in ("units", "value_minor")},
    )
    await ask_counts(
        tx,
        [
            AskedCount(site_id=site_id, place=place, product_id=product_id, reason=reason, blocks=False)
            for place, product_id, reason in due
        ],
    )
