"""Partners whose mailbox is a folder: what lies in it is taken, what they are owed is laid into it.

A file is put away after what it says was committed. Whoever dies between the two takes it once more, and an interchange that came
before changes nothing. What we lay out is noted as sent after it lies there; laid out again, it is the same file.
"""

import asyncio
import time
from pathlib import Path
from uuid import UUID

import structlog

from doorstep.platform import auth
from doorstep.platform.errors import Fault, Refused, invalid
from doorstep.platform.house import House
from doorstep.platform.tasks import errand
from doorstep.stages.orders.acts.edi import answering, partners, receiving
from doorstep.stages.orders.jobs.shops import RUN_S
from doorstep.stages.orders.model.edi import Partner
from doorstep.stages.orders.ports.channels import folder
from doorstep.stages.orders.rules.x12.reading import TEXT_MAX

log = structlog.get_logger()
ACTOR = "system:edi"


@errand
async def attend_folders(house: House, tenant_id: UUID, _subject: UUID) -> None:
    """Empty the mailboxes of partners without an address, and lay out what they are owed; one in trouble holds up none of the others."""
    if house.settings.edi_folder is None:
        return
    code = next((one.code for one in await auth.tenants(house.db) if one.id == tenant_id), None)
    if code is None:
        return
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        found = [one for one in await partners.partners(tx) if not one.base_url]
    until = time.monotonic() + RUN_S
    for partner in found:
        mailbox = house.settings.edi_folder / code / partner.code
        try:
            await asyncio.to_thread(folder.furnish, mailbox)
            await _empty(house, tenant_id, partner, mailbox, until)
            await _lay_out(house, tenant_id, partner, mailbox, until)
        except OSError as error:
            log.info("edi_folder_trouble", partner=partner.code, kind=type(error).__name__)
            async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
                why = f"The mailbox {mailbox} cannot be used: {error.strerror}. Let the house read and write it."
                await partners.went_wrong(tx, partner.id, why)


async def _empty(house: House, tenant_id: UUID, partner: Partner, mailbox: Path, until: float) -> None:
    """Take each file that is complete: into `archive`, or into `failed` with what is wrong beside it."""
    for name in await asyncio.to_thread(folder.waiting, mailbox):
        if time.monotonic() > until:
            return
        content = await asyncio.to_thread(folder.take, mailbox, name, TEXT_MAX)
        if content is None:
            continue
        try:
            await _take(house, tenant_id, partner, content)
        except Refused as refused:
            why = "\n".join([refused.message, *(fault.message for fault in refused.faults)])
            async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
                await partners.went_wrong(tx, partner.id, f"The file {name[:80]!r} was not taken: {why}")
            await asyncio.to_thread(folder.put_away, mailbox, name, "failed", why)
            continue
        await asyncio.to_thread(folder.put_away, mailbox, name, "archive")


async def _take(house: House, tenant_id: UUID, partner: Partner, content: bytes) -> None:
    if len(content) > TEXT_MAX:
        message = f"A file has at most {TEXT_MAX // 10**6} MB. Send fewer interchanges at once."
        raise invalid([Fault("/file", "too_large", message)])
    text = content.decode("utf-8", "replace").replace("\x00", "")
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await receiving.receive(tx, text, only=partner.id)
        await partners.went_well(tx, partner.id)


async def _lay_out(house: House, tenant_id: UUID, partner: Partner, mailbox: Path, until: float) -> None:
    """Lay what a partner is owed into `out`, the oldest first, each under the number that it is known by."""
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        owed = await answering.to_be_fetched(tx, partner.id)
    for one in owed:
        if time.monotonic() > until:
            return
        await asyncio.to_thread(folder.post, mailbox, f"{int(one.control):09}-{one.kind}.edi", one.body)
        async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
            await answering.sent(tx, one.id)
