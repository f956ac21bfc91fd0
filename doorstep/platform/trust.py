"""Whom the outside is trusted by."""

from functools import cache
from ssl import SSLContext

import httpx


@cache
def trusted() -> SSLContext:
    """Return the certificates that HTTPS calls go by; read once in a process, for that takes longer than to open a house."""
    return httpx.create_ssl_context()
