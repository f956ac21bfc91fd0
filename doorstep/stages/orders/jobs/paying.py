"""What payments owe: the processor is asked, never inside a transaction.

Each errand bears being run again: the wish is written before the call, and a call whose answer may be lost is looked up by
our reference before anything is asked anew. So nothing is charged, taken or given back twice.
"""

from datetime import UTC, datetime
from uuid import UUID

from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.tasks import errand
from doorstep.stages.orders import acts
from doorstep.stages.orders.acts.money import accounts, taking
from doorstep.stages.orders.model import Payment, PaymentState, RefundState
from doorstep.stages.orders.ports.payment import (
    Ask,
    Charge,
    InDoubtError,
    NotNowError,
    PaymentPort,
    RefusedThereError,
)
from doorstep.stages.orders.ports.processors import port_of

ACTOR = "system:payment"


def ask_of(payment: Payment) -> Ask:
    """Return what the processor is asked; our name is the payment's id, and the attempt after the first was declined."""
    name = str(payment.id) if payment.attempt == 1 else f"{payment.id}-{payment.attempt}"
    return Ask(
        name, payment.token, payment.amount_minor, payment.currency, payment.reference, payment.called_at
    )


async def _port(house: House, tenant_id: UUID, order_id: UUID, processor: str) -> PaymentPort:
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        account = await accounts.account_of(tx, order_id, processor)
    return port_of(processor, account, house.settings, house.http)


async def _payment(house: House, tenant_id: UUID, payment_id: UUID) -> Payment:
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        return await acts.fetch_payment(tx, payment_id)


@errand
async def authorize(house: House, tenant_id: UUID, payment_id: UUID) -> None:
    """Ask the processor to promise the money. If an earlier run may have asked, the payment is in doubt."""
    payment = await _payment(house, tenant_id, payment_id)
    if payment.state != PaymentState.ASKED:
        return
    try:
        port = await _port(house, tenant_id, payment.order_id, payment.processor)
    except Refused as missing:
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            await acts.declined(tx, payment_id, missing.message)
        return
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        payment = await acts.fetch_payment(tx, payment_id)
        if payment.state != PaymentState.ASKED:
            return
        if not await acts.begin(tx, payment, datetime.now(UTC)):
            await acts.doubted(tx, payment_id, "the answer may be lost")
            return
    try:
        charge = await port.authorize(ask_of(payment))
    except NotNowError:
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            await acts.not_begun(tx, payment_id)
        raise
    except (InDoubtError, RefusedThereError) as error:
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            if isinstance(error, RefusedThereError):
                await acts.declined(tx, payment_id, str(error))
            else:
                await acts.doubted(tx, payment_id, str(error))
        return
    await _learn(house, tenant_id, payment_id, charge)


async def _learn(house: House, tenant_id: UUID, payment_id: UUID, charge: Charge) -> None:
    """Write down what the processor says of a payment that was asked for."""
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        if charge.status in ("declined", "voided"):
            await acts.declined(tx, payment_id, charge.decline_code or charge.status)
            return
        await acts.authorized(tx, payment_id, charge.id, charge.expires_at, parts=charge.parts)
        if charge.status in ("captured", "refunded"):
            await acts.captured(tx, [payment_id])


@errand
async def reconcile(house: House, tenant_id: UUID, payment_id: UUID) -> None:
    """Find out what became of a call without an answer, before anything is asked anew."""
    payment = await _payment(house, tenant_id, payment_id)
    if payment.state != PaymentState.UNKNOWN:
        return
    port = await _port(house, tenant_id, payment.order_id, payment.processor)
    charge = await port.find(ask_of(payment))
    if charge is not None:
        await _learn(house, tenant_id, payment_id, charge)
        return
    anew = port.settles_s is not None
    if anew and not _settled(port, payment):
        raise InDoubtError("the call may still be under way")
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await acts.ask_again(tx, [payment_id], anew=anew)


def _settled(port: PaymentPort, payment: Payment) -> bool:
    """Return whether what the processor does not know of now, it will never know of."""
    if port.settles_s is None or payment.called_at is None:
        return False
    return (datetime.now(UTC) - payment.called_at).total_seconds() > port.settles_s


@errand
async def capture(house: House, tenant_id: UUID, payment_id: UUID) -> None:
    """Take the promised money of an order that left the house."""
    payment = await _payment(house, tenant_id, payment_id)
    if payment.state != PaymentState.CAPTURING:
        return
    port = await _port(house, tenant_id, payment.order_id, payment.processor)
    if payment.parts and payment.due_minor:
        await _take_parts(house, tenant_id, payment, port)
        return
    ask = ask_of(payment)
    try:
        await port.capture(
            await _charge_id(port, payment), payment.needed_minor, payment.currency, ask.reference
        )
    except RefusedThereError as error:
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            await acts.lapsed(tx, [payment_id], f"it could not be taken ({error}).")
        return
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await acts.captured(tx, [payment_id])


