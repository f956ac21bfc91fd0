"""Who works on the floor over JSON, and the shapes of what they send."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from doorstep.platform.auth import DESK, Allow, Principal, Role, allow
from doorstep.platform.errors import Reason, Refused
from doorstep.stages.warehouse.acts import Hand, ScanIn

PICKERS = allow(Role.MANAGER, Role.PICKER, scope="picks:write")
PACKERS = allow(Role.MANAGER, Role.PACKER, scope="pack:write")
LEADS: Allow = allow(*DESK, scope="floor:lead")["allow"]
"""Who may take work over and confirm what does not fit: managers, and keys with the scope `floor:lead`."""

QUANTITY_MAX = 10_000
Code = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^\u0000]*$",
        description="What was scanned or typed, as the scanner sent it.",
        examples=["A-01-03"],
    ),
]
Quantity = Annotated[
    int, Meta(ge=1, le=QUANTITY_MAX, description="Typed on the keypad: how often the item's code counts.")
]
Why = Annotated[str, Meta(max_length=500, pattern=r"^[^\u0000]*$")]


class DeviceIn(Struct, forbid_unknown_fields=True):
    """Which device takes part."""

    device: Annotated[
        str,
        Meta(max_length=40, pattern=r"^[\x20-\x7e]*$", description="Its name, when a person has several."),
    ] = ""
    take_over: Annotated[bool, Meta(description="Take it from another device; for leads, or one's own.")] = (
        False
    )


class WorkIn(Struct, forbid_unknown_fields=True):
    """Where work is wanted."""

    site_id: UUID
    device: Annotated[str, Meta(max_length=40, pattern=r"^[\x20-\x7e]*$")] = ""


def hand_of(who: Principal, asked: ScanIn | DeviceIn | WorkIn) -> Hand:
    """Return who works, for the acts.

    Raises:
        Refused: a caller bound to one merchant; carts and benches hold the goods of many.
    """
    if who.merchant_id is not None:
        raise Refused(
            Reason.FORBIDDEN, "The floor is worked by the warehouse's own people, not by a merchant's."
        )
    return Hand(who.actor, who.name, asked.device.strip(), who.may(LEADS), who.user_id)
