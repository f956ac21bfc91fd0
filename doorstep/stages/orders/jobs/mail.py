"""Orders whose merchant wants it are doubted by their mail domain: the name servers are asked, never inside a transaction."""

from uuid import UUID

from doorstep.platform.house import House
from doorstep.platform.tasks import errands
from doorstep.stages.orders.acts import doubting
from doorstep.stages.orders.ports.mail_domains import mail_domains

ACTOR = "system:mail"


@errands
async def doubt_mail(house: House, tenant_id: UUID, order_ids: list[UUID]) -> None:
    """Hold the orders whose mail domain certainly takes no mail; one of which nobody knows anything goes on."""
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        domains = await doubting.domains_of(tx, order_ids)
    dead = await mail_domains(house.settings.dns).dead(domains.values())
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await doubting.hold_dead(tx, {one: domain for one, domain in domains.items() if domain in dead})
