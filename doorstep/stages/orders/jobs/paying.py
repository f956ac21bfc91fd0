"""What payments owe: the processor is asked, never inside a transaction.

Each errand bears being run again: the wish is written before the call, and a call whose answer may be lost is looked up by
our reference before anything is asked anew. So nothing is charged, taken or given back twice.
"""

from uuid import UUID

from doorstep.platform.house import House
from doorstep.platform.tasks import errand
from doorstep.stages.orders import acts
from doorstep.stages.orders.model import Payment, PaymentState, RefundState
from doorstep.stages.orders.ports.payment import InDoubtError, PaymentPort, RefusedThereError, port_of


def reference(payment: Payment) -> str:
    """Return our name of a payment at the processor: its id, and the attempt after the first was declined."""
    return str(payment.id) if payment.attempt == 1 else f"{payment.id}-{payment.attempt}"


def _port(house: House, processor: str) -> PaymentPort:
    return port_of(processor, house.settings, house.http)


@errand
async def authorize(house: House, tenant_id: UUID, payment_id: UUID) -> None:
    """Ask the processor to promise the money. If an earlier run may have asked, the payment is in doubt."""
    async with house.db.transaction(tenant_id, actor="system:payment") as tx:
        payment = await acts.fetch_payment(tx, payment_id)
        if payment.state != PaymentState.ASKED:
            return
        port = _port(house, payment.processor)
        if not await acts.begin(tx, payment):
            await acts.doubted(tx, payment_id, "the answer may be lost")
            return
    try:
        charge = await port.authorize(
            reference(payment), payment.token, payment.amount_minor, payment.currency
        )
    except (InDoubtError, RefusedThereError) as error:
        async with house.db.transaction(tenant_id, actor="system:payment") as tx:
            if isinstance(error, RefusedThereError):
                await acts.declined(tx, payment_id, str(error))
            else:
                await acts.doubted(tx, payment_id, str(error))
        return
    async with house.db.transaction(tenant_id, actor="system:payment") as tx:
        if charge.status == "declined":
            await acts.declined(tx, payment_id, charge.decline_code or "declined")
        else:
            await acts.authorized(tx, payment_id, charge.id)


@errand
async def reconcile(house: House, tenant_id: UUID, payment_id: UUID) -> None:
    """Find out what became of a call without an answer, before anything is asked anew."""
    async with house.db.transaction(tenant_id, actor="system:payment") as tx:
        payment = await acts.fetch_payment(tx, payment_id)
    if payment.state != PaymentState.UNKNOWN:
        return
    charge = await _port(house, payment.processor).find(reference(payment))
    async with house.db.transaction(tenant_id, actor="system:payment") as tx:
        if charge is None:
            await acts.ask_again(tx, [payment_id])
        elif charge.status == "declined":
            await acts.declined(tx, payment_id, charge.decline_code or "declined")
        else:
            await acts.authorized(tx, payment_id, charge.id)


@errand
async def capture(house: House, tenant_id: UUID, payment_id: UUID) -> None:
    """Take the promised money of an order that left the house."""
    async with house.db.transaction(tenant_id, actor="system:payment") as tx:
        payment = await acts.fetch_payment(tx, payment_id)
    if payment.state != PaymentState.CAPTURING:
        return
    port = _port(house, payment.processor)
    await port.capture(await _charge_id(port, payment), payment.needed_minor, reference(payment))
    async with house.db.transaction(tenant_id, actor="system:payment") as tx:
        await acts.captured(tx, [payment_id])


@errand
async def void(house: House, tenant_id: UUID, payment_id: UUID) -> None:
    """Give the promise of a canceled order back.

    Where nobody knows whether there is a promise, it is asked for once more under the same key: then it is certain, and
    can be given back.
    """
    async with house.db.transaction(tenant_id, actor="system:payment") as tx:
        payment = await acts.fetch_payment(tx, payment_id)
    if payment.state != PaymentState.VOIDING:
        return
    if payment.asked_at is not None:
        port = _port(house, payment.processor)
        charge_id = payment.reference
        if charge_id is None:
            charge = await port.authorize(
                reference(payment), payment.token, payment.amount_minor, payment.currency
            )
            charge_id = None if charge.status == "declined" else charge.id
        if charge_id is not None:
            await port.void(charge_id)
    async with house.db.transaction(tenant_id, actor="system:payment") as tx:
        await acts.voided(tx, payment_id)


@errand
async def give_back(house: House, tenant_id: UUID, refund_id: UUID) -> None:
    """Give money back that was taken."""
    async with house.db.transaction(tenant_id, actor="system:payment") as tx:
        refund = await acts.fetch_refund(tx, refund_id)
    if refund.state != RefundState.OWED:
        return
    port = _port(house, refund.processor)
    try:
        await port.refund(refund.payment_reference or "", refund.amount_minor, str(refund.id))
    except RefusedThereError as error:
        async with house.db.transaction(tenant_id, actor="system:payment") as tx:
            await acts.refund_refused(tx, refund_id, str(error))
        return
    async with house.db.transaction(tenant_id, actor="system:payment") as tx:
        await acts.refunded(tx, [refund_id])


async def _charge_id(port: PaymentPort, payment: Payment) -> str:
    """Return the processor's name of a payment, looked up by our reference where it was not kept."""
    if payment.reference:
        return payment.reference
    charge = await port.find(reference(payment))
    if charge is None:
        raise InDoubtError(f"the processor does not know {reference(payment)}")
    return charge.id
