"""Orders that cannot be reached by mail are doubted: a hold of its own, which a person releases."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.orders.acts.holding import hold_each
from doorstep.stages.orders.model import HoldReason
from doorstep.stages.orders.rules.reaching import mail_domain, said_dead

Q = Statements("doorstep.stages.orders")


async def domains_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the mail domains of orders that have not left and whose merchant wants them checked; others are left out."""
    return {order_id: mail_domain(email) for order_id, email in await tx.tuples(Q.mails_of, ids=list(ids))}


async def hold_dead(tx: Tx, domains: Mapping[UUID, str]) -> list[UUID]:
    """Hold orders whose mail domains take no mail, unless they left meanwhile; return those that were not held for it before."""
    still = await domains_of(tx, list(domains))
    wanted = [
        (one, HoldReason.EMAIL, said_dead(domain)) for one, domain in still.items() if domain == domains[one]
    ]
    return await hold_each(tx, wanted)
