"""Shops are connected, paused and looked at; what they are owed to hear is kept until they know it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from psycopg import errors

from doorstep.platform import journal
from doorstep.platform.db import Tx, broken_rule, columns, locked_of
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.stages.orders.model.shops import ParcelLeft, Shop, ShopGoods, ShopKind

Q = Statements("doorstep.stages.orders")
SECRETS = ("api_key", "api_secret", "hook_secret", "refresh_token")
SHOWN_MAX = 50
PEACE = timedelta(seconds=15)
PEACE_DOUBLED_MAX = 8
AMAZON_LOGIN = "https://api.amazon.com/auth/o2/token"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShop:
    """What somebody says to connect a shop; see `model.shops.Shop`."""

    code: str
    kind: ShopKind
    merchant_id: UUID
    base_url: str
    api_key: str
    hook_secret: str = ""
    api_secret: str = ""
    location: str = ""
    login_url: str = ""
    refresh_token: str = ""
    market: str = ""
    account: str = ""
    levels: bool = True
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShopCounts:
    """How many orders a shop told of, how many of them are refused, and how many parcels it is owed to hear of."""

    shop_id: UUID
    heard: int
    refused: int
    owed: int


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order of a shop, and what became of it."""

    ref: str
    shown: str
    version: datetime
    heard_at: datetime
    via: str
    outcome: str | None
    order_id: UUID | None
    faults: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class NotTold:
    """A parcel that a shop does not know of yet; `error` is its reason when it refused."""

    number: str
    ref: str
    error: str | None
    owed_at: datetime


async def connect_shop(tx: Tx, new: NewShop) -> UUID:
    """Connect a shop; its orders count from now on, or from `since`.

    Raises:
        Refused: the code is taken, or something does not fit.
    """
    if faults := _faults(new):
        raise invalid(faults)
    if new.kind is ShopKind.AMAZON and not new.login_url:
        new = replace(new, login_url=AMAZON_LOGIN)
    shop_id = new_id()
    values = {name: getattr(new, name) for name in NewShop.__slots__ if name != "since"}
    values |= {name: tx.seal(getattr(new, name)) for name in SECRETS}
    try:
        await tx.run(Q.add_shop, id=shop_id, since=new.since or tx.now, **values)
    except errors.UniqueViolation as error:
        if broken_rule(error) != "shop_code_taken":
            raise
        raise Refused(Reason.CONFLICT, f"There is a shop {new.code} already. Choose another name.") from None
    return shop_id


WANTED = {
    ShopKind.SHOPIFY: {"hook_secret": "Shopify signs its calls. Fill in the API secret key of the app."},
    ShopKind.WOOCOMMERCE: {
        "api_secret": "WooCommerce has a consumer key and a consumer secret. Fill in both.",
        "hook_secret": "WooCommerce signs its calls. Fill in a secret of your own, and give it to the webhooks.",
    },
    ShopKind.AMAZON: {
        "api_secret": "Amazon's app has a client id and a client secret. Fill in both.",
        "refresh_token": "Fill in the refresh token that the seller's authorization gave.",
        "location": "Fill in the location that is us at Amazon.",
    },
}
"""What each kind of shop cannot do without, and what to say when it is not there."""

LEVELS_WANT = {
    "market": "Stock levels need the id of Amazon's marketplace. Fill it in, or send no levels.",
    "account": "Stock levels need the seller's id at Amazon. Fill it in, or send no levels.",
}


def _faults(new: NewShop) -> list[Fault]:
    if new.kind is ShopKind.EDI:
        message = "A partner that speaks X12 is connected on Partners, or with POST /api/edi/partners."
        return [Fault("/kind", "edi", message)]
    wanted = dict(WANTED[new.kind])
    if new.kind is ShopKind.AMAZON and new.levels:
        wanted |= LEVELS_WANT
    found = [Fault(f"/{name}", "missing", says) for name, says in wanted.items() if not getattr(new, name)]
    if new.kind is ShopKind.SHOPIFY and new.levels and not new.location.isdigit():
        message = "Stock levels need the number of the location at Shopify. Fill it in, or send no levels."
        found.append(Fault("/location", "location", message))
    return found


async def shops(
    tx: Tx, own: UUID | None = None, *, shop_id: UUID | None = None, code: str | None = None
) -> list[Shop]:
    """Return shops, by code; only one merchant's when asked so.

    Raises:
        Refused: a secret of one cannot be opened.
    """
    return tx.opened(await tx.rows(Q.shops, Shop, own=own, id=shop_id, code=code), *SECRETS)


async def reseal(tx: Tx) -> int:
    """Seal the secrets of shops with the newest key; return how many shops there are."""
    await tx.run(Q.lock_shops)
    found = await shops(tx)
    sealed = {f"{name}s": [tx.seal(getattr(one, name)) for one in found] for name in SECRETS}
    await tx.run(Q.reseal_shops, ids=[one.id for one in found], **sealed)
    return len(found)


async def locked(tx: Tx) -> list[str]:
    """Return the shops whose secrets cannot be opened, and why."""
    return locked_of(tx, "shop", await tx.rows(Q.shops, Shop, own=None, id=None, code=None), SECRETS)


