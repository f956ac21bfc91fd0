"""Fraud rules and blocks over JSON: what holds an order for a person to look at, and a try of it on the orders that are there."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.stages.orders.acts import find_merchant, fraud
from doorstep.stages.orders.model.asked import AMOUNT_MAX, ONE_LINE, Word
from doorstep.stages.orders.model.fraud import BlockField, NewFraudRule, RuleKind, SameBy

READERS = allow(*DESK, Role.MERCHANT, scope="orders:read")
WRITERS = allow(*DESK, scope="orders:write")

Merchant = Annotated[Word, Meta(description="The merchant's code; left out: of every merchant.")]


class FraudRuleIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A rule. `velocity` says `same_by`, `most` and `hours`; `amount` and `first_amount` an amount and its currency."""

    kind: RuleKind
    merchant: Merchant | None = None
    same_by: SameBy | None = None
    most: (
        Annotated[int, Meta(ge=1, le=10_000, description="Orders that are usual within these hours.")] | None
    ) = None
    hours: Annotated[int, Meta(ge=1, le=720)] | None = None
    amount_minor: Annotated[int, Meta(ge=1, le=AMOUNT_MAX)] | None = None
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", examples=["EUR"])] | None = None


class FraudRuleOut(msgspec.Struct, kw_only=True):
    """A rule as it is kept."""

    id: UUID
    kind: str
    merchant: str | None
    same_by: str | None
    most: int | None
    hours: int | None
    amount_minor: int | None
    currency: str | None
    made_by: str
    made_at: datetime


class FraudBlockIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Somebody whose orders are held."""

    field: BlockField
    value: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=300,
            pattern=ONE_LINE,
            description="An address as `street and number, postal code, country`. Spelling does not matter.",
            examples=["eve@example.org"],
        ),
    ]
    note: Annotated[str, Meta(max_length=500, pattern=ONE_LINE)] = ""
    merchant: Merchant | None = None


class FraudBlockOut(msgspec.Struct, kw_only=True):
    """Somebody who is blocked."""

    id: UUID
    field: str
    shown: str
    note: str
    merchant: str | None
    made_by: str
    made_at: datetime


class SuspicionOut(msgspec.Struct, kw_only=True):
    """An order that would have been held, and why."""

    id: UUID
    number: int
    placed_at: datetime
    why: list[str]


class TriedOut(msgspec.Struct, kw_only=True):
    """What the rules and blocks of now would have held of the newest orders."""

    looked_at: int
    held: list[SuspicionOut]


async def merchant_named(tx: Tx, code: str | None, own: UUID | None) -> UUID | None:
    """Return whose rule it is: of the merchant that the caller is bound to, of the named one, or of all.

    Raises:
        Refused: there is no such merchant for this caller.
    """
    if code is None:
        return own
    found = await find_merchant(tx, code)
    if found is None or own not in (None, found):
        raise unknown("merchant", code[:40])
    return found


@get("/api/fraud/rules", opt=READERS)
async def read_fraud_rules(house: InHouse, who: Caller) -> list[FraudRuleOut]:
    """List the rules by which orders are held for fraud."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        rules = await fraud.fraud_rules(tx, who.merchant_id)
    return [
        FraudRuleOut(**{name: getattr(one, name) for name in FraudRuleOut.__struct_fields__}) for one in rules
    ]


@post("/api/fraud/rules", opt=WRITERS)
async def make_fraud_rule(
    data: JSONBody[FraudRuleIn], request: Asked, house: InHouse, who: Caller
) -> Response[dict[str, UUID]]:
    """Make a rule. Orders that come from now on are held by it; in other processes within five seconds."""

    async def act(tx: Tx) -> dict[str, UUID]:
        merchant_id = await merchant_named(tx, data.merchant, who.merchant_id)
        said = {name: getattr(data, name) for name in FraudRuleIn.__struct_fields__ if name != "merchant"}
        return {"id": await fraud.add_fraud_rule(tx, NewFraudRule(merchant_id=merchant_id, **said))}

    return await once(request, house, who, act)  # type: ignore[return-value]


@delete("/api/fraud/rules/{rule_id:uuid}", opt=WRITERS, status_code=204)
async def drop_fraud_rule(rule_id: FromPath[UUID], house: InHouse, who: Caller) -> None:
    """Take a rule back. What it held stays held until it is released."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await fraud.drop_fraud_rule(tx, rule_id, who.merchant_id)


@get("/api/fraud/blocks", opt=READERS)
async def read_fraud_blocks(house: InHouse, who: Caller) -> list[FraudBlockOut]:
    """List who is blocked, newest first; five hundred at most."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        blocks = await fraud.fraud_blocks(tx, who.merchant_id)
    return [
        FraudBlockOut(**{name: getattr(one, name) for name in FraudBlockOut.__struct_fields__})
        for one in blocks
    ]


@post("/api/fraud/blocks", opt=WRITERS)
async def make_fraud_block(
    data: JSONBody[FraudBlockIn], request: Asked, house: InHouse, who: Caller
) -> Response[dict[str, UUID]]:
    """Block a mailbox, a mail domain, a phone number, a name, an address or a card: orders with it are held."""

    async def act(tx: Tx) -> dict[str, UUID]:
        merchant_id = await merchant_named(tx, data.merchant, who.merchant_id)
        return {"id": await fraud.add_fraud_block(tx, data.field, data.value, data.note, merchant_id)}

    return await once(request, house, who, act)  # type: ignore[return-value]


@delete("/api/fraud/blocks/{block_id:uuid}", opt=WRITERS, status_code=204)
async def drop_fraud_block(block_id: FromPath[UUID], house: InHouse, who: Caller) -> None:
    """Unblock somebody."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await fraud.drop_fraud_block(tx, block_id, who.merchant_id)


@get("/api/fraud/try", opt=READERS)
async def try_fraud_rules(house: InHouse, who: Caller) -> TriedOut:
    """Tell which of the newest thousand orders the rules and blocks of now would have held, counting among these alone."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        looked_at, held = await fraud.try_rules(tx, who.merchant_id)
    return TriedOut(
        looked_at=looked_at,
        held=[
            SuspicionOut(id=one.id, number=one.number, placed_at=one.placed_at, why=list(one.why))
            for one in held
        ],
    )


ROUTES: list[Any] = [
    read_fraud_rules,
    make_fraud_rule,
    drop_fraud_rule,
    read_fraud_blocks,
    make_fraud_block,
    drop_fraud_block,
    try_fraud_rules,
]
