"""The judgement of webhooks: when to try again, when to give up, what an endpoint's address may be."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from doorstep.platform.addresses import Network
from doorstep.platform.errors import Fault
from doorstep.platform.reaching import Address, may_call

WAITS_S = (30, 300, 1800, 3600, 3 * 3600, 6 * 3600)
"""After the first failure, the second...; then always the last."""

GIVE_UP_S = 72 * 3600
"""A delivery is tried for three days."""

OFF_AFTER_S = 5 * 86_400
"""An endpoint at which nothing arrived for so long is switched off."""

URL_MAX = 2_000


def wait_s(failures: int, age_s: float, asked_s: int = 0) -> int | None:
    """Return how long to wait after a delivery's n-th failure, or None to give it up.

    Args:
        failures: of this delivery, this one included.
        age_s: how long it has been owed.
        asked_s: what the receiver's `Retry-After` said; it counts up to six hours.
    """
    wait = max(WAITS_S[min(failures, len(WAITS_S)) - 1], min(asked_s, WAITS_S[-1]))
    return None if age_s + wait > GIVE_UP_S else wait


def url_faults(url: str, allowed: Sequence[Network], pointer: str = "/url") -> list[Fault]:
    """Return what is wrong with an endpoint's address, as far as it can be seen without asking anyone.

    What its name resolves to is judged at each call.
    """
    found = [Fault(pointer, "url", wrong) for wrong in [_wrong(url, allowed)] if wrong]
    return found[:1]


def _wrong(url: str, allowed: Sequence[Network]) -> str:
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > URL_MAX:
        return f"An address is at most {URL_MAX} ASCII characters without spaces."
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("https", "http"):
        return "This is not an address. Write it as https://example.com/hooks."
    if parts.scheme == "http" and not allowed:
        return "Only https is called, so that nobody reads along."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "Leave user, password and #fragment out of the address; the signature proves who calls."
    literal = _literal(host)
    private = literal is not None and not may_call(literal, allowed)
    return "This address is private. Use one that is reachable from the internet." if private else ""


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
