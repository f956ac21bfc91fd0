"""What orders owe: processors and shops are asked, never inside a transaction; reservations that ran out have an end."""

from typing import Any
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.tasks import Every
from doorstep.platform.webhooks.model import Tells
from doorstep.stages.orders import acts
from doorstep.stages.orders.acts import baskets, fraud, importing, tending
from doorstep.stages.orders.acts.channels import hearing
from doorstep.stages.orders.acts.edi import answering
from doorstep.stages.orders.acts.money import accounts
from doorstep.stages.orders.jobs.edi import deliver
from doorstep.stages.orders.jobs.folders import attend_folders
from doorstep.stages.orders.jobs.levels import follow_feed, tell_levels
from doorstep.stages.orders.jobs.mail import doubt_mail
from doorstep.stages.orders.jobs.paying import (
    authorize,
    capture,
    give_back,
    look,
    reconcile,
    renew,
    void,
)
from doorstep.stages.orders.jobs.shops import attend_shops, confirm, tell_parcel

ON: dict[str, list[Any]] = {
    "payment.asked": [authorize],
    "payment.unknown": [reconcile],
    "payment.capturing": [capture],
    "payment.voiding": [void],
    "payment.lapsed": [renew],
    "payment.told": [look],
    "payment.disputed": [acts.hold_disputed],
    "refund.owed": [give_back],
    "stock.received": [tending.fill_waiting],
    "inspection.released": [tending.fill_waiting],
    "inspection.sorted": [tending.fill_waiting],
    "reservation.short": [acts.hold_short],
    "reservation.expired": [acts.drop_unpaid],
    "shop.heard": [hearing.fold],
    "shop.taken": [confirm],
    "shop.parcel_owed": [tell_parcel],
    "shop.advice_owed": [answering.advise],
    "shop.document_owed": [deliver],
    "order.mail_asked": [doubt_mail],
    "order.accepted": [answering.answer_orders],
    "order.held": [answering.answer_orders, tending.tell_wants],
    "order.hold_placed": [tending.tell_wants],
    "order.hold_released": [tending.tell_wants],
    "order.changed": [tending.tell_wants],
    "order.refilled": [tending.tell_wants],
    "order.canceled": [answering.answer_orders, tending.tell_wants],
}


async def end_due_holds(tx: Tx, _tenants: list[UUID]) -> None:
    """End the holds whose time has come."""
    await tending.end_due(tx)


EVERY = {
    "end_due_holds": Every(15.0, end_due_holds),
    "fill_freed": Every(30.0, tending.fill_freed),
    "forget_uploads": Every(3600.0, importing.forget_uploads),
    "forget_shop_calls": Every(3600.0, hearing.forget_calls),
    "forget_account_calls": Every(3600.0, accounts.forget_account_calls),
    "forget_baskets": Every(3600.0, baskets.forget_baskets),
    "forget_marks": Every(3600.0, fraud.forget_marks),
    "lapse_promises": Every(600.0, acts.lapse),
    "attend_shops": Every(15.0, attend_shops),
    "attend_folders": Every(15.0, attend_folders),
    "tell_levels": Every(60.0, tell_levels),
}

WATCHES = [follow_feed]

TELLS = {
    "order": Tells(
        acts.about,
        {
            "placed": "An order walked in and its goods are reserved; whether it may go on is not decided yet.",
            "held": "Something keeps the order; `reason` says what.",
            "accepted": "Nothing keeps the order any more: the floor may begin.",
            "canceled": "The order is called off; its goods are free again.",
            "merged": "The order became part of another one of the customer; its goods, money and promise went there.",
            "closed": "Everything of the order arrived, or came to another end.",
        },
        facts=("reason", "into"),
    ),
    "refund": Tells(acts.about_refunds, {"refunded": "Money went back to the customer."}),
}