async def _take_parts(house: House, tenant_id: UUID, payment: Payment, port: PaymentPort) -> None:
    """Take what parcels want of a promise, one part after the other; let go of the rest when no more is needed."""
    while True:
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            payment, part = await taking.next_part(tx, payment)
        if payment.state != PaymentState.CAPTURING:
            return
        if part is None:
            break
        try:
            await port.take(
                payment.reference or "",
                part.amount_minor,
                payment.currency,
                str(part.id),
                payment.captured_minor,
            )
        except RefusedThereError as error:
            async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
                await acts.lapsed(tx, [payment.id], f"it could not be taken ({error}).")
            continue
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            await taking.taken(tx, [part.id])
    if payment.captured_minor < payment.needed_minor:
        return
    if payment.captured_minor < payment.amount_minor:
        await port.finish(payment.reference or "")
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await acts.captured(tx, [payment.id])


@errand
async def void(house: House, tenant_id: UUID, payment_id: UUID) -> None:
    """Give the promise of a canceled order back.

    Where nobody knows whether there is a promise, it is asked for once more under the same key: then it is certain, and
    can be given back.
    """
    payment = await _payment(house, tenant_id, payment_id)
    if payment.state != PaymentState.VOIDING:
        return
    if payment.asked_at is not None:
        port = await _port(house, tenant_id, payment.order_id, payment.processor)
        charge_id = await _promised(port, payment)
        if charge_id is not None:
            await port.void(charge_id)
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await acts.voided(tx, payment_id)


async def _promised(port: PaymentPort, payment: Payment) -> str | None:
    """Return the processor's name of a promise; None when there is none and never will be."""
    if payment.reference is not None:
        return payment.reference
    charge = await port.find(ask_of(payment))
    if charge is None and _settled(port, payment):
        return None
    try:
        charge = charge or await port.authorize(ask_of(payment))
    except RefusedThereError:
        return None
    return None if charge.status in ("declined", "voided") else charge.id


async def _charge_id(port: PaymentPort, payment: Payment) -> str:
    """Return the processor's name of a promise that we know is there."""
    found = await _promised(port, payment)
    if found is None:
        raise RefusedThereError("the processor does not know it")
    return found


@errand
async def renew(house: House, tenant_id: UUID, payment_id: UUID) -> None:
    """Give back what is left of a promise that ends; where the account keeps cards, ask for it anew."""
    payment = await _payment(house, tenant_id, payment_id)
    if payment.state != PaymentState.LAPSED:
        return
    port = await _port(house, tenant_id, payment.order_id, payment.processor)
    if payment.reference is not None:
        try:
            await port.void(payment.reference)
        except RefusedThereError:
            await look(house, tenant_id, payment_id)
            return
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        account = await accounts.account_of(tx, payment.order_id, payment.processor)
        again = account is not None and account.renews and not payment.token.startswith("pi_")
        if again and payment.needed_minor:
            await acts.ask_again(tx, [payment_id])


@errand
async def look(house: House, tenant_id: UUID, payment_id: UUID) -> None:
    """Ask the processor how a payment stands that it called about, and follow: calls come late, twice and out of order."""
    payment = await _payment(house, tenant_id, payment_id)
    port = await _port(house, tenant_id, payment.order_id, payment.processor)
    charge = await port.find(ask_of(payment))
    if charge is None:
        return
    if payment.state in (PaymentState.ASKED, PaymentState.UNKNOWN):
        await _learn(house, tenant_id, payment_id, charge)
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        if payment.state == PaymentState.AUTHORIZED and charge.status == "voided":
            await acts.lapsed(tx, [payment_id], "the promise was ended at the processor.")
        if charge.status == "captured":
            await acts.captured(tx, [payment_id])
            await acts.found_refunded(tx, payment_id, charge.refunded_minor)


@errand
async def give_back(house: House, tenant_id: UUID, refund_id: UUID) -> None:
    """Give money back that was taken."""
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        refund = await acts.fetch_refund(tx, refund_id)
    if refund.state != RefundState.OWED:
        return
    port = await _port(house, tenant_id, refund.order_id, refund.processor)
    try:
        await port.refund(
            refund.payment_reference or "", refund.amount_minor, refund.currency, str(refund.id)
        )
    except RefusedThereError as error:
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            await acts.refund_refused(tx, refund_id, str(error))
        return
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await acts.refunded(tx, [refund_id])
