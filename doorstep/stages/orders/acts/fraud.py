"""Fraud rules and blocks are kept, tried on the orders that are there, and held against every order that walks in."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, invalid, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.stages.orders.acts.knowing import forget_screen
from doorstep.stages.orders.model.fraud import (
    BlockField,
    FraudBlock,
    FraudRule,
    NewFraudRule,
    RuleKind,
    Screen,
    Suspect,
    Suspicion,
)
from doorstep.stages.orders.rules.fraud import (
    folded,
    look_back,
    marks_by,
    marks_of,
    since_of,
    suspicions,
    traits,
)

Q = Statements("doorstep.stages.orders")
LOOKED_BACK = 1000
COUNTED_BACK = 50_000
"""Orders whose marks are written when the first velocity rule is made, so that it counts at once."""
KEPT = timedelta(days=30)
BLOCKS_SHOWN = 500
NEEDS = {
    RuleKind.VELOCITY: ("same_by", "most", "hours"),
    RuleKind.AMOUNT: ("amount_minor", "currency"),
    RuleKind.FIRST_AMOUNT: ("amount_minor", "currency"),
    RuleKind.PHONE_ABROAD: (),
}
"""What a rule of each kind says."""


async def suspect(tx: Tx, suspects: Sequence[Suspect], screen: Screen) -> dict[UUID, list[str]]:
    """Return what makes orders that are about to be written suspicious, and count them for those to come.

    Three statements for a batch of any size. Call it where the tenant's other writers wait, so that nobody counts past another.
    """
    velocity = [rule for rule in screen.rules if rule.kind == RuleKind.VELOCITY]
    blocked = await _blocked(tx, suspects) if screen.blocks else {}
    before = await _count(tx, suspects, velocity)
    customers = await _customers(tx, suspects, screen)
    found: dict[UUID, list[str]] = {}
    for place, one in enumerate(suspects):
        why = suspicions(
            one,
            screen.rules,
            counted=lambda rule, mark, _one: before[rule.id, mark],
            new_customer=one.email.lower() not in customers,
            blocked=blocked.get(place, ()),
        )
        if why:
            found[one.id] = why
        customers |= {one.email.lower()} - {""}
        for rule in velocity:
            if rule.merchant_id in (None, one.merchant_id):
                for mark in marks_by(str(rule.same_by), traits(one)):
                    before[rule.id, mark] += 1
    if velocity:
        await _keep_marks(tx, suspects)
    return found


async def _blocked(tx: Tx, suspects: Sequence[Suspect]) -> dict[int, set[str]]:
    """Return the blocked fields of orders, by their place."""
    asked = [
        (place, field, value, one.merchant_id)
        for place, one in enumerate(suspects)
        for field, values in traits(one).items()
        for value in values
    ]
    hits = await tx.values(
        Q.blocked,
        ns=list(range(len(asked))),
        fields=[field for _, field, _, _ in asked],
        values=[value for _, _, value, _ in asked],
        merchant_ids=[merchant_id for _, _, _, merchant_id in asked],
    )
    found: dict[int, set[str]] = defaultdict(set)
    for n in hits:
        found[asked[n][0]].add(asked[n][1])
    return found


async def _count(
    tx: Tx, suspects: Sequence[Suspect], velocity: Sequence[FraudRule]
) -> defaultdict[tuple[UUID, str], int]:
    """Return how many orders before the batch each rule counts for each mark; a mark is counted back from its first order here."""
    asked: dict[tuple[UUID, str], tuple[FraudRule, Suspect]] = {}
    for one in suspects:
        found = traits(one)
        for rule in velocity:
            if rule.merchant_id in (None, one.merchant_id):
                for mark in marks_by(str(rule.same_by), found):
                    asked.setdefault((rule.id, mark), (rule, one))
    counts: defaultdict[tuple[UUID, str], int] = defaultdict(int)
    if not asked:
        return counts
    rows = await tx.values(
        Q.count_marks,
        marks=[mark for _, mark in asked],
        sinces=[since_of(rule, one.placed_at) for rule, one in asked.values()],
        untils=[one.placed_at for _, one in asked.values()],
        merchant_ids=[rule.merchant_id for rule, _ in asked.values()],
    )
    counts.update(zip(asked, rows, strict=True))
    return counts


async def _customers(tx: Tx, suspects: Sequence[Suspect], screen: Screen) -> set[str]:
    """Return the e-mail addresses that have ordered before, where a rule asks for it."""
    if all(rule.kind != RuleKind.FIRST_AMOUNT for rule in screen.rules):
        return set()
    emails = sorted({one.email.lower() for one in suspects if one.email})
    return set(await tx.values(Q.known_customers, emails=emails)) if emails else set()


async def _keep_marks(tx: Tx, suspects: Sequence[Suspect]) -> None:
    rows = [(mark, one) for one in suspects for mark in marks_of(one)]
    if rows:
        await tx.run(
            Q.keep_marks,
            marks=[mark for mark, _ in rows],
            placed_ats=[one.placed_at for _, one in rows],
            order_ids=[one.id for _, one in rows],
            merchant_ids=[one.merchant_id for _, one in rows],
        )


async def fraud_rules(tx: Tx, own: UUID | None = None) -> list[FraudRule]:
    """Return the rules of the company; those of one merchant alone when asked so."""
    return await tx.rows(Q.fraud_rules, FraudRule, own=own)


async def add_fraud_rule(tx: Tx, rule: NewFraudRule) -> UUID:
    """Make a rule; it holds orders from now on (in other processes within five seconds), and counts the orders that are there.

    Raises:
        Refused: it does not say what a rule of its kind says; names each.
    """
    lacking = [
        Fault(f"/{name}", "missing", f"A rule of the kind {rule.kind} needs {name}.")
        for name in NEEDS[rule.kind]
        if getattr(rule, name) is None
    ]
    if lacking:
        raise invalid(lacking)
    rule_id = new_id()
    await tx.run(Q.add_fraud_rule, id=rule_id, actor=tx.actor, **asdict(rule))
    if rule.kind is RuleKind.VELOCITY:
        await _keep_marks(
            tx, [one for one in await _suspects(tx, None, COUNTED_BACK) if one.placed_at > tx.now - KEPT]
        )
    forget_screen(tx.tenant_id)
    return rule_id


async def drop_fraud_rule(tx: Tx, rule_id: UUID, own: UUID | None = None) -> None:
    """Take a rule back; what it held stays held.

    Raises:
        Refused: there is no such rule.
    """
    if not await tx.run(Q.drop_fraud_rule, id=rule_id, own=own):
        raise unknown("fraud rule", rule_id)
    forget_screen(tx.tenant_id)


async def fraud_blocks(tx: Tx, own: UUID | None = None) -> list[FraudBlock]:
    """Return who is blocked, newest first, five hundred at most."""
    return await tx.rows(Q.fraud_blocks, FraudBlock, own=own, most=BLOCKS_SHOWN)


async def add_fraud_block(
    tx: Tx, field: BlockField, typed: str, note: str = "", merchant_id: UUID | None = None
) -> UUID:
    """Block somebody: every order of theirs from now on is held.

    Raises:
        Refused: what was typed can match nothing; says how it is written.
    """
    value = folded(field, typed)
    if not value:
        raise invalid([Fault("/value", "not_a_value", f"This is no {field}. {HOW_WRITTEN[field]}")])
    shown = f"token ending in {typed.strip()[-4:]}" if field is BlockField.CARD else typed.strip()
    block_id: UUID = await tx.value(
        Q.add_fraud_block,
        id=new_id(),
        merchant_id=merchant_id,
        field=field,
        value=value,
        shown=shown,
        note=note,
        actor=tx.actor,
    )
    forget_screen(tx.tenant_id)
    return block_id


HOW_WRITTEN: Mapping[BlockField, str] = {
    BlockField.EMAIL: "Write it as name@example.org.",
    BlockField.DOMAIN: "Write it as example.org.",
    BlockField.PHONE: "Write it with its country code, like +49 30 123456.",
    BlockField.NAME: "Write the whole name.",
    BlockField.ADDRESS: "Write it as street and number, postal code, country: Hauptstr. 1, 10115, DE.",
    BlockField.CARD: "Paste the token that the processor gave the shop.",
}


async def drop_fraud_block(tx: Tx, block_id: UUID, own: UUID | None = None) -> None:
    """Unblock somebody.

    Raises:
        Refused: nobody is blocked so.
    """
    if not await tx.run(Q.drop_fraud_block, id=block_id, own=own):
        raise unknown("block", block_id)
    forget_screen(tx.tenant_id)


async def try_rules(tx: Tx, own: UUID | None = None, most: int = LOOKED_BACK) -> tuple[int, list[Suspicion]]:
    """Return how many of the newest orders were looked at, and which of them the rules and blocks of now would have held."""
    suspects = (await _suspects(tx, own, most))[::-1]
    rules = await fraud_rules(tx)
    return len(suspects), look_back(suspects, rules, await _blocked(tx, suspects))


async def _suspects(tx: Tx, own: UUID | None, most: int) -> list[Suspect]:
    return await tx.rows(Q.suspects, Suspect, own=own, most=most)


async def forget_marks(tx: Tx, _subjects: list[UUID]) -> None:
    """Forget what no rule looks back to."""
    await tx.run(Q.forget_marks, before=tx.now - KEPT)
