"""Who carries parcels: carriers and their services."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from doorstep.platform.db import Tx, locked_of
from doorstep.platform.errors import unknown
from doorstep.platform.statements import Statements
from doorstep.stages.catalog.acts.writing import put, refuse
from doorstep.stages.catalog.model import Carrier, Service
from doorstep.stages.catalog.rules import fitness

Q = Statements("doorstep.stages.catalog")
SECRETS = ("api_key", "hook_secret")


async def add_carriers(tx: Tx, carriers: Sequence[Carrier]) -> list[UUID]:
    """Add carriers and return their ids.

    Raises:
        Refused: a field does not fit, or a code is taken.
    """
    refuse(fitness.all_faults([fitness.carrier_faults(one) for one in carriers]))
    sealed = [
        replace(one, api_key=tx.seal(one.api_key), hook_secret=tx.seal(one.hook_secret)) for one in carriers
    ]
    await put(tx, Q.add_carriers, sealed)
    return [one.id for one in carriers]


async def switch_carrier(tx: Tx, carrier_id: UUID, *, active: bool) -> None:
    """Use a carrier again, or no longer.

    Raises:
        Refused: the carrier is not there.
    """
    if not await tx.run(Q.switch_carrier, id=carrier_id, active=active):
        raise unknown("carrier", carrier_id)


async def carriers_of(tx: Tx, ids: Sequence[UUID] | None = None) -> dict[UUID, Carrier]:
    """Return carriers by id (all when no ids are given), in the order of their codes; their secrets stay sealed."""
    rows = await tx.rows(Q.carriers, Carrier, ids=None if ids is None else list(ids))
    return {one.id: one for one in rows}


async def reseal(tx: Tx) -> int:
    """Seal the secrets of carriers with the newest key; return how many carriers there are."""
    found = tx.opened(await tx.rows(Q.lock_carriers, Carrier), *SECRETS)
    await tx.run(
        Q.reseal_carriers,
        ids=[one.id for one in found],
        api_keys=[tx.seal(one.api_key) for one in found],
        hook_secrets=[tx.seal(one.hook_secret) for one in found],
    )
    return len(found)


async def locked(tx: Tx) -> list[str]:
    """Return the carriers whose secrets cannot be opened, and why."""
    return locked_of(tx, "carrier", (await carriers_of(tx)).values(), SECRETS)


async def add_services(tx: Tx, services: Sequence[Service]) -> list[UUID]:
    """Add services and return their ids.

    Raises:
        Refused: a field does not fit, a zone has no price, a code is taken, or the carrier is not there.
    """
    carriers = await carriers_of(tx, [one.carrier_id for one in services])
    faults = [
        fitness.service_faults(one, carriers[one.carrier_id].kind if one.carrier_id in carriers else None)
        for one in services
    ]
    refuse(fitness.all_faults(faults))
    await put(tx, Q.add_services, services)
    return [one.id for one in services]


async def services_of(tx: Tx, ids: Sequence[UUID] | None = None) -> dict[UUID, Service]:
    """Return services by id (all when no ids are given)."""
    rows = await tx.rows(Q.services, Service, ids=None if ids is None else list(ids))
    return {one.id: one for one in rows}
