"""What a packer is told: the work on the bench, its box, and what is left to scan."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct


class PackLine(Struct, frozen=True, kw_only=True):
    """A product to be packed."""

    product_id: UUID
    sku: str
    name: str
    picture: str | None
    fragile: bool
    need: Annotated[int, Meta(description="Units of this work.")]
    packed: Annotated[int, Meta(description="Units already in boxes.")]

    @property
    def left(self) -> int:
        """Units still to be scanned."""
        return self.need - self.packed


class ParcelOut(Struct, frozen=True, kw_only=True):
    """A box."""

    id: UUID
    number: int
    state: str
    box: Annotated[str | None, Meta(description="Code of the carton in use.")]
    suggested_box: Annotated[str | None, Meta(description="Code of the carton that was suggested.")]
    expected_g: Annotated[int, Meta(description="Tare and everything scanned into it.")]
    weight_g: int | None


class PackAnswer(Struct, frozen=True, kw_only=True):
    """What became of an act at the bench, and how the work stands."""

    accepted: Annotated[bool, Meta(description="False: it did not fit, and nothing changed.")]
    code: Annotated[
        str, Meta(description="Stable name: ok, counted, closed, wrong_item, weight_off, order_canceled...")
    ]
    message: Annotated[str, Meta(description="What happened and what to do, for people.")]
    fulfillment_id: UUID | None = None
    order_id: UUID | None = None
    order_number: int | None = None
    customer: str = ""
    merchant: str = ""
    gift: bool = False
    delivery: str | None = None
    ship_by: datetime | None = None
    state: str = ""
    boxes: Annotated[int, Meta(description="Boxes already closed.")] = 0
    left: Annotated[int, Meta(description="Units still to be scanned.")] = 0
    parcel: Annotated[ParcelOut | None, Meta(description="The open box, or the one just closed.")] = None
    line: Annotated[PackLine | None, Meta(description="The line that was scanned.")] = None
    lines: Annotated[list[PackLine], Meta(description="All lines; only when work is opened.")] = []
    slip: Annotated[str | None, Meta(description="Where the packing slip of the closed box is.")] = None
