"""The JSON of shipping: what comes in, and how labels and manifests go out."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from doorstep.stages.shipping.acts.looking import LabelSeen, ManifestSeen
from doorstep.stages.shipping.model import LabelState, ManifestState, Verdict

Text = Annotated[str, msgspec.Meta(max_length=300, pattern=r"^[^\u0000]*$")]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\u0000]*$")]


class ReasonOut(msgspec.Struct):
    """What became of one service when the label's was chosen; amounts in minor units of `currency`."""

    service: str
    carrier: str
    chosen: bool
    why: str
    currency: str
    price_minor: int | None = None
    all_in_minor: int | None = None
    billed_g: int | None = None
    days_max: int = 0


class LabelOut(msgspec.Struct, kw_only=True):
    """A label and where its purchase is."""

    id: UUID
    state: LabelState
    parcel_id: UUID
    parcel_number: int
    order_id: UUID
    order_number: int
    merchant_id: UUID
    site_id: UUID
    carrier_id: UUID | None
    carrier: str | None
    service_id: UUID | None
    service: str | None
    reference: Annotated[str, msgspec.Meta(description="Our name for it at the carrier.")]
    quoted_minor: Annotated[int | None, msgspec.Meta(description="What our rate table said.")]
    price_minor: Annotated[int | None, msgspec.Meta(description="What the carrier asked, once it is bought.")]
    currency: str | None
    refusal: Annotated[str | None, msgspec.Meta(description="Why it stopped, in words.")]
    tracking_number: str | None
    sscc: str | None
    route: str | None
    owed_at: datetime
    printed_at: datetime | None
    handed_over_at: datetime | None
    manifest_id: UUID | None
    reasons: list[ReasonOut]
    unprintable: Annotated[
        list[str],
        msgspec.Meta(description="What the label shows with `?` for letters that printers do not have."),
    ]


def label_out(seen: LabelSeen) -> LabelOut:
    """Return a label as JSON shows it."""
    names = [name for name in LabelOut.__struct_fields__ if name not in ("state", "reasons")]
    return LabelOut(
        state=LabelState(seen.state),
        reasons=msgspec.convert(seen.reasons, list[ReasonOut]),
        **{name: getattr(seen, name) for name in names},
    )


class LabelsOut(msgspec.Struct):
    """One page of labels, newest first; `next` is the cursor of the following page."""

    labels: list[LabelOut]
    next: UUID | None = None


class WhyIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why it is done, for its history."""

    why: Annotated[Text, msgspec.Meta(description="Told in its history.", examples=["printer jam"])] = ""


class WantIn(msgspec.Struct, forbid_unknown_fields=True):
    """Packed parcels that need a label, because theirs was voided."""

    parcel_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=200)]


class ManifestIn(msgspec.Struct, forbid_unknown_fields=True):
    """The dock whose ready parcels go on one manifest."""

    site_id: UUID
    carrier_id: UUID


class ManifestOut(msgspec.Struct, kw_only=True):
    """A manifest: what leaves with one truck."""

    id: UUID
    state: ManifestState
    number: int
    carrier_id: UUID
    carrier: str
    site_id: UUID
    site: str
    made_at: datetime
    closed_at: datetime | None
    carrier_ref: Annotated[
        str | None, msgspec.Meta(description="The carrier's own name for it, once it was told.")
    ]
    parcels: int
    handed_over: int


def manifest_out(seen: ManifestSeen) -> ManifestOut:
    """Return a manifest as JSON shows it."""
    names = [name for name in ManifestOut.__struct_fields__ if name != "state"]
    fields: dict[str, Any] = {name: getattr(seen, name) for name in names}
    return ManifestOut(state=ManifestState(seen.state), **fields)


class ManifestsOut(msgspec.Struct):
    """One page of manifests, newest first."""

    manifests: list[ManifestOut]
    next: UUID | None = None


class HandOverIn(msgspec.Struct, forbid_unknown_fields=True):
    """What was scanned at the dock."""

    codes: Annotated[
        list[Code],
        msgspec.Meta(
            min_length=1,
            max_length=500,
            description="Tracking numbers, SSCCs as scanned, label ids, or manifest numbers like M1001.",
        ),
    ]


class HandOverOut(msgspec.Struct):
    """What became of one scanned code."""

    code: str
    verdict: Verdict
    message: str
    label_id: UUID | None = None
    parcels: int = 0


class HandOversOut(msgspec.Struct):
    """One answer per code, in order."""

    answers: list[HandOverOut]
