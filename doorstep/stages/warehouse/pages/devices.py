"""Which device a page runs on, and how the answers of the floor become a sentence on the next page."""

from secrets import token_hex
from typing import Any
from uuid import UUID

from litestar import Response

from doorstep.platform.auth import Principal
from doorstep.platform.edge import Asked, Form
from doorstep.platform.errors import Refused, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.pages import back
from doorstep.stages.warehouse.acts import Hand
from doorstep.stages.warehouse.api.hands import LEADS

DEVICE_COOKIE = "doorstep_device"
YEAR_S = 365 * 86_400
CODE_MAX = 200


def hand_of(request: Asked, who: Principal) -> Hand:
    """Return who works on this page; each browser is a device of its own."""
    device = request.cookies.get(DEVICE_COOKIE, "")[:12]
    named = device if device.isascii() and device.isalnum() else ""
    return Hand(who.actor, who.name, f"H-{named}" if named else "", who.may(LEADS), who.user_id)


def with_device(request: Asked, response: Any) -> Any:
    """Give a browser that has none yet the name of its device."""
    if DEVICE_COOKIE not in request.cookies:
        response.set_cookie(
            DEVICE_COOKIE, token_hex(2).upper(), max_age=YEAR_S, httponly=True, samesite="lax", path="/"
        )
    return response


def command_of(data: Form) -> str:
    """Return the scan's own id, or a new one where the page has no programs."""
    sent = data.get("command", "").strip()
    return sent[:100] if sent.isascii() and sent.isprintable() and sent else str(new_id())


def code_of(data: Form, name: str = "code") -> str:
    """Return what was scanned or typed."""
    return data.get(name, "").replace("\0", "").strip()[:CODE_MAX]


def whole(text: str, most: int) -> int | None:
    """Return a typed whole number in 1..`most`, or None."""
    plain = text.strip().replace(" ", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 9):
        return None
    return int(plain) if 1 <= int(plain) <= most else None


def id_of(data: Form, name: str, kind: str) -> UUID:
    """Return an id that a form carries.

    Raises:
        Refused: it is none.
    """
    try:
        return UUID(data.get(name, ""))
    except ValueError:
        raise unknown(kind, data.get(name, "")[:40]) from None


def told(path: str, refused: Refused) -> Response[Any]:
    """Go back with the reason of a refusal."""
    return back(path, refused.message, kind="wrong")
