"""Whether an order is suspicious: pure judgement over what rules say and what was counted."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from doorstep.platform.measures import money
from doorstep.stages.orders.model.fraud import (
    BlockField,
    FraudRule,
    RuleKind,
    SameBy,
    Suspect,
    Suspicion,
)
from doorstep.stages.orders.rules.folding import fold, fold_address, fold_email
from doorstep.stages.orders.rules.reaching import dialed, dials_in

CALLED = {
    "email": "e-mail address",
    "domain": "mail domain",
    "phone": "phone number",
    "name": "name",
    "address": "address",
    "card": "card",
}
"""What is counted or blocked, as people call it."""

Counted = Callable[[FraudRule, str, Suspect], int]
"""How many orders before this one a velocity rule counts for a mark."""


def traits(suspect: Suspect) -> dict[str, tuple[str, ...]]:
    """Return what may be blocked or counted of an order, folded, by `BlockField`; what it has not is left out."""
    email = fold_email(suspect.email)
    address = fold_address(suspect.street, suspect.city, suspect.postal_code, suspect.country)
    found = {
        BlockField.EMAIL: (email,),
        BlockField.DOMAIN: (email.rpartition("@")[2],),
        BlockField.PHONE: (suspect.phone,),
        BlockField.NAME: (fold(suspect.name),),
        BlockField.ADDRESS: (address,),
        BlockField.CARD: tuple(map(digest, suspect.tokens)),
    }
    return {str(field): tuple(v for v in values if v) for field, values in found.items() if any(values)}


def marks_of(suspect: Suspect) -> list[str]:
    """Return the marks of an order: what velocity rules count, as digests."""
    found = traits(suspect)
    return [mark for by in SameBy for mark in marks_by(by, found)]


def marks_by(same_by: str, found: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the marks of one kind."""
    return [f"{same_by}:{digest(value)}" for value in found.get(same_by, ())]


def digest(value: str) -> str:
    """Return what stands for a value where it must not be read."""
    return hashlib.blake2b(value.encode(), digest_size=16).hexdigest()


def folded(field: BlockField, typed: str) -> str:
    """Return what a person typed to be blocked as it is compared; empty when it can match nothing.

    An address is typed as `street, postal code or city, country`.
    """
    return FOLDS[field](typed.strip())


def _address(typed: str) -> str:
    parts = [part.strip() for part in typed.split(",")]
    if len(parts) != 3 or not all(parts) or len(parts[2]) != 2:
        return ""
    street, place, country = parts
    return fold_address(street, place, place, country)


FOLDS: Mapping[BlockField, Callable[[str], str]] = {
    BlockField.EMAIL: fold_email,
    BlockField.DOMAIN: lambda typed: typed.casefold().lstrip("@"),
    BlockField.PHONE: lambda typed: dialed(typed, "") or "",
    BlockField.NAME: fold,
    BlockField.ADDRESS: _address,
    BlockField.CARD: lambda typed: typed and digest(typed),
}


def suspicions(
    suspect: Suspect,
    rules: Iterable[FraudRule],
    *,
    counted: Counted,
    new_customer: bool,
    blocked: Collection[str] = (),
) -> list[str]:
    """Return everything that makes an order suspicious, in words; empty when nothing does.

    Args:
        suspect: the order.
        rules: of the company; those of other merchants are passed by.
        counted: what the velocity rules count.
        new_customer: whether nobody ordered with its e-mail address before.
        blocked: the fields of it that are blocked.
    """
    found = traits(suspect)
    why = [f"Its {CALLED[field]} is blocked." for field in BlockField if field in blocked]
    for rule in rules:
        if rule.merchant_id in (None, suspect.merchant_id):
            why += _hits(rule, suspect, found, counted, new_customer=new_customer)
    return why


def _hits(
    rule: FraudRule,
    suspect: Suspect,
    found: Mapping[str, Sequence[str]],
    counted: Counted,
    *,
    new_customer: bool,
) -> list[str]:
    if rule.kind == RuleKind.VELOCITY:
        most = rule.most or 0
        before = max((counted(rule, mark, suspect) for mark in marks_by(str(rule.same_by), found)), default=0)
        if before < most:
            return []
        return [
            f"Order {before + 1} with this {CALLED[str(rule.same_by)]} within {rule.hours} h; {most} are usual."
        ]
    if rule.kind == RuleKind.PHONE_ABROAD:
        abroad = suspect.phone and not dials_in(suspect.phone, suspect.country)
        return ["The phone number is of another country than the address."] if abroad else []
    if rule.currency != suspect.currency or suspect.total_minor <= (rule.amount_minor or 0):
        return []
    over = f"above {money(rule.amount_minor or 0, suspect.currency)}"
    if rule.kind == RuleKind.AMOUNT:
        return [f"It comes to {money(suspect.total_minor, suspect.currency)}, {over}."]
    return [f"A first order of this customer {over}."] if new_customer else []


def look_back(
    suspects: Sequence[Suspect], rules: Sequence[FraudRule], blocked: Mapping[int, Collection[str]]
) -> list[Suspicion]:
    """Return which of some orders would have been held, newest first, counting only what is among them.

    Args:
        suspects: in the sequence of their placing.
        rules: to be tried.
        blocked: by place in `suspects`, the fields that are blocked.
    """
    times: dict[str, list[Suspect]] = {}
    customers: set[str] = set()

    def counted(rule: FraudRule, mark: str, suspect: Suspect) -> int:
        since = since_of(rule, suspect.placed_at)
        return sum(
            one.placed_at > since and rule.merchant_id in (None, one.merchant_id)
            for one in times.get(mark, ())
        )

    held = []
    for place, one in enumerate(suspects):
        why = suspicions(
            one,
            rules,
            counted=counted,
            new_customer=one.email.lower() not in customers,
            blocked=blocked.get(place, ()),
        )
        if why:
            held.append(Suspicion(one.id, one.number, one.placed_at, tuple(why)))
        customers |= {one.email.lower()} - {""}
        for mark in marks_of(one):
            times.setdefault(mark, []).append(one)
    return held[::-1]


def since_of(rule: FraudRule, moment: datetime) -> datetime:
    """Return how far a velocity rule looks back from a moment."""
    return moment - timedelta(hours=rule.hours or 0)
