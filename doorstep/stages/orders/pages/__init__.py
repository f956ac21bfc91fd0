"""Orders for people: the list and the page of one order at the desk, tables that are imported, and the merchants' shop windows."""

from doorstep.stages.orders.pages import (
    accounts,
    changing,
    desk,
    drafts,
    edi,
    fraud,
    holds,
    importing,
    listing,
    many,
    merging,
    shop,
    shops,
    sourcing,
    splitting,
)

ROUTES = [
    *importing.ROUTES,
    *drafts.ROUTES,
    *changing.ROUTES,
    *splitting.ROUTES,
    *merging.ROUTES,
    *listing.ROUTES,
    *many.ROUTES,
    *desk.ROUTES,
    *holds.ROUTES,
    *fraud.ROUTES,
    *shop.ROUTES,
    *shops.ROUTES,
    *edi.ROUTES,
    *sourcing.ROUTES,
    *accounts.ROUTES,
]
