"""When that happens, do this: packed parcels want labels, which are priced, bought when due, and taken back when canceled."""

from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.tasks import Every, errand
from doorstep.platform.webhooks.model import Tells
from doorstep.stages.shipping.acts import buying, manifests, quoting, telling, voiding, wanting
from doorstep.stages.shipping.acts.announcing import about_labels
from doorstep.stages.shipping.acts.buying import read_facts
from doorstep.stages.shipping.model import LabelState
from doorstep.stages.shipping.ports import rate_table
from doorstep.stages.shipping.ports.rate_table import Account, Busy, Declined, Silent, Sold, Taken

ACTOR = "system:shipping"
TAKEN_BACK = Declined("voided", "The carrier sold the label and took it back at once.")


async def want_labels(tx: Tx, parcel_ids: list[UUID]) -> None:
    """Owe a label to parcels just packed, and choose who carries them."""
    await wanting.want(tx, parcel_ids)


async def void_canceled(tx: Tx, order_ids: list[UUID]) -> None:
    """Take back the labels of canceled and merged orders."""
    await voiding.void_canceled(tx, order_ids)


async def void_parcels(tx: Tx, parcel_ids: list[UUID]) -> None:
    """Take back the labels of canceled parcels."""
    await voiding.void_parcels(tx, parcel_ids)


async def tell_shops(tx: Tx, parcel_ids: list[UUID]) -> None:
    """Tell the shops that sold them of parcels that left."""
    await telling.tell_shops(tx, parcel_ids)


@errand
async def ask_prices(house: House, tenant_id: UUID, label_id: UUID) -> None:
    """Ask every carrier that quotes itself what a parcel costs, all at once and not for long, and choose a service."""
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        asked = await quoting.prepare(tx, label_id)
    if asked is None:
        return
    quotes = await rate_table.quote(house.http, asked.accounts, asked.question)
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await wanting.rate(tx, [label_id], quotes)


@errand
async def buy_label(house: House, tenant_id: UUID, label_id: UUID) -> None:
    """Buy one label: say so durably, call once, keep the answer.

    Raises:
        Refused: the carrier is busy or away; nothing was sold, and the worker comes back later.
    """
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        purchase = await buying.send(tx, label_id)
    if purchase is None:
        return
    answer = await rate_table.buy(house.http, purchase.account, purchase.request, purchase.key)
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        match answer:
            case Sold(voided=True):
                await buying.declined(tx, label_id, TAKEN_BACK, [answer.carrier_ref])
            case Sold():
                await buying.bought(tx, label_id, answer)
            case Declined():
                await buying.declined(tx, label_id, answer)
            case Busy(message):
                await buying.hold_back(tx, label_id, message)
            case Silent(message):
                await buying.doubt(tx, label_id, message)
    if isinstance(answer, Busy):
        raise Refused(Reason.OUTSIDE, answer.message)


@errand
async def reconcile_label(house: House, tenant_id: UUID, label_id: UUID) -> None:
    """Ask the carrier, by our reference, what became of a purchase in doubt; never buy from here.

    Raises:
        Refused: the carrier does not say, or does not know it yet; the worker asks again later.
    """
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        purchase = await buying.question(tx, label_id)
    if purchase is None:
        return
    found = await rate_table.find(house.http, purchase.account, purchase.reference, purchase.taken_back)
    if isinstance(found, Busy | Silent):
        raise Refused(Reason.OUTSIDE, found.message)
    once_more = False
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        if found is None:
            once_more = await buying.absent(tx, label_id)
        elif found.voided:
            await buying.declined(tx, label_id, TAKEN_BACK, [found.carrier_ref])
        else:
            await buying.bought(tx, label_id, found)
    if once_more:
        raise Refused(Reason.OUTSIDE, "The carrier does not know the purchase yet.")


@errand
async def void_label(house: House, tenant_id: UUID, label_id: UUID) -> None:
    """Take one label back at its carrier; asking twice is harmless.

    Raises:
        Refused: the carrier is away or does not say; the worker comes back later.
    """
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        facts = await read_facts(tx, label_id)
        if facts.state != LabelState.VOIDING or facts.carrier_ref is None:
            return
        account = await buying.account_of(tx, facts)
    answer = await rate_table.void(house.http, account, facts.carrier_ref)
    if isinstance(answer, Busy | Silent):
        raise Refused(Reason.OUTSIDE, answer.message)
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        if isinstance(answer, Declined) and answer.code != "unknown_shipment":
            await voiding.kept(tx, label_id, answer.message)
        else:
            await voiding.voided(tx, label_id)


@errand
async def tell_carrier(house: House, tenant_id: UUID, manifest_id: UUID) -> None:
    """Tell the carrier which parcels its truck took; telling twice is harmless.

    Raises:
        Refused: the carrier is away or does not say; the worker comes back later.
    """
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        found = await manifests.departure(tx, manifest_id)
    if found is None:
        return
    leaving, shipments = found
    account = Account(leaving.base_url or "", leaving.api_key or "")
    refs, names = list(shipments), []
    not_taken: dict[UUID, str] = {}
    for start in range(0, len(refs), 1000):
        answer = await rate_table.hand_over(house.http, account, refs[start : start + 1000])
        if not isinstance(answer, Taken):
            raise Refused(Reason.OUTSIDE, answer.message)
        names.append(answer.carrier_ref)
        not_taken |= {shipments[ref]: code for ref, code in answer.refused.items() if ref in shipments}
    async with house.db.transaction(tenant_id, actor=ACTOR) as tx:
        await manifests.told(tx, manifest_id, " ".join(names), not_taken)


ON = {
    "parcel.packed": [want_labels],
    "order.canceled": [void_canceled],
    "order.merged": [void_canceled],
    "parcel.canceled": [void_parcels],
    "parcel.handed_over": [tell_shops],
    "label.asking": [ask_prices],
    "label.due": [buy_label],
    "label.unknown": [reconcile_label],
    "label.asked_again": [reconcile_label],
    "label.voiding": [void_label],
    "manifest.closed": [tell_carrier],
}

EVERY = {"close_forgotten": Every(300, manifests.close_forgotten)}

TELLS = {
    "label": Tells(
        about_labels,
        {
            "bought": "A parcel has its label: carrier, service and tracking number are known.",
            "voided": "The label was taken back; the parcel gets another one or does not leave.",
        },
    )
}
