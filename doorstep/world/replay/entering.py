"""An order of the export as the house takes it in. Pure."""

from doorstep.stages.orders import NewLine, NewOrder, NewPayment
from doorstep.world.replay.furnishing import CURRENCY
from doorstep.world.replay.olist import Olist
from doorstep.world.replay.parts import Oddity
from doorstep.world.replay.places import contact
from doorstep.world.replay.standing import CHANNEL
from doorstep.world.replay.timeline import Event


def new_order(event: Event, olist: Olist) -> tuple[NewOrder, list[Oddity]]:
    """Return the order of a part that is placed, and what is odd about its address."""
    part = event.part
    ship_to, oddities = contact(part.customer, olist.centroids)
    return (
        NewOrder(
            merchant=part.seller,
            channel=CHANNEL,
            external_ref=part.ref,
            placed_at=event.at,
            currency=CURRENCY,
            lines=[
                NewLine(sku=line.sku, quantity=line.quantity, unit_minor=line.unit_minor)
                for line in part.lines
            ],
            shipping_minor=part.freight_minor,
            total_minor=part.paid_minor,
            ship_to=ship_to,
            payments=[
                NewPayment(processor="manual", method=one.method, amount_minor=one.amount_minor)
                for one in part.payments
            ],
            language="pt",
        ),
        oddities,
    )
