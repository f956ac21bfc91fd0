"""What tracking does when things happen elsewhere, and by the clock."""

from doorstep.platform.tasks import Every
from doorstep.platform.webhooks.model import Tells
from doorstep.stages.tracking.acts.announcing import about_trackers
from doorstep.stages.tracking.jobs.following import (
    cancel_tracker,
    confirm_cancel,
    hand_over,
    listen_to_silence,
    make_promise,
    promise_awaited,
    reckon_arrival,
    start_tracker,
    tell_merged,
)
from doorstep.stages.tracking.jobs.polling import poll_carriers
from doorstep.stages.tracking.jobs.sending import send_messages

ON = {
    "order.accepted": [make_promise],
    "order.refilled": [make_promise],
    "order.held": [promise_awaited],
    "order.hold_released": [promise_awaited],
    "order.canceled": [confirm_cancel],
    "order.merged": [tell_merged],
    "order.changed": [reckon_arrival],
    "label.bought": [start_tracker],
    "label.voided": [cancel_tracker],
    "parcel.handed_over": [hand_over],
}
EVERY = {
    "send_messages": Every(1.0, send_messages),
    "poll_carriers": Every(30.0, poll_carriers),
    "listen_to_silence": Every(300.0, listen_to_silence),
}
TELLS = {
    "tracker": Tells(
        about_trackers,
        {
            "picked_up": "The carrier has the parcel.",
            "in_transit": "The parcel is on its way.",
            "customs": "Customs have the parcel.",
            "delayed": "The carrier says that it takes longer.",
            "held": "The carrier keeps the parcel; `reason` says why, where the carrier does.",
            "out_for_delivery": "The parcel is on the last van.",
            "attempt_failed": "Nobody took the parcel at the door.",
            "available_for_pickup": "The parcel waits to be fetched.",
            "delivered": "The parcel arrived.",
            "returning": "The parcel is on its way back.",
            "returned": "The parcel came back.",
            "lost": "The carrier lost the parcel.",
            "damaged": "The carrier damaged the parcel.",
        },
        facts=("reason",),
    )
}
