"""What makes an order suspicious: the rules that a company makes, whom it blocks, and an order as both see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class RuleKind(StrEnum):
    """What a rule looks at."""

    VELOCITY = "velocity"
    AMOUNT = "amount"
    FIRST_AMOUNT = "first_amount"
    PHONE_ABROAD = "phone_abroad"


class SameBy(StrEnum):
    """What orders have in common that a velocity rule counts."""

    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    CARD = "card"


class BlockField(StrEnum):
    """What of an order may be blocked."""

    EMAIL = "email"
    DOMAIN = "domain"
    PHONE = "phone"
    NAME = "name"
    ADDRESS = "address"
    CARD = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFraudRule:
    """A rule as it is made; `merchant_id` None: of every merchant."""

    kind: RuleKind
    merchant_id: UUID | None = None
    same_by: SameBy | None = None
    most: int | None = None
    hours: int | None = None
    amount_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class FraudRule:
    """A rule as it is kept."""

    id: UUID
    merchant_id: UUID | None
    merchant: str | None
    kind: str
    same_by: str | None
    most: int | None
    hours: int | None
    amount_minor: int | None
    currency: str | None
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class FraudBlock:
    """Somebody who is blocked, as a person typed it."""

    id: UUID
    merchant_id: UUID | None
    merchant: str | None
    field: str
    shown: str
    note: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Screen:
    """What the orders of a company are held against."""

    rules: tuple[FraudRule, ...] = ()
    blocks: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.rules) or self.blocks


NOTHING = Screen()
"""Nothing is looked for."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """An order as rules and blocks see it.

    Attributes:
        tokens: what the processors gave the shop for its cards.
    """

    id: UUID
    number: int
    merchant_id: UUID
    placed_at: datetime
    total_minor: int
    currency: str
    name: str
    email: str
    phone: str
    street: str
    city: str
    postal_code: str
    country: str
    tokens: Sequence[str]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """An order of those that are there, and what would have held it."""

    id: UUID
    number: int
    placed_at: datetime
    why: tuple[str, ...]
