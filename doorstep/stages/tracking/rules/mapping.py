"""What each carrier's codes mean in our words. A code that is not here is kept as it came, shown as it came, and moves nothing."""

from collections.abc import Mapping

from doorstep.stages.tracking.model import Meaning, Status

_S = Status
_CANCELED = "cancel" + "led"
"""As the British and EasyPost spell it."""

PARCEL = {
    "LBL": Meaning(_S.INFO_RECEIVED),
    "PUP": Meaning(_S.PICKED_UP),
    "ARR": Meaning(_S.IN_TRANSIT),
    "DEP": Meaning(_S.IN_TRANSIT),
    "CUS": Meaning(_S.CUSTOMS),
    "DLY": Meaning(_S.DELAYED, "carrier.delay"),
    "OFD": Meaning(_S.OUT_FOR_DELIVERY),
    "ATT": Meaning(_S.ATTEMPT_FAILED, "consignee.absent"),
    "APU": Meaning(_S.AVAILABLE_FOR_PICKUP),
    "DEL": Meaning(_S.DELIVERED),
    "DMG": Meaning(_S.DAMAGED, "carrier.damage"),
    "RTS": Meaning(_S.RETURNING),
    "RTD": Meaning(_S.RETURNED),
    "LST": Meaning(_S.LOST, "carrier.lost"),
    "VOI": Meaning(_S.CANCELED),
}
"""The rate-table carrier's own codes."""

EASYPOST = {
    "unknown": Meaning(_S.CREATED),
    "pre_transit": Meaning(_S.INFO_RECEIVED),
    "in_transit": Meaning(_S.IN_TRANSIT),
    "out_for_delivery": Meaning(_S.OUT_FOR_DELIVERY),
    "available_for_pickup": Meaning(_S.AVAILABLE_FOR_PICKUP),
    "delivered": Meaning(_S.DELIVERED),
    "return_to_sender": Meaning(_S.RETURNING),
    "failure": Meaning(_S.HELD, "carrier.failure"),
    _CANCELED: Meaning(_S.CANCELED),
}
"""`error` is left out: it speaks of EasyPost, not of the parcel, and an aggregator's own trouble is not folded."""

EASYPOST_DETAILS = {
    "delivery_exception": Meaning(_S.ATTEMPT_FAILED, "consignee.no_access"),
    "delayed": Meaning(_S.DELAYED, "carrier.delay"),
    "weather_delay": Meaning(_S.DELAYED, "nature.weather"),
    "held": Meaning(_S.HELD, "carrier.held"),
    "damaged": Meaning(_S.DAMAGED, "carrier.damage"),
    "lost": Meaning(_S.LOST, "carrier.lost"),
    "refused": Meaning(_S.ATTEMPT_FAILED, "consignee.refused"),
    "customs": Meaning(_S.CUSTOMS),
    "return": Meaning(_S.RETURNING),
}
"""What EasyPost's `status_detail` adds when the status itself says only in_transit or failure."""

