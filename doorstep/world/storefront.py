"""The counter of a simulated shop: it sells what a merchant has, calls the house about it, and says in plain lines what the house tells.

The shop behind it speaks the protocol; here stands what its owner would see. Nothing is sold twice under one number, also when
the shop was closed meanwhile: numbers go by the real time.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx

from doorstep.platform.measures import money
from doorstep.world.people.shoppers import FIRST, LAST
from doorstep.world.shopify import ShopifyShop, serve_shopify
from doorstep.world.woocommerce import WooShop, serve_woocommerce

OPENED = datetime(2026, 1, 1, tzinfo=UTC)
LOCATION = "17"


@dataclass(frozen=True, slots=True)
class Ware:
    """Something for sale."""

    sku: str
    price_minor: int


@dataclass(frozen=True, slots=True)
class Trade:
    """What a merchant sells, and where its customers live.

    Attributes:
        street: without the number of the house.
    """

    currency: str
    wares: Sequence[Ware]
    street: str
    city: str
    region: str
    postal_code: str
    country: str

    def text(self, amount_minor: int) -> str:
        """Return an amount as shops write it: `1234.50`."""
        return money(amount_minor, self.currency).removesuffix(f" {self.currency}").replace(",", "")


@dataclass(frozen=True, slots=True)
class Sale:
    """Who buys what: a first and a last name, a number of a house, units by ware."""

    first: str
    last: str
    number: int
    basket: dict[Ware, int]

    @property
    def total_minor(self) -> int:
        """What it comes to."""
        return sum(units * ware.price_minor for ware, units in self.basket.items())

    @property
    def email(self) -> str:
        """Where the customer is written to."""
        return f"{self.first}.{self.last}@mail.example".lower()


class Storefront(ABC):
    """A shop that somebody minds.

    Attributes:
        kind: as the page calls it.
        keys: what is filled in to connect it, by the words of the page that asks for it.
    """

    kind: str
    shop: ShopifyShop | WooShop
    keys: dict[str, str]

    def __init__(self, trade: Trade, dice: Random) -> None:
        self.trade, self.dice = trade, dice
        self._said: set[str] = set()
        self._levels: dict[str, int] = {}
        self.shop.deaf = True  # its calls are sent from here, where a house that is away stops nothing
        self.shop.first = int(time.time() - OPENED.timestamp())

    @property
    def connected(self) -> bool:
        """Whether the house has come with the right key."""
        return len(self.shop.asked) > self.shop.strangers

    async def sell(self, now: datetime) -> str:
        """Sell a basket, at the house's time, and call about it; return what is to be said."""
        self.shop.reach(now)
        wares = self.dice.sample(self.trade.wares, k=min(self.dice.choice((1, 1, 2)), len(self.trade.wares)))
        basket = {ware: self.dice.choice((1, 1, 2)) for ware in wares}
        sale = Sale(self.dice.choice(FIRST), self.dice.choice(LAST), self.dice.randrange(1, 90), basket)
        number = await self._sell(sale)
        bought = _goods((ware.sku, units) for ware, units in basket.items())
        paid = money(sale.total_minor, self.trade.currency)
        return f"#{number} sold: {bought} for {paid} to {sale.first} {sale.last}. {await self.call()}"

    async def call(self) -> str:
        """Call the house about all that it was not called about yet; return how it took that."""
        if self.shop.hook is None:
            return "Nobody wants to be called about it; the house finds it when it looks."
        try:
            while self.shop.kept_back:
                status = await self.shop.send(*self.shop.kept_back[0])
                if status >= httpx.codes.BAD_REQUEST:
                    return f"The house did not take the call ({status}). Compare the address and the secret."
                self.shop.kept_back.pop(0)
        except (httpx.HTTPError, httpx.InvalidURL):
            return "The house does not answer the call; it finds it when it looks."
        return "The house took the call."

    def news(self) -> Iterator[str]:
        """Yield what the house did since the last time."""
        for line in self._sentences():
            if line not in self._said:
                self._said.add(line)
                yield line
        levels = self._counts()
        if changed := {sku: left for sku, left in levels.items() if self._levels.get(sku) != left}:
            self._levels = levels
            yield "Can be sold: " + ", ".join(f"{left} {sku}" for sku, left in sorted(changed.items()))

    def _sentences(self) -> Iterator[str]:
        if self.shop.strangers:
            yield "Somebody came with a wrong key and was sent away. Compare the keys."
        if self.connected:
            yield "The house has come with the right key: the shop is connected."
        yield from self._told()

    @abstractmethod
    def served(self, port: int) -> AbstractAsyncContextManager[str]:
        """Serve the shop until the end of the block; yields its address."""

    @abstractmethod
    async def _sell(self, sale: Sale) -> int: ...

    @abstractmethod
    def _told(self) -> Iterator[str]:
        """Yield everything that the house told of orders, always in the same words."""

    @abstractmethod
    def _counts(self) -> dict[str, int]:
        """Return what the house said can be sold, by article number."""


