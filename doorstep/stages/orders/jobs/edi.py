"""Delivering our sets to partners: outside of any transaction, tried again until the partner takes them."""

from uuid import UUID

from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.tasks import errand
from doorstep.stages.orders.acts.edi import answering, partners
from doorstep.stages.orders.jobs.shops import Troubles
from doorstep.stages.orders.ports.channels import partner as port

ACTOR = "system:edi"


@errand
async def deliver(house: House, tenant_id: UUID, sending: UUID) -> None:
    """Deliver one set; a partner that took it before knows it by its control number.

    Raises:
        Refused: the partner is busy or away; the worker comes back later.
    """
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        owed = await answering.waiting(tx, sending)
        if owed is None:
            return
        partner = await partners.find_partner(tx, owed.shop_id)
    try:
        await port.deliver(house.http, partner, owed.body)
    except Troubles as trouble:
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            await answering.sent(tx, owed.id, str(trouble))
            await partners.went_wrong(tx, partner.id, str(trouble))
        raise Refused(Reason.OUTSIDE, str(trouble)) from None
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await answering.sent(tx, owed.id)
        await partners.went_well(tx, partner.id)
