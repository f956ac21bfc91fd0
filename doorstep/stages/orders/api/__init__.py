"""Orders over JSON: place one or many, read, cancel, hold, release, pay again."""

from doorstep.stages.orders.api import (
    accounts,
    acting,
    buffers,
    changing,
    edi,
    fraud,
    holds,
    hooks,
    importing,
    many,
    placing,
    reading,
    shops,
    sourcing,
    streaming,
    terms,
)

ROUTES = [
    *placing.ROUTES,
    *streaming.ROUTES,
    *reading.ROUTES,
    *acting.ROUTES,
    *many.ROUTES,
    *changing.ROUTES,
    *holds.ROUTES,
    *fraud.ROUTES,
    *sourcing.ROUTES,
    *terms.ROUTES,
    *importing.ROUTES,
    *hooks.ROUTES,
    *accounts.ROUTES,
    *shops.ROUTES,
    *buffers.ROUTES,
    *edi.ROUTES,
]
