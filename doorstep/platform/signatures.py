"""Signed webhooks by the Standard Webhooks scheme 1.0: who sends signs, who receives checks before reading.

The signature covers `id.timestamp.body` with HMAC-SHA256; `webhook-signature` holds one or more `v1,<base64>` separated by
spaces, so that a secret can be replaced without a gap. A secret is text; one that begins with `whsec_` is base64 after that.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

TOLERANCE_S = 300
"""How far the sender's clock may be off, both ways; older calls are replays."""


def sign(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """Return the value of `webhook-signature` for one secret."""
    signed = b".".join((message_id.encode(), str(timestamp_s).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()


def headers(secret: str, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """Return the three headers of a signed call."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": sign(secret, message_id, timestamp_s, body),
    }


def genuine(secrets: Sequence[str], received: Mapping[str, str], body: bytes, now_s: float) -> bool:
    """Return whether a call was signed with one of the secrets within the tolerance.

    Args:
        secrets: the ones in force; two while one is replaced.
        received: the headers, names in lower case.
        body: the raw bytes, before anything parsed them.
        now_s: the receiver's clock, seconds since 1970.
    """
    message_id, stamp = received.get("webhook-id", ""), received.get("webhook-timestamp", "")
    if not message_id or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        return False
    if abs(now_s - int(stamp)) > TOLERANCE_S:
        return False
    wanted = [sign(secret, message_id, int(stamp), body).encode() for secret in secrets if secret]
    given = received.get("webhook-signature", "").encode("utf-8", "replace").split()
    return any(hmac.compare_digest(one, other) for one in wanted for other in given)


def _key(secret: str) -> bytes:
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            return secret.encode()
    return secret.encode()
