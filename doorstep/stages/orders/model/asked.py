"""An order as a shop sends it, and the verdict on it. The fields are the API's: names, limits and descriptions.

What is said here is shape only: types and lengths. Quantities, sums and addresses are judged by `rules`, so that every
fault of an order is told at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from doorstep.platform.errors import Fault

ONE_LINE = r"^[^\u0000-\u001f\u007f]*$"
SOME_LINES = r"^[^\u0000]*$"
LINES_MAX, NOTE_MAX = 2000, 2000
AMOUNT_MAX = 10**12
"""Above any order; sums of `LINES_MAX` such lines still fit 64 bits."""

Word = Annotated[str, Meta(min_length=1, max_length=64, pattern=ONE_LINE)]
Text = Annotated[str, Meta(max_length=200, pattern=ONE_LINE)]
Amount = Annotated[int, Meta(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it goes and how to reach the customer."""

    name: Annotated[Text, Meta(description="Who receives the parcel.", examples=["Ana Silva"])]
    company: Text = ""
    street: Annotated[Text, Meta(description="Street and house number.", examples=["Invalidenstr. 117"])]
    street2: Annotated[Text, Meta(description="Floor, apartment, care of.")] = ""
    city: Annotated[Text, Meta(examples=["Berlin"])] = ""
    region: Annotated[
        Text, Meta(description="State or province, by code or name, where addresses have one.")
    ] = ""
    postal_code: Annotated[str, Meta(max_length=20, pattern=ONE_LINE, examples=["10115"])] = ""
    country: Annotated[
        str, Meta(max_length=2, pattern=ONE_LINE, description="ISO 3166 alpha-2.", examples=["DE"])
    ]
    email: Annotated[str, Meta(max_length=254, pattern=ONE_LINE, examples=["ana@example.org"])] = ""
    phone: Annotated[
        str,
        Meta(max_length=40, pattern=ONE_LINE, description="With country code, or as dialed in `country`."),
    ] = ""
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None


class NewLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One product of an order. `total_minor` = quantity × unit_minor − discount_minor + tax_minor."""  # noqa: RUF002

    sku: Annotated[Word, Meta(description="The merchant's article number.", examples=["MUG-BLUE"])]
    quantity: Annotated[Amount, Meta(description="Whole units, 1 to 1,000,000.", examples=[2])]
    unit_minor: Annotated[
        Amount, Meta(description="Price of one unit, in the currency's minor unit.", examples=[1290])
    ]
    discount_minor: Annotated[Amount, Meta(description="Taken off this line.")] = 0
    tax_minor: Annotated[Amount, Meta(description="Tax on top of the price; 0 when prices include it.")] = 0
    total_minor: Annotated[Amount, Meta(description="Checked when sent, worked out when not.")] | None = None


class NewPayment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One payment toward an order."""

    processor: Annotated[
        Word,
        Meta(
            description="`manual` (arranged outside, taken as promised) or `simulated`.", examples=["manual"]
        ),
    ]
    method: Annotated[
        Word, Meta(description="What the customer chose: card, invoice, voucher...", examples=["invoice"])
    ]
    amount_minor: Annotated[Amount, Meta(description="Its share of the order's total.", examples=[3080])]
    token: Annotated[
        str,
        Meta(
            max_length=200,
            pattern=ONE_LINE,
            description="What the processor gave the shop; never a card number.",
        ),
    ] = ""


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order as a shop sends it.

    `total_minor` = sum of the lines − discount_minor + shipping_minor + tax_minor; the payments add up to it.
    """  # noqa: RUF002

    merchant: Annotated[
        Word | None,
        Meta(description="The merchant's code; may be left out by a key of one merchant.", examples=["acme"]),
    ] = None
    channel: Annotated[Word, Meta(description="Where it was sold.", examples=["webshop"])] = "api"
    external_ref: Annotated[
        Word | None,
        Meta(description="The channel's own number; the same one again is answered with the first order."),
    ] = None
    placed_at: (
        Annotated[
            datetime,
            Meta(tz=True, description="Only for imports (scope `orders:import`), not in the future."),
        ]
        | None
    ) = None
    currency: Annotated[str, Meta(max_length=3, pattern=ONE_LINE, description="ISO 4217.", examples=["EUR"])]
    lines: Annotated[list[NewLine], Meta(min_length=1, description="1 to 2,000.")]
    discount_minor: Annotated[
        Amount, Meta(description="Taken off the whole order, beside the lines' own.")
    ] = 0
    shipping_minor: Annotated[
        Amount, Meta(description="What the customer pays for shipping.", examples=[500])
    ] = 0
    tax_minor: Annotated[Amount, Meta(description="Tax that no line carries, such as on shipping.")] = 0
    total_minor: Annotated[Amount, Meta(description="What the customer pays in all.", examples=[3080])]
    ship_to: Contact
    payments: Annotated[list[NewPayment], Meta(max_length=20)] = []
    delivery: Annotated[Text | None, Meta(description="The service level the customer chose.")] = None
    basket: Annotated[
        UUID | None,
        Meta(description="A basket whose goods are kept (`/api/baskets`): they are given to this order."),
    ] = None
    ship_partial: Annotated[
        bool,
        Meta(
            description="Of goods that are not all there: send what is there at once, the rest when it comes in. Otherwise all waits."
        ),
    ] = False
    gift: bool = False
    note: Annotated[str, Meta(max_length=NOTE_MAX, pattern=SOME_LINES)] = ""
    language: Annotated[str, Meta(max_length=5, pattern="^[a-z]{2}(-[A-Z]{2})?$")] = "en"


class Outcome(StrEnum):
    """What became of an order that was sent."""

    CREATED = "created"
    HELD = "held"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one order that was sent.

    Attributes:
        outcome: created, held (created, but something must be cleared first), duplicate (the first order under this
            external reference is named), or refused (nothing was written).
        faults: everything that is wrong with a refused one; its kind follows from `unavailable` and `conflict`.
        unavailable: refused only because goods are missing.
        conflict: refused because another order has this external reference.
    """

    outcome: Outcome
    order_id: UUID | None = None
    number: int | None = None
    state: str | None = None
    holds: Sequence[str] = ()
    faults: Sequence[Fault] = ()
    unavailable: bool = False
    conflict: bool = False
