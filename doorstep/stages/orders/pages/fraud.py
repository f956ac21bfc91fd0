"""The page of fraud: the rules, whom the company blocks, and what both would have held."""

from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import get, post

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Refused, invalid
from doorstep.platform.house import House
from doorstep.platform.measures import decimals
from doorstep.platform.pages import back, page
from doorstep.platform.shape import faults as faults_of
from doorstep.stages import catalog
from doorstep.stages.orders.acts import fraud
from doorstep.stages.orders.api.fraud import FraudBlockIn, FraudRuleIn, merchant_named
from doorstep.stages.orders.model.fraud import BlockField, NewFraudRule, RuleKind, SameBy
from doorstep.stages.orders.rules.cells import amount
from doorstep.stages.orders.rules.fraud import CALLED

Shape = TypeVar("Shape")
READERS = allow(*DESK, Role.MERCHANT)
WRITERS = allow(*DESK)
KINDS = {
    RuleKind.VELOCITY: "Many orders of one customer",
    RuleKind.AMOUNT: "A large order",
    RuleKind.FIRST_AMOUNT: "A large first order",
    RuleKind.PHONE_ABROAD: "A phone of another country",
}
SAYS = {
    "/same_by": "Choose what the orders have in common.",
    "/most": "Say how many orders are usual, 1 to 10,000.",
    "/hours": "Say within how many hours, 1 to 720.",
    "/amount_minor": "Write an amount above 0, like 500.00.",
    "/currency": "Write the currency by its three letters, like EUR.",
    "/value": "Write who is blocked.",
    "/note": "Write at most 500 letters in one line.",
}
"""What to do when a field of a form does not fit."""


@get("/fraud", opt=READERS, include_in_schema=False)
async def fraud_page(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the rules and the blocks, with the forms for one more of each."""
    return await _show(request, house, who)


@get("/fraud/try", opt=READERS, include_in_schema=False)
async def try_page(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show which of the newest orders the rules and blocks of now would have held."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        tried = await fraud.try_rules(tx, who.merchant_id)
    return await _show(request, house, who, tried=tried)


async def _show(
    request: Asked,
    house: House,
    who: Principal,
    *,
    said: dict[str, str] | None = None,
    faults: list[Fault] | None = None,
    tried: tuple[int, list[Any]] | None = None,
) -> Any:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        rules = await fraud.fraud_rules(tx, who.merchant_id)
        blocks = await fraud.fraud_blocks(tx, who.merchant_id)
        sellers = await catalog.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
    return page(
        request,
        "orders/fraud.html",
        status=422 if faults else 200,
        rules=rules,
        blocks=blocks,
        merchants=[(one.code, one.name) for one in sellers.values()],
        kinds=[(str(kind), text) for kind, text in KINDS.items()],
        kind_names=KINDS,
        same_bys=[(str(by), CALLED[by]) for by in SameBy],
        fields=[(str(field), CALLED[field]) for field in BlockField],
        called=CALLED,
        said=said or {},
        faults=faults or [],
        tried=tried,
        writes=bool({Role.OWNER, *DESK} & who.roles),
    )


@post("/fraud/rules", opt=WRITERS, include_in_schema=False, status_code=200)
async def make_rule(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Make a rule, or show again what was typed with what is wrong."""
    said = _plain(data)
    try:
        rule = _rule(said)
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            merchant_id = await merchant_named(tx, rule.merchant, who.merchant_id)
            values = {
                name: getattr(rule, name) for name in FraudRuleIn.__struct_fields__ if name != "merchant"
            }
            await fraud.add_fraud_rule(tx, NewFraudRule(merchant_id=merchant_id, **values))
    except Refused as refused:
        return await _show(request, house, who, said=said, faults=_told(refused))
    return back("/fraud", "The rule holds from now on.")


def _rule(said: dict[str, str]) -> FraudRuleIn:
    """Return what was typed as a rule; fields that its kind has no use for are left out."""
    kind = said.get("kind", "")
    asked: dict[str, Any] = {"kind": kind, "merchant": said.get("merchant") or None}
    if kind == RuleKind.VELOCITY:
        asked |= {
            "same_by": said.get("same_by", ""),
            "most": _whole(said, "most"),
            "hours": _whole(said, "hours"),
        }
    elif kind in (RuleKind.AMOUNT, RuleKind.FIRST_AMOUNT):
        currency = said.get("currency", "").upper()
        minor = amount(said.get("amount", ""), decimals(currency), comma=False)
        asked |= {"currency": currency, "amount_minor": 0 if minor is None else minor}
    return _shaped(asked, FraudRuleIn)


def _whole(said: dict[str, str], name: str) -> int:
    text = said.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


@post("/fraud/blocks", opt=WRITERS, include_in_schema=False, status_code=200)
async def make_block(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Block somebody, or show again what was typed with what is wrong."""
    said = _plain(data)
    try:
        asked = {name: said.get(name, "") for name in ("field", "value", "note")}
        block = _shaped({**asked, "merchant": said.get("merchant") or None}, FraudBlockIn)
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            merchant_id = await merchant_named(tx, block.merchant, who.merchant_id)
            await fraud.add_fraud_block(tx, block.field, block.value, block.note, merchant_id)
    except Refused as refused:
        return await _show(request, house, who, said=said, faults=_told(refused))
    return back("/fraud", "Their orders are held from now on.")


@post("/fraud/rules/{rule_id:uuid}/drop", opt=WRITERS, include_in_schema=False, status_code=200)
async def drop_rule(house: InHouse, who: Caller, rule_id: FromPath[UUID]) -> Any:
    """Take a rule back."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await fraud.drop_fraud_rule(tx, rule_id, who.merchant_id)
    return back("/fraud", "The rule is gone. What it held stays held until it is released.")


@post("/fraud/blocks/{block_id:uuid}/drop", opt=WRITERS, include_in_schema=False, status_code=200)
async def drop_block(house: InHouse, who: Caller, block_id: FromPath[UUID]) -> Any:
    """Unblock somebody."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await fraud.drop_fraud_block(tx, block_id, who.merchant_id)
    return back("/fraud", "The block is gone.")


def _plain(data: dict[str, str]) -> dict[str, str]:
    return {name: value.strip().replace("\x00", "") for name, value in data.items()}


def _shaped(asked: dict[str, Any], shape: type[Shape]) -> Shape:
    body = msgspec.json.encode(asked)
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise invalid(faults_of(body, shape) or [Fault("", "invalid", str(error))]) from None


def _told(refused: Refused) -> list[Fault]:
    found = refused.faults or [Fault("", "refused", refused.message)]
    return [
        Fault(
            one.pointer,
            one.code,
            one.message if one.code == "not_a_value" else SAYS.get(one.pointer, one.message),
        )
        for one in found
    ]


ROUTES: list[Any] = [fraud_page, try_page, make_rule, make_block, drop_rule, drop_block]
