"""The words of orders: life cycles and holds, the order as it comes in, and what becomes of it."""

from doorstep.stages.orders.model.asked import (
    Contact,
    NewLine,
    NewOrder,
    NewPayment,
    Outcome,
    Verdict,
)
from doorstep.stages.orders.model.found import (
    Hold,
    Item,
    Known,
    Line,
    Order,
    Payment,
    Promise,
    Refund,
    RefundAsk,
    Risk,
    Seller,
    risk_of,
)
from doorstep.stages.orders.model.lifecycles import (
    MACHINES,
    ORDER,
    PAYMENT,
    REFUND,
    HoldReason,
    OrderAct,
    OrderState,
    PaymentAct,
    PaymentState,
    RefundAct,
    RefundState,
)

TOLD = ("shop.heard", "shop.parcel_owed", "shop.taken", "shop.advice_owed", "shop.document_owed")
"""Events of things without a life cycle: a shop told of an order, and is owed to hear of a parcel."""

__all__ = [
    "MACHINES",
    "ORDER",
    "PAYMENT",
    "REFUND",
    "TOLD",
    "Contact",
    "Hold",
    "HoldReason",
    "Item",
    "Known",
    "Line",
    "NewLine",
    "NewOrder",
    "NewPayment",
    "Order",
    "OrderAct",
    "OrderState",
    "Outcome",
    "Payment",
    "PaymentAct",
    "PaymentState",
    "Promise",
    "Refund",
    "RefundAct",
    "RefundAsk",
    "RefundState",
    "Risk",
    "Seller",
    "Verdict",
    "risk_of",
]
