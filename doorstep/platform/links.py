"""Signed links for customers: who holds the link may see this order, without a login, until it runs out.

A link's text holds the tenant, the order and its last day, signed over its purpose: 64 letters, made the same each time
on the same day, so that a mail that is rendered twice carries one address.
"""

import base64
import hashlib
import hmac
from datetime import date
from uuid import UUID

from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House

MAC_BYTES = 12


def write_link(house: House, purpose: str, tenant_id: UUID, order_id: UUID, last_day: date) -> str:
    """Return the text for the path of a link that is good through `last_day`."""
    body = tenant_id.bytes + order_id.bytes + last_day.toordinal().to_bytes(4)
    return base64.urlsafe_b64encode(body + _mac(house, purpose, body)).decode()


def read_link(house: House, purpose: str, text: str, today: date | None = None) -> tuple[UUID, UUID]:
    """Return the tenant and the order of a link.

    Args:
        house: whose secret signed the link.
        purpose: what the link is for; a link for one purpose does not open another.
        text: the link's text, as it stands in the path.
        today: the day of the reader; leave out where the day does not matter.

    Raises:
        Refused: altered, made for another purpose, or run out.
    """
    try:
        whole = base64.b64decode(text, altchars=b"-_", validate=True)
    except ValueError:
        whole = b""
    body, mac = whole[:-MAC_BYTES], whole[-MAC_BYTES:]
    spelled = base64.urlsafe_b64encode(whole).decode() == text
    if len(body) != 36 or not spelled or not hmac.compare_digest(mac, _mac(house, purpose, body)):
        raise Refused(Reason.UNKNOWN, "This link is not valid. Open it from the message again.")
    if today is not None and today.toordinal() > int.from_bytes(body[32:]):
        raise Refused(Reason.EXPIRED, "This link has expired. Ask the shop for a new one.")
    return UUID(bytes=body[:16]), UUID(bytes=body[16:32])


def _mac(house: House, purpose: str, body: bytes) -> bytes:
    return hmac.digest(house.secret.encode(), purpose.encode() + b"\0" + body, hashlib.sha256)[:MAC_BYTES]
