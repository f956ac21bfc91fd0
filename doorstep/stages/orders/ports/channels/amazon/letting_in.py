"""Login with Amazon: a refresh token is exchanged for an access token that lives for an hour.

The access token is kept in memory, by what it was got with: a shop whose keys change gets another one. Source: Amazon's
documentation of the Selling Partner API.
"""

import hashlib
import time

import httpx
import msgspec

from doorstep.stages.orders.model.shops import Shop
from doorstep.stages.orders.ports.channels.port import (
    TIMEOUT_S,
    ShopAwayError,
    ShopBusyError,
    ShopRefusesError,
    patience_s,
)

EARLY_S = 60.0
"""A token is renewed this long before it ends, so that none ends on its way."""


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


class _Denied(msgspec.Struct):
    error: str = ""
    error_description: str = ""


class LettingIn:
    """The access tokens of all shops."""

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[str, float]] = {}

    async def token(self, http: httpx.AsyncClient, shop: Shop) -> str:
        """Return a token that opens the API now.

        Raises:
            ShopBusyError: asked too often.
            ShopAwayError: no answer.
            ShopRefusesError: the keys do not fit.
        """
        kept = self._tokens.get(_key(shop))
        if kept and kept[1] > time.monotonic():
            return kept[0]
        granted = await _ask(http, shop)
        until = time.monotonic() + max(granted.expires_in - EARLY_S, 0.0)
        self._tokens[_key(shop)] = (granted.access_token, until)
        return granted.access_token

    def forget(self, shop: Shop) -> None:
        """Forget a token that did not open the API."""
        self._tokens.pop(_key(shop), None)


def _key(shop: Shop) -> str:
    parts = (shop.login_url, shop.api_key, shop.api_secret, shop.refresh_token)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


async def _ask(http: httpx.AsyncClient, shop: Shop) -> _Granted:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": shop.refresh_token,
        "client_id": shop.api_key,
        "client_secret": shop.api_secret,
    }
    try:
        answer = await http.post(shop.login_url, data=form, timeout=TIMEOUT_S)
    except httpx.HTTPError as error:
        raise ShopAwayError(f"Login with Amazon did not answer ({type(error).__name__})") from error
    if answer.status_code == 429:
        raise ShopBusyError(patience_s(answer.headers))
    try:
        if answer.status_code == 200:
            return msgspec.json.decode(answer.content, type=_Granted)
        if answer.status_code < 500:
            denied = msgspec.json.decode(answer.content, type=_Denied)
            reason = denied.error_description or denied.error or str(answer.status_code)
            message = f"Login with Amazon refuses ({reason[:200]}): check client id, client secret and refresh token."
            raise ShopRefusesError(message)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ShopAwayError(f"Login with Amazon answered nonsense: {error}") from None
    raise ShopAwayError(f"Login with Amazon answered {answer.status_code}")
