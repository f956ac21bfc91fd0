"""Shops that send us orders: what they tell, what became of it, and what they are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from doorstep.platform.errors import Fault


class ShopKind(StrEnum):
    """Whose protocol a shop speaks."""

    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"
    AMAZON = "amazon"
    EDI = "edi"
    """A partner that speaks X12: see `model.edi`."""


class Said(StrEnum):
    """What a shop says of an order, in the sequence in which an order gets there."""

    WAITING = "waiting"
    """Ordered, not paid: it is taken, and held until it is paid."""
    READY = "ready"
    """Paid or promised: it may be shipped."""
    DONE = "done"
    """The shop counts it as shipped."""
    GONE = "gone"
    """Canceled, refunded as a whole, or deleted."""


CALLED_OFF = "cancel" + "led"
"""How shops spell it; their words are compared with this one."""

PROGRESS = {said: rank for rank, said in enumerate(Said)}
"""Of two tellings of the same moment, the one further on is the later one."""


class ShopOutcome(StrEnum):
    """What became of a shop's order here."""

    CREATED = "created"
    HELD = "held"
    REFUSED = "refused"
    CHANGED = "changed"
    """It was changed at the shop after it came; it is held until a person has looked."""
    CANCELED = "canceled"
    DONE = "done"
    """The shop had shipped it before we heard of it."""
    NOTHING = "nothing"
    """Nothing of it is to be shipped."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An order as a shop tells it, in our words.

    Attributes:
        ref: the shop's own id of it.
        shown: what people call it there.
        version: when the shop last changed it.
        asked: the order as our API would be sent it, without merchant and channel; empty when there is nothing to ship.
    """

    ref: str
    shown: str
    version: datetime
    said: Said
    asked: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """One order out of a call or a poll, as it came; `last` when the shop has deleted it."""

    heard: Heard
    body: str
    last: bool = False


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop that is connected.

    Attributes:
        api_key: opens the shop's API. api_secret: its other half, where the protocol has one.
        hook_secret: signs the shop's calls.
        location: where the shop keeps our stock, where it has locations.
        refresh_token: gets a new key at `login_url`, where keys run out.
        market, account: which of the shop's markets, and whose account there it is, where the protocol asks.
        polled_to: the newest change that the poll has seen, by the shop's clock.
    """

    id: UUID
    code: str
    kind: str
    merchant_id: UUID
    merchant: str
    base_url: str
    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    hook_secret: str = field(repr=False)
    location: str
    login_url: str
    refresh_token: str = field(repr=False)
    market: str
    account: str
    active: bool
    levels: bool
    made_at: datetime
    heard_at: datetime | None
    polled_at: datetime | None
    polled_to: datetime
    goods_at: datetime | None
    failures: int
    resumes_at: datetime | None
    error: str | None
    error_at: datetime | None


@dataclass(frozen=True, slots=True)
class ParcelLeft:
    """A parcel that left the house, for the shop that sold what is in it.

    Attributes:
        lines: units by SKU.
        last: nothing of the order is left to be shipped.
        url: where its journey can be followed; known when the shop is told.
        weight_g, length_mm, width_mm, height_mm: as it was weighed and packed; 0 when nobody measured.
    """

    parcel_id: UUID
    order_id: UUID
    number: str
    carrier: str
    lines: Mapping[str, int]
    last: bool
    url: str = ""
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """How many units of a product can be sold: the shop's name of the product, and the count."""

    ref: str
    available: int


@dataclass(frozen=True, slots=True)
class ShopGoods:
    """A product of a shop: its article number and the shop's own name of its stock."""

    sku: str
    ref: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a list that a shop answers; `next` asks for the following one, None at the end.

    Attributes:
        unread: how many orders on it could not be understood at all.
        by_time: the oldest change stands first in the list; where it does not, only its end tells what was seen.
    """

    tellings: Sequence[Telling]
    next: str | None
    unread: int = 0
    by_time: bool = True