async def find_shop(tx: Tx, shop_id: UUID, own: UUID | None = None) -> Shop:
    """Return a shop.

    Raises:
        Refused: it is not there, or another merchant's.
    """
    found = await shops(tx, own, shop_id=shop_id)
    if not found:
        raise unknown("shop", shop_id)
    return found[0]


async def set_active(tx: Tx, shop_id: UUID, *, active: bool) -> None:
    """Pause a shop, or let it go on; its calls are taken either way."""
    await tx.run(Q.set_active, id=shop_id, active=active)


async def went_well(tx: Tx, shop_id: UUID) -> None:
    """Note that a shop answered."""
    await tx.run(Q.shop_well, id=shop_id)


async def went_wrong(tx: Tx, shop: Shop, error: str, wait_s: float | None = None) -> None:
    """Note what went wrong with a shop, and leave it in peace: as long as it asks, else twice as long each time."""
    peace = (
        PEACE * 2 ** min(shop.failures, PEACE_DOUBLED_MAX) if wait_s is None else timedelta(seconds=wait_s)
    )
    await tx.run(Q.shop_wrong, id=shop.id, error=error[:500], resumes_at=tx.now + peace)


async def polled(tx: Tx, shop_id: UUID, to: datetime) -> None:
    """Note up to which change the poll has seen a shop."""
    await tx.run(Q.polled, id=shop_id, polled_to=to)


async def counts(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, ShopCounts]:
    """Return what there is to know of shops at a glance."""
    return {one.shop_id: one for one in await tx.rows(Q.shop_counts, ShopCounts, ids=list(ids))}


async def orders_of(tx: Tx, shop_id: UUID) -> list[ShopOrder]:
    """Return the newest orders of a shop, those that did not get in first."""
    return await tx.rows(Q.shop_orders, ShopOrder, shop_id=shop_id, most=SHOWN_MAX)


async def not_told(tx: Tx, shop_id: UUID) -> list[NotTold]:
    """Return the parcels that a shop does not know of yet, the oldest first."""
    return await tx.rows(Q.parcels_not_told, NotTold, shop_id=shop_id, most=SHOWN_MAX)


# ---- what shops are owed to hear ----


async def tell_shops(tx: Tx, parcels: Sequence[ParcelLeft]) -> None:
    """Owe the shops that sold them word of parcels that left the house; parcels of other channels are left alone."""
    sold = {
        row[0]: row[1:]
        for row in await tx.tuples(Q.shops_of_orders, order_ids=[one.order_id for one in parcels])
    }
    ours = [one for one in parcels if one.order_id in sold]
    if not ours:
        return
    fresh = await tx.values(
        Q.owe_parcels,
        ids=[new_id() for _ in ours],
        **columns(ours, "parcel_id", "order_id", "number", "carrier", "last"),
        **columns(ours, "weight_g", "length_mm", "width_mm", "height_mm"),
        shop_ids=[sold[one.order_id][0] for one in ours],
        refs=[sold[one.order_id][1] for one in ours],
        liness=[msgspec.json.encode(one.lines).decode() for one in ours],
    )
    partners = set(await tx.values(Q.parcels_of_partners, ids=fresh))
    await journal.tell(tx, "shop", "parcel_owed", [one for one in fresh if one not in partners])
    await journal.tell(tx, "shop", "advice_owed", [one for one in fresh if one in partners])


@dataclass(frozen=True, slots=True)
class OwedParcel:
    """A parcel that a shop is owed to hear of."""

    shop_id: UUID
    ref: str
    parcel_id: UUID
    order_id: UUID
    number: str
    carrier: str
    lines: dict[str, int]
    last: bool
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    told_at: datetime | None

    def left(self, url: str) -> ParcelLeft:
        """Return the parcel as a shop is told of it."""
        return ParcelLeft(
            self.parcel_id,
            self.order_id,
            self.number,
            self.carrier,
            self.lines,
            self.last,
            url,
            self.weight_g,
            self.length_mm,
            self.width_mm,
            self.height_mm,
        )


async def confirmation_owed(tx: Tx, confirming: UUID) -> tuple[UUID, str] | None:
    """Return the shop and its order that are to be confirmed, while the shop does not know that we took it."""
    found = await tx.tuples(Q.confirmation_owed, confirming=confirming)
    return (found[0][0], found[0][1]) if found else None


async def confirmed(tx: Tx, shop_id: UUID, ref: str) -> None:
    """Note that a shop knows that we took an order."""
    await tx.run(Q.confirmed, shop_id=shop_id, ref=ref)


async def parcel_owed(tx: Tx, owed_id: UUID) -> OwedParcel | None:
    """Return a parcel that a shop is owed to hear of."""
    return await tx.row(Q.parcel_owed, OwedParcel, id=owed_id)


async def parcel_told(tx: Tx, owed_id: UUID, error: str | None = None) -> None:
    """Note that a shop knows of a parcel, or why it does not want to."""
    await tx.run(Q.parcel_told, id=owed_id, error=error and error[:500])


async def learn_goods(tx: Tx, shop_id: UUID, goods: Sequence[ShopGoods], *, whole: bool) -> None:
    """Learn how a shop calls the stock of its products; `whole` when these were the last of them."""
    by_sku = {one.sku: one.ref for one in goods}
    await tx.run(Q.learn_goods, shop_id=shop_id, skus=list(by_sku), refs=list(by_sku.values()))
    if whole:
        await tx.run(Q.goods_learned, id=shop_id)
