"""What every edge may reach: the settings, the database, an HTTP client for the outside, and the signer of links."""

from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from doorstep.platform.config import Settings
from doorstep.platform.db import Database
from doorstep.platform.errors import Reason, Refused


@dataclass(frozen=True, slots=True)
class House:
    """Handed to routes and errands; acts never see it."""

    settings: Settings
    db: Database
    http: httpx.AsyncClient
    secret: str

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
