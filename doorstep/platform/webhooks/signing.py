"""The secrets of endpoints, and the headers of a signed call by Standard Webhooks 1.0.

A secret is derived from the house's own secret, so the database holds none: who reads it can sign nothing. A rotation counts
`secret_number` up; the secret before it signs along until its time is over, so that the receiver can change without a gap.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from uuid import UUID

from doorstep.platform import signatures


def secret(house_secret: str, tenant_id: UUID, endpoint_id: UUID, number: int) -> str:
    """Return an endpoint's n-th secret: `whsec_` and 32 bytes in base64."""
    name = f"webhook/{tenant_id}/{endpoint_id}/{number}"
    made = hmac.digest(house_secret.encode(), name.encode(), hashlib.sha256)
    return "whsec_" + base64.b64encode(made).decode()


def secrets(
    house_secret: str,
    tenant_id: UUID,
    endpoint_id: UUID,
    number: int,
    old_until: datetime | None,
    now: datetime,
) -> list[str]:
    """Return the secrets in force, the newest first."""
    numbers = [number, number - 1] if old_until is not None and now < old_until else [number]
    return [secret(house_secret, tenant_id, endpoint_id, one) for one in numbers]


def headers(in_force: list[str], message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """Return the headers of a signed call, with one signature for each secret in force."""
    signed = signatures.headers(in_force[0], message_id, timestamp_s, body)
    every = [signatures.sign(one, message_id, timestamp_s, body) for one in in_force]
    return {**signed, "webhook-signature": " ".join(every)}
