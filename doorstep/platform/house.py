"""What every edge may reach: the settings, the database, an HTTP client for the outside, and the signer of links."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import msgspec
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from doorstep.platform.aspects import Aspect, Named
from doorstep.platform.config import Settings
from doorstep.platform.db import Database, Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.webhooks.model import Vocabulary

Gauges = Callable[[Tx], Awaitable[Mapping[str, float]]]
Merchants = Callable[[Tx], Awaitable[Mapping[UUID, str]]]
Names = Callable[[Tx, Sequence[UUID]], Awaitable[Mapping[UUID, Named]]]


async def _no_gauges(_tx: Tx) -> Mapping[str, float]:
    return {}


async def _no_merchants(_tx: Tx) -> Mapping[UUID, str]:
    return {}


async def _no_names(_tx: Tx, _order_ids: Sequence[UUID]) -> Mapping[UUID, Named]:
    return {}


@dataclass(frozen=True, slots=True)
class House:
    """Handed to routes and errands; acts never see it.

    Attributes:
        public: what the outside may learn of each kind of thing.
        gauges: what the stages measure of a tenant, by the name that Prometheus knows it by.
        merchants: the names of the merchants there are, by id, for what is made for one of them.
        aspects: what later stages know of orders.
        order_names: what people call orders, for pages of the stages before orders.
    """

    settings: Settings
    db: Database
    http: httpx.AsyncClient
    secret: str
    public: Vocabulary = field(default_factory=dict)
    merchants: Merchants = _no_merchants
    gauges: Gauges = _no_gauges
    aspects: tuple[Aspect, ...] = ()
    order_names: Names = _no_names

    def sign(self, purpose: str, what: Any) -> str:
        """Return a short text for a link that only this house can make; `what` is JSON-like."""
        return self._signer(purpose).dumps(what)

    def unsign(self, purpose: str, text: str, *, max_age_s: int = 180 * 86_400) -> Any:
        """Return what was signed.

        Raises:
            Refused: the link was altered, made for another purpose, or is older than `max_age_s`.
        """
        try:
            return self._signer(purpose).loads(text, max_age=max_age_s)
        except SignatureExpired:
            raise Refused(Reason.EXPIRED, "This link has expired. Ask the shop for a new one.") from None
        except BadSignature:
            raise Refused(Reason.UNKNOWN, "This link is not valid. Open it from the message again.") from None

    def _signer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret, salt=purpose, serializer=_Json)


class _Json:
    """Compact JSON for signed links."""

    @staticmethod
    def dumps(value: Any) -> bytes:
        return msgspec.json.encode(value)

    @staticmethod
    def loads(value: bytes | str) -> Any:
        return msgspec.json.decode(value)