SHIPPO = {
    "UNKNOWN": Meaning(_S.CREATED),
    "PRE_TRANSIT": Meaning(_S.INFO_RECEIVED),
    "TRANSIT": Meaning(_S.IN_TRANSIT),
    "DELIVERED": Meaning(_S.DELIVERED),
    "RETURNED": Meaning(_S.RETURNED),
    "FAILURE": Meaning(_S.HELD, "carrier.failure"),
}
AFTERSHIP = {
    "Pending": Meaning(_S.CREATED),
    "InfoReceived": Meaning(_S.INFO_RECEIVED),
    "InTransit": Meaning(_S.IN_TRANSIT),
    "OutForDelivery": Meaning(_S.OUT_FOR_DELIVERY),
    "AttemptFail": Meaning(_S.ATTEMPT_FAILED, "consignee.absent"),
    "AvailableForPickup": Meaning(_S.AVAILABLE_FOR_PICKUP),
    "Delivered": Meaning(_S.DELIVERED),
    "Exception": Meaning(_S.HELD, "carrier.exception"),
    "Exception_004": Meaning(_S.CUSTOMS, "customs.held"),
}
SEVENTEEN_TRACK = {
    "NotFound": Meaning(_S.CREATED),
    "InfoReceived": Meaning(_S.INFO_RECEIVED),
    "InTransit": Meaning(_S.IN_TRANSIT),
    "InTransit_PickedUp": Meaning(_S.PICKED_UP),
    "InTransit_Customs": Meaning(_S.CUSTOMS),
    "OutForDelivery": Meaning(_S.OUT_FOR_DELIVERY),
    "AvailableForPickup": Meaning(_S.AVAILABLE_FOR_PICKUP),
    "DeliveryFailure": Meaning(_S.ATTEMPT_FAILED, "consignee.absent"),
    "Delivered": Meaning(_S.DELIVERED),
    "Exception": Meaning(_S.HELD, "carrier.exception"),
    "Exception_Returning": Meaning(_S.RETURNING),
    "Exception_Returned": Meaning(_S.RETURNED),
    "Exception_Lost": Meaning(_S.LOST, "carrier.lost"),
    "Exception_Damage": Meaning(_S.DAMAGED, "carrier.damage"),
    "Exception_Cancel": Meaning(_S.CANCELED),
}
KARRIO = {
    "pending": Meaning(_S.INFO_RECEIVED),
    "unknown": Meaning(_S.CREATED),
    "picked_up": Meaning(_S.PICKED_UP),
    "in_transit": Meaning(_S.IN_TRANSIT),
    "out_for_delivery": Meaning(_S.OUT_FOR_DELIVERY),
    "ready_for_pickup": Meaning(_S.AVAILABLE_FOR_PICKUP),
    "delivery_failed": Meaning(_S.ATTEMPT_FAILED, "consignee.absent"),
    "delivery_delayed": Meaning(_S.DELAYED, "carrier.delay"),
    "on_hold": Meaning(_S.HELD, "carrier.held"),
    "delivered": Meaning(_S.DELIVERED),
    "return_to_sender": Meaning(_S.RETURNING),
    _CANCELED: Meaning(_S.CANCELED),
}
EPCIS = {
    "commissioning": Meaning(_S.INFO_RECEIVED),
    "shipping": Meaning(_S.PICKED_UP),
    "transporting": Meaning(_S.IN_TRANSIT),
    "arriving": Meaning(_S.IN_TRANSIT),
    "departing": Meaning(_S.IN_TRANSIT),
    "holding": Meaning(_S.HELD, "carrier.held"),
    "accepting": Meaning(_S.DELIVERED),
    "void_shipping": Meaning(_S.CANCELED),
}
VOCABULARIES: Mapping[str, Mapping[str, Meaning]] = {
    "parcel": PARCEL,
    "easypost": EASYPOST,
    "shippo": SHIPPO,
    "aftership": AFTERSHIP,
    "17track": SEVENTEEN_TRACK,
    "karrio": KARRIO,
    "epcis": EPCIS,
}
FAMILIES = frozenset({"aftership", "17track"})
"""Vocabularies whose codes are `Status_detail`: a detail nobody knows still means its status."""

PARCEL_REASONS = {
    "absent": "consignee.absent",
    "refused": "consignee.refused",
    "vehicle": "carrier.vehicle",
    "damage": "carrier.damage",
    "lost": "carrier.lost",
}
ACTS_NEXT = {"consignee": "consignee", "customs": "shipper", "shipper": "shipper", "carrier": "carrier"}
NOTHING = Meaning(None)


def meaning(vocabulary: str, code: str, reason: str = "") -> Meaning:
    """Return what a code means; `status` is None for a code that nobody explained.

    Args:
        vocabulary: a key of `VOCABULARIES`.
        code: as the carrier spells it.
        reason: the carrier's own word for why, where it gives one beside the code.
    """
    words = VOCABULARIES[vocabulary]
    found = words.get(code)
    if found is None and vocabulary in FAMILIES:
        found = words.get(code.split("_", maxsplit=1)[0])
    if found is None:
        return NOTHING
    if vocabulary == "parcel" and reason:
        return Meaning(found.status, PARCEL_REASONS.get(reason, f"unknown.{reason[:40]}"))
    if vocabulary == "easypost" and code in {"in_transit", "failure"}:
        return EASYPOST_DETAILS.get(reason) or found
    return found


def acts_next(status: Status, reason: str | None) -> str:
    """Return who must do something before the parcel goes on: `consignee`, `shipper`, `carrier` or `nobody`."""
    if status is Status.AVAILABLE_FOR_PICKUP:
        return "consignee"
    if status in {Status.LOST, Status.RETURNED}:
        return "shipper"
    if status in {Status.HELD, Status.ATTEMPT_FAILED, Status.DAMAGED, Status.CUSTOMS} and reason:
        return ACTS_NEXT.get(reason.split(".", maxsplit=1)[0], "nobody")
    return "nobody"
