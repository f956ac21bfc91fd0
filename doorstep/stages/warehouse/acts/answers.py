"""What the floor is answered: one shape for pickers, one for packers; and each scan answered once.

A wrong scan is an answer, not an error: it is kept under its command id like any other, so a device that repeats it is
told the same. Only what concerns the whole task (no such cart, somebody else has it) is refused.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.statements import Statements

Q = Statements("doorstep.stages.warehouse")
Answer = TypeVar("Answer", bound=Struct)


@dataclass(frozen=True, slots=True)
class Hand:
    """Who works on the floor, and with which device.

    Attributes:
        actor: as in the journal.
        name: as others are told.
        device: name of the device; empty when there is one device a person.
        lead: whether this person may take work over and confirm what does not fit.
    """

    actor: str
    name: str
    device: str = ""
    lead: bool = False
    user_id: UUID | None = None

    @property
    def holder(self) -> str:
        """Who holds a cart or an open box: two devices of one person are two."""
        return f"{self.actor}/{self.device}" if self.device else self.actor

    @property
    def shown(self) -> str:
        """The name that others are told."""
        return f"{self.name} ({self.device})" if self.device else self.name


class StopOut(Struct, frozen=True, kw_only=True):
    """Where to go and what to take."""

    pick_id: UUID
    bin: Annotated[str, Meta(description="Where to go.")]
    sku: str
    name: str
    picture: str | None
    serials: Annotated[str, Meta(description="`all`: each unit is taken by its serial number.")]
    quantity: Annotated[int, Meta(description="Units to take here.")]
    counted: Annotated[int, Meta(description="Units in the hand: scanned, not yet in a tote.")]
    done: Annotated[int, Meta(description="Units of this stop already in totes.")]
    order_number: int
    slot: Annotated[int, Meta(description="Place of the order's tote on the cart.")]
    tote: Annotated[str | None, Meta(description="The tote to fill; none yet: scan any empty one.")]
    last_digits: Annotated[
        str, Meta(description="Last digits of the item's barcode, to tell look-alikes apart.")
    ]


class PickAnswer(Struct, frozen=True, kw_only=True):
    """What became of a scan, and what comes next."""

    accepted: Annotated[
        bool, Meta(description="False: the scan did not fit, nothing changed but what `code` says.")
    ]
    code: Annotated[
        str, Meta(description="Stable name: ok, counted, put, done, wrong_bin, order_canceled...")
    ]
    message: Annotated[str, Meta(description="What happened and what to do, for people.")]
    expects: Annotated[str, Meta(description="What to scan next: bin, item, tote or nothing.")]
    batch_id: UUID
    batch_number: int
    batch_state: str
    done: Annotated[int, Meta(description="Stops done.")]
    lines: Annotated[int, Meta(description="Stops of the walk.")]
    stop: StopOut | None
    then: Annotated[str | None, Meta(description="The bin after this one.")]
    put_back: Annotated[
        list[str], Meta(description="Totes to set aside: their goods go back to their bins.")
    ] = []


class ScanIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """What every act of a device carries: an id of its own, so that a repeated request counts once."""

    command_id: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=100,
            pattern=r"^[\x21-\x7e]+$",
            description="New for each scan; a UUID will do.",
        ),
    ]
    device: Annotated[
        str,
        Meta(
            max_length=40,
            pattern=r"^[\x20-\x7e]*$",
            description="Name of the device, when a person has several.",
        ),
    ] = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    asked: bytes
    answer: Any


async def answered_once(
    tx: Tx, command_id: str, asked: Any, shape: type[Answer], act: Callable[[], Awaitable[Answer]]
) -> Answer:
    """Return the answer given to this command before, or act and keep the answer.

    Should the same command run twice at once, the slower one is undone and told to come again.

    Args:
        tx: the open transaction.
        command_id: chosen by the device.
        asked: everything that was asked, to recognize an id used for something else.
        shape: of the answer.
        act: does it.

    Raises:
        Refused: the command id was used for another scan, or is just being answered.
    """
    seal = hashlib.sha256(msgspec.json.encode(asked)).digest()
    kept = await tx.row(Q.find_scan, _Kept, command_id=command_id)
    if kept and kept.asked == seal:
        return msgspec.convert(kept.answer, shape)
    if kept:
        raise Refused(
            Reason.KEY_REUSED, "This command id was used for another scan. Give every scan an id of its own."
        )
    answer = await act()
    written = msgspec.json.encode(answer).decode()
    if not await tx.value(Q.keep_scan, command_id=command_id, asked=seal, answer=written):
        raise Refused(Reason.IN_FLIGHT, "This scan is just being answered. Send it again.", retry_after_s=1)
    return answer


def clock(at: datetime | None) -> str:
    """Return a time of day for messages on the floor."""
    return "" if at is None else f"{at:%H:%M}"
