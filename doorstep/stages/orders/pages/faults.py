"""What is wrong with a checkout, in the shopper's language and in words of the form; the API's words are for shops' developers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from doorstep.platform.errors import Fault
from doorstep.platform.messages import catalog, text
from doorstep.stages.catalog import Product
from doorstep.stages.orders.model import NewOrder
from doorstep.stages.orders.rules.address import examine

FIELD = "/ship_to/"
LINE = "/lines/"


def unreachable(order: NewOrder, products: Sequence[Product], available: Mapping[UUID, int]) -> list[Fault]:
    """Return what is wrong with the order of a shopper whom no message could reach, with all that the form shows at once.

    A shop, unlike the API, needs an e-mail address or a phone number; whoever gives one of them has no fault here.
    """
    if order.ship_to.email or order.ship_to.phone:
        return []
    _, faults, _ = examine(order.ship_to)
    scarce = [
        Fault(f"{LINE}{at}/quantity", "unavailable", "")
        for at, (line, product) in enumerate(zip(order.lines, products, strict=True))
        if line.quantity > available.get(product.id, 0)
    ]
    return [*scarce, *faults, Fault(f"{FIELD}email", "unreachable", "")]


def in_words(faults: Sequence[Fault], lang: str, left: Sequence[tuple[str, int]]) -> list[Fault]:
    """Return the faults as a shopper reads them; one that no form can cause keeps its words.

    Args:
        faults: as the rules of an order say them.
        lang: the shopper's language.
        left: per line of the order, the product's name and how many can be had.
    """
    return [Fault(one.pointer, one.code, _said(one, lang, left)) for one in faults]


def _said(fault: Fault, lang: str, left: Sequence[tuple[str, int]]) -> str:
    key = f"shop.fault.{fault.code}"
    if fault.pointer.startswith(LINE) and fault.code == "unavailable":
        name, count = left[int(fault.pointer.split("/")[2])]
        return text(key if count > 0 else "shop.fault.sold_out", lang, name=name, count=count)
    if fault.pointer.startswith(FIELD) and key in catalog("en"):
        return text(key, lang, field=text(f"shop.{fault.pointer.removeprefix(FIELD)}", lang))
    return text(key, lang) if fault.pointer == "/total_minor" and key in catalog("en") else fault.message
