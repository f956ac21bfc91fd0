"""The port to shops: hear of their orders, tell them of parcels and stock, and bear how they answer.

A call has four ends: it was done; the shop is busy and says for how long; it is away; or it refuses, and asking again will
not help before a person has changed something.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import httpx
import msgspec

from doorstep.stages.orders.model.shops import Heard, Leaf, Level, ParcelLeft, Shop, ShopGoods, Telling

TIMEOUT_S = 6.0
ANSWER_MAX = 20_000_000


class ShopBusyError(Exception):
    """The shop asks for patience.

    Attributes:
        wait_s: for how long.
    """

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"the shop asks to wait {wait_s:.0f} s")
        self.wait_s = wait_s

    def __reduce__(self) -> tuple[type["ShopBusyError"], tuple[float]]:
        return (ShopBusyError, (self.wait_s,))


class ShopAwayError(Exception):
    """The shop did not answer, or answered nonsense; whether it did what was asked is open."""


class ShopRefusesError(Exception):
    """The shop will not do it; the message is its reason."""


class ShopDeniesError(ShopRefusesError):
    """The key does not open it."""


@dataclass(frozen=True, slots=True)
class ShopCall:
    """A genuine call of a shop.

    Attributes:
        id: the same for every repetition of one call.
        tellings: the orders in it; none when it is about something else.
    """

    id: str
    tellings: Sequence[Telling]


class ShopPort(Protocol):
    """What the house asks of a shop, whatever protocol it speaks."""

    def signed(self, shop: Shop, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a call may be taken: the shop signed it, or it says nothing. Names of headers are in lower case."""

    def call(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ShopCall | None:
        """Return a call that may be taken; None when it says nothing.

        Raises:
            ValueError: it cannot be read.
        """

    def read(self, body: str, *, first: bool) -> Heard:
        """Understand an order; `first` when we have none of it, so that what was shipped before is not shipped again.

        Raises:
            ValueError: it is not an order.
        """

    async def greet(self, http: httpx.AsyncClient, shop: Shop) -> str:
        """Return the shop's own name, to see that the keys fit."""

    async def changed(self, http: httpx.AsyncClient, shop: Shop, since: datetime, at: str | None) -> Leaf:
        """Return orders that changed since a moment, the oldest change first; `at` asks for a following page."""

    async def goods(
        self, http: httpx.AsyncClient, shop: Shop, at: str | None
    ) -> tuple[list[ShopGoods], str | None]:
        """Return products of the shop, and how to ask for the following page."""

    async def tell_parcel(self, http: httpx.AsyncClient, shop: Shop, ref: str, parcel: ParcelLeft) -> None:
        """Tell that a parcel left; one that the shop knows already is not told again."""

    async def tell_levels(self, http: httpx.AsyncClient, shop: Shop, levels: Sequence[Level]) -> None:
        """Set how many units can be sold."""


class ConfirmingPort(ShopPort, Protocol):
    """A port to a shop that waits for our word that we ship an order."""

    async def confirm(self, http: httpx.AsyncClient, shop: Shop, ref: str) -> None:
        """Tell that an order was taken; one that the shop knows of is not told again."""


async def ask(
    http: httpx.AsyncClient, method: str, url: str, *, headers: Mapping[str, str], **more: Any
) -> httpx.Response:
    """Ask a shop and return its answer.

    Raises:
        ShopBusyError: 429, or 503 with a time to wait.
        ShopAwayError: no answer, or another 5xx.
        ShopDeniesError: 401 or 403.
        ShopRefusesError: another 4xx; the message says what the shop says, and what to look at.
    """
    try:
        answer = await http.request(method, url, headers=dict(headers), timeout=TIMEOUT_S, **more)
    except httpx.HTTPError as error:
        raise ShopAwayError(f"the shop did not answer ({type(error).__name__}: {error})"[:300]) from error
    status = answer.status_code
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        raise ShopBusyError(patience_s(answer.headers))
    if status >= 500 or 300 <= status < 400 or len(answer.content) > ANSWER_MAX:
        raise ShopAwayError(f"the shop answered {status} to {method} {answer.url.path}")
    if status in {401, 403}:
        raise ShopDeniesError(
            f"The shop does not let us in ({status}) to {answer.url.path}: check the key and what it may do."
        )
    if status >= 400:
        raise ShopRefusesError(
            f"The shop answered {status} to {method} {answer.url.path}: {answer.text[:300]}"
        )
    return answer


def leaf(
    bodies: Sequence[bytes], read: Callable[[bytes], Heard], following: str | None, *, by_time: bool = True
) -> Leaf:
    """Return a page of orders; one that cannot be understood holds up none of the others."""
    tellings = []
    for body in bodies:
        try:
            tellings.append(Telling(read(body), body.decode()))
        except ValueError:
            continue
    return Leaf(tellings, following, len(bodies) - len(tellings), by_time)


def patience_s(headers: Mapping[str, str]) -> float:
    """Return how long a busy shop asks to wait: in seconds, or by how many requests a second it bears."""
    try:
        if said := headers.get("retry-after"):
            return min(max(float(said), 1.0), 3600.0)
        if rate := float(headers.get("x-amzn-ratelimit-limit", "0")):
            return min(max(1.0 / rate, 1.0), 3600.0)
    except ValueError:
        return 5.0
    return 5.0


def decode(answer: httpx.Response, kind: Any) -> Any:
    """Return an answer as what it should be.

    Raises:
        ShopAwayError: it is something else.
    """
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ShopAwayError(f"the shop answered nonsense to {answer.url.path}: {error}") from None
