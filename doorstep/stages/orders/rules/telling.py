"""What orders wait for, what acts on them would come to, and why they were promised so: facts in, plain sentences out."""

from collections.abc import Mapping, Sequence
from typing import Any

from doorstep.platform.guards import Guard
from doorstep.platform.measures import money
from doorstep.stages.orders.model import Hold, HoldReason, Payment, PaymentState
from doorstep.stages.orders.model.holding import BY_ITSELF, NEXT

UNPAID = {
    PaymentState.OWED: ("is not paid yet", "payments", "Say that it is arranged, or wait for the customer"),
    PaymentState.ASKED: ("is being asked for", "the processor", "Its answer comes by itself"),
    PaymentState.UNKNOWN: ("has no answer yet", "the house", "It is looked up by itself"),
    PaymentState.DECLINED: ("was declined", "payments", "Ask the customer for another way to pay"),
    PaymentState.LAPSED: ("was promised, but the promise ended", "payments", "Ask for it again"),
}
"""Payments that keep an order: what is said of one, who has it in hand, what is done next."""

NOT_TAKEN = frozenset({*UNPAID, PaymentState.AUTHORIZED}) - {PaymentState.DECLINED}

WHY_THEN = {
    "today": "it came in time to leave the same day",
    "cutoff": "it came after the cut-off of that day",
    "weekend": "it came on a weekend",
    "closed": "the warehouse does not work on that day",
    "backlog": "other work lies before it",
    "awaited": "its goods are awaited until then",
}
"""Why an order is promised for when it is, by the word that the promise keeps."""


def in_words(event: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an event's facts as people are told them: the reason of a promise as a sentence."""
    if event != "order.promised" or facts.get("why") not in WHY_THEN:
        return facts
    return {name: of for name, of in facts.items() if name != "why"} | {"because": WHY_THEN[facts["why"]]}


def own_guards(holds: Sequence[Hold], payments: Sequence[Payment], lacking: int) -> list[Guard]:
    """Return what keeps an unfinished order on this stage: holds, money that is not promised, goods that nobody has.

    Args:
        holds: the open ones.
        payments: all of the order.
        lacking: pieces that are neither promised nor shipped.
    """
    guards = [_held(one) for one in holds]
    reasons = {one.reason for one in holds}
    for one in payments:
        if one.needed_minor and one.state in UNPAID:
            what, who, then = UNPAID[PaymentState(one.state)]
            guards.append(Guard(f"{money(one.needed_minor, one.currency)} by {one.method} {what}", who, then))
    if lacking and HoldReason.OUT_OF_STOCK not in reasons:
        pieces = "1 piece is" if lacking == 1 else f"{lacking} pieces are"
        guards.append(Guard(f"{pieces} promised to nobody", "stock", "Receive goods, or change the order"))
    return guards


def _held(one: Hold) -> Guard:
    what = f"Held for {one.reason.replace('_', ' ')}" + (f": {one.note}" if one.note else "")
    itself = BY_ITSELF.get(HoldReason(one.reason))
    then = NEXT[HoldReason(one.reason)] + (f"; released by itself {itself}" if itself else "")
    return Guard(what, one.owner, then)


def after_release(reason: str, holds: Sequence[Hold], payments: Sequence[Payment], lacking: int) -> str:
    """Return what becomes of an order when one reason is released."""
    others = [one.reason.replace("_", " ") for one in holds if one.reason != reason]
    if reason == HoldReason.OUT_OF_STOCK and lacking:
        pieces = "1 piece is" if lacking == 1 else f"{lacking} pieces are"
        first = f"First {pieces} reserved; if they are not there, nothing is released. Then "
    else:
        first = "Then "
    if others:
        return f"{first}it is still held for {', '.join(others)}."
    if any(one.needed_minor and one.state in UNPAID for one in payments):
        return f"{first}it waits for its payment."
    return f"{first}it is accepted, and the floor gets it."


def after_cancel(payments: Sequence[Payment]) -> list[str]:
    """Return what becomes of an order's money when it is canceled."""
    said = []
    for one in payments:
        if one.state in NOT_TAKEN and one.needed_minor:
            said.append(f"{money(one.needed_minor, one.currency)} by {one.method} are not taken.")
        elif kept := one.captured_minor - one.refunded_minor:
            said.append(
                f"{money(kept, one.currency)} by {one.method} were taken: give them back as a refund."
            )
    return said
