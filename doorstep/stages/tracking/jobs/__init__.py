"""What tracking does when things happen elsewhere, and by the clock."""

from doorstep.platform.tasks import Every
from doorstep.stages.tracking.jobs.following import (
    cancel_tracker,
    confirm_cancel,
    hand_over,
    listen_to_silence,
    make_promise,
    start_tracker,
)
from doorstep.stages.tracking.jobs.polling import poll_carriers
from doorstep.stages.tracking.jobs.sending import send_messages

ON = {
    "order.accepted": [make_promise],
    "order.canceled": [confirm_cancel],
    "label.bought": [start_tracker],
    "label.voided": [cancel_tracker],
    "parcel.handed_over": [hand_over],
}
EVERY = {
    "send_messages": Every(1.0, send_messages),
    "poll_carriers": Every(30.0, poll_carriers),
    "listen_to_silence": Every(300.0, listen_to_silence),
}