class ShopifyFront(Storefront):
    """A shop at Shopify."""

    kind = "Shopify"

    def __init__(self, trade: Trade, dice: Random) -> None:
        self.shop = self._shop = ShopifyShop()
        self.keys = {
            "Access token": self._shop.token,
            "Secret that signs its calls": self._shop.secret,
            "Our location there": LOCATION,
        }
        super().__init__(trade, dice)
        self._shop.stock(*(one.sku for one in trade.wares))

    def served(self, port: int) -> AbstractAsyncContextManager[str]:
        """Serve the shop."""
        return serve_shopify(self._shop, port)

    async def _sell(self, sale: Sale) -> int:
        trade = self.trade
        address = {
            "name": f"{sale.first} {sale.last}", "address1": f"{trade.street} {sale.number}", "city": trade.city,
            "province_code": trade.region, "zip": trade.postal_code, "country_code": trade.country,
        }  # fmt: skip
        lines = {ware.sku: (units, trade.text(ware.price_minor)) for ware, units in sale.basket.items()}
        total = trade.text(sale.total_minor)
        return await self._shop.sell(
            lines, address, currency=trade.currency, total_price=total, email=sale.email
        )

    def _told(self) -> Iterator[str]:
        for number, parcels in self._shop.made.items():
            order = self._shop.orders[number]
            skus = {line["id"]: line["sku"] for line in order["line_items"]}
            for one in parcels:
                goods = _goods((skus[part["id"]], part["quantity"]) for part in one["line_items"])
                yield (
                    f"{order['name']} left with {one['tracking_company']}, tracking number {one['tracking_number']}: "
                    f"{goods}. {one['tracking_url']}"
                )
            if order["fulfillment_status"] == "fulfilled":
                yield f"{order['name']} is fulfilled."

    def _counts(self) -> dict[str, int]:
        skus = {item: sku for sku, item in self._shop.goods.items()}
        return {skus[item]: left for item, left in self._shop.levels.items()}


class WooFront(Storefront):
    """A shop of WooCommerce."""

    kind = "WooCommerce"

    def __init__(self, trade: Trade, dice: Random) -> None:
        self.shop = self._shop = WooShop()
        self.keys = {
            "Access token, consumer key or client id": self._shop.key,
            "Consumer secret or client secret": self._shop.password,
            "Secret that signs its calls": self._shop.secret,
        }
        super().__init__(trade, dice)
        self._shop.goods = {(100 + index,): one.sku for index, one in enumerate(trade.wares)}

    def served(self, port: int) -> AbstractAsyncContextManager[str]:
        """Serve the shop."""
        return serve_woocommerce(self._shop, port)

    async def _sell(self, sale: Sale) -> int:
        trade = self.trade
        address: dict[str, Any] = {
            "first_name": sale.first, "last_name": sale.last, "address_1": f"{trade.street} {sale.number}", "city": trade.city,
            "state": trade.region, "postcode": trade.postal_code, "country": trade.country,
        }  # fmt: skip
        lines = {
            ware.sku: (units, trade.text(units * ware.price_minor)) for ware, units in sale.basket.items()
        }
        bill = {**address, "email": sale.email}
        total = trade.text(sale.total_minor)
        return await self._shop.sell(lines, address, currency=trade.currency, total=total, billing=bill)

    def _told(self) -> Iterator[str]:
        for number, notes in self._shop.notes.items():
            for one in notes:
                yield f"#{number}: {one['note']}"
        for number, order in self._shop.orders.items():
            if order["status"] == "completed":
                yield f"#{number} is completed."

    def _counts(self) -> dict[str, int]:
        return {self._shop.goods[key]: left for key, left in self._shop.levels.items()}


def _goods(bought: Iterator[tuple[str, int]]) -> str:
    return ", ".join(f"{units} x {sku}" for sku, units in bought)
