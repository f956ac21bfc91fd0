"""The verbs of the floor, one function per business act; each takes the open transaction."""

from doorstep.stages.warehouse.acts.answers import Hand, PickAnswer, ScanIn, StopOut
from doorstep.stages.warehouse.acts.benches import PackAnswer, PackLine, ParcelOut
from doorstep.stages.warehouse.acts.closing import Reading, change_box, close, read_slip
from doorstep.stages.warehouse.acts.follow import follow_changes, pack_anew
from doorstep.stages.warehouse.acts.leave import (
    Parcel,
    ParcelItem,
    cancel,
    follow_shortages,
    hand_over,
    parcels_of,
    stop,
)
from doorstep.stages.warehouse.acts.pack import look as look_at_bench
from doorstep.stages.warehouse.acts.pack import open_work
from doorstep.stages.warehouse.acts.pack import scan as scan_into_box
from doorstep.stages.warehouse.acts.pack_list import Bench, Boxed, BoxVerdict, benches, pack_boxes
from doorstep.stages.warehouse.acts.pick import Stop, fill_tote, skip
from doorstep.stages.warehouse.acts.pick import look as look_at_cart
from doorstep.stages.warehouse.acts.pick import scan as scan_pick
from doorstep.stages.warehouse.acts.pick_list import Rejected, Reported, report_picks, take_carts
from doorstep.stages.warehouse.acts.plan import count_failure, read_question, sites_to_plan, write_plan
from doorstep.stages.warehouse.acts.put_back import PutBack, PutBackAnswer, PutBackLine, put_back, put_backs
from doorstep.stages.warehouse.acts.release import release
from doorstep.stages.warehouse.acts.shortfall import ShortReason, short
from doorstep.stages.warehouse.acts.suggesting import guide_of, keep_cartons, read_cartons
from doorstep.stages.warehouse.acts.take import get_work, give_back, take
from doorstep.stages.warehouse.acts.views import (
    BatchOut,
    ContentRow,
    FloorSite,
    FloorWork,
    FulfillmentOut,
    ParcelRow,
    StateCount,
    WalkStop,
    Wanted,
    batch,
    batches,
    count_states,
    floor_sites,
    fulfillments,
    parcel,
    parcels,
    queue,
    work_of,
)
from doorstep.stages.warehouse.acts.withdraw import follow_lots, follow_plates, follow_refills

__all__ = [
    "BatchOut",
    "Bench",
    "BoxVerdict",
    "Boxed",
    "ContentRow",
    "FloorSite",
    "FloorWork",
    "FulfillmentOut",
    "Hand",
    "PackAnswer",
    "PackLine",
    "Parcel",
    "ParcelItem",
    "ParcelOut",
    "ParcelRow",
    "PickAnswer",
    "PutBack",
    "PutBackAnswer",
    "PutBackLine",
    "Reading",
    "Rejected",
    "Reported",
    "ScanIn",
    "ShortReason",
    "StateCount",
    "Stop",
    "StopOut",
    "WalkStop",
    "Wanted",
    "batch",
    "batches",
    "benches",
    "cancel",
    "change_box",
    "close",
    "count_failure",
    "count_states",
    "fill_tote",
    "floor_sites",
    "follow_changes",
    "follow_lots",
    "follow_plates",
    "follow_refills",
    "follow_shortages",
    "fulfillments",
    "get_work",
    "give_back",
    "guide_of",
    "hand_over",
    "keep_cartons",
    "look_at_bench",
    "look_at_cart",
    "open_work",
    "pack_anew",
    "pack_boxes",
    "parcel",
    "parcels",
    "parcels_of",
    "put_back",
    "put_backs",
    "queue",
    "read_cartons",
    "read_question",
    "read_slip",
    "release",
    "report_picks",
    "scan_into_box",
    "scan_pick",
    "short",
    "sites_to_plan",
    "skip",
    "stop",
    "take",
    "take_carts",
    "work_of",
    "write_plan",
]
