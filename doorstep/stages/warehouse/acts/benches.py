"""What lies on a bench, and what a packer is told: the work, its box, and what is left to scan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from doorstep.stages.warehouse.rules.cartons import Suggestion


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
    asks: Annotated[
        UUID | None, Meta(description="Product of which the serial number of a unit is to be scanned next.")
    ] = None


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


@dataclass(frozen=True, slots=True)
class Job:
    """A fulfillment order on a bench, locked for this scan."""

    id: UUID
    state: str
    order_id: UUID
    site_id: UUID
    merchant_id: UUID
    ship_by: datetime
    cartons: Any
    order_number: int
    order_state: str
    gift: bool
    delivery: str | None
    customer: str
    merchant: str
    part_held: bool
    boxes: int

    @property
    def suggestion(self) -> Suggestion | None:
        """The boxes thought out for it, if they were."""
        return msgspec.convert(self.cartons, Suggestion) if self.cartons else None


@dataclass(frozen=True, slots=True)
class OpenBox:
    """A box of a job."""

    id: UUID
    number: int
    state: str
    box_id: UUID | None
    suggested_box_id: UUID | None
    expected_g: int
    weight_g: int | None
    holder: str | None
    packed_by: str | None
    box: str | None
    suggested: str | None
    tare_g: int | None
    max_gross_g: int | None
    asks: UUID | None = None

    @property
    def out(self) -> ParcelOut:
        """As the packer sees it."""
        return ParcelOut(
            id=self.id,
            number=self.number,
            state=self.state,
            box=self.box,
            suggested_box=self.suggested,
            expected_g=self.expected_g,
            weight_g=self.weight_g,
            asks=self.asks,
        )


@dataclass(frozen=True, slots=True)
class PackLineFacts:
    """A product of a job, with its measures; `units` is what one scan of the code counts."""

    product_id: UUID
    sku: str
    name: str
    picture: str | None
    fragile: bool
    upright: bool
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    need: int
    packed: int
    serials: str
    units: int = 1

    @property
    def out(self) -> PackLine:
        """As the packer sees it."""
        return PackLine(
            product_id=self.product_id,
            sku=self.sku,
            name=self.name,
            picture=self.picture,
            fragile=self.fragile,
            need=self.need,
            packed=self.packed,
        )
