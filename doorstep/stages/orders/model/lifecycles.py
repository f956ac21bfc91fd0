"""The life cycles of orders, payments and refunds, and why an order may be held."""

from enum import StrEnum

from doorstep.platform.machine import Machine


class OrderState(StrEnum):
    """Where the commercial order is; payment, holds and goods are axes of their own."""

    PLACED = "placed"
    HELD = "held"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    CANCELED = "canceled"
    MERGED = "merged"


class OrderAct(StrEnum):
    """What is done to an order."""

    HOLD = "hold"
    ACCEPT = "accept"
    CANCEL = "cancel"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"


ORDER = Machine(
    kind="order",
    table="orders.orders",
    start=OrderState.PLACED,
    moves={
        OrderAct.HOLD: {OrderState.PLACED: OrderState.HELD, OrderState.ACCEPTED: OrderState.HELD},
        OrderAct.ACCEPT: {OrderState.PLACED: OrderState.ACCEPTED, OrderState.HELD: OrderState.ACCEPTED},
        OrderAct.CANCEL: {
            OrderState.PLACED: OrderState.CANCELED,
            OrderState.HELD: OrderState.CANCELED,
            OrderState.ACCEPTED: OrderState.CANCELED,
        },
        OrderAct.CLOSE: {OrderState.ACCEPTED: OrderState.CLOSED},
        OrderAct.REOPEN: {OrderState.CLOSED: OrderState.ACCEPTED},
        OrderAct.MERGE: {OrderState.ACCEPTED: OrderState.MERGED},
    },
    notes=(
        "promised",
        "hold_placed",
        "hold_released",
        "part_held",
        "part_released",
        "split",
        "joined",
        "rounded",
        "mail_asked",
        "oddity",
        "changed",
        "address_changed",
        "delivery_changed",
        "rerouted",
        "refilled",
    ),
)


class DraftState(StrEnum):
    """Where a draft order is."""

    OPEN = "open"
    PLACED = "placed"
    DROPPED = "dropped"


class DraftAct(StrEnum):
    """What is done to a draft order."""

    PLACE = "place"
    DROP = "drop"


DRAFT = Machine(
    kind="draft",
    table="orders.drafts",
    start=DraftState.OPEN,
    moves={
        DraftAct.PLACE: {DraftState.OPEN: DraftState.PLACED},
        DraftAct.DROP: {DraftState.OPEN: DraftState.DROPPED},
    },
)


class PaymentState(StrEnum):
    """Where one payment's money is."""

    OWED = "owed"
    ASKED = "asked"
    AUTHORIZED = "authorized"
    LAPSED = "lapsed"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    CAPTURING = "capturing"
    CAPTURED = "captured"
    VOIDING = "voiding"
    VOIDED = "voided"


class PaymentAct(StrEnum):
    """What is done to a payment; the processor is called between the wish and the answer.

    A payment that was arranged outside (`manual`) needs no call: it is authorized, captured and voided directly.
    """

    ASK = "ask"
    AUTHORIZE = "authorize"
    DECLINE = "decline"
    DOUBT = "doubt"
    LAPSE = "lapse"
    RETRY = "retry"
    WANT_CAPTURE = "want_capture"
    CAPTURE = "capture"
    CAPTURE_PART = "capture_part"
    WANT_VOID = "want_void"
    VOID = "void"


PAYMENT = Machine(
    kind="payment",
    table="orders.payments",
    start=PaymentState.OWED,
    moves={
        PaymentAct.ASK: {PaymentState.OWED: PaymentState.ASKED},
        PaymentAct.AUTHORIZE: {
            PaymentState.OWED: PaymentState.AUTHORIZED,
            PaymentState.ASKED: PaymentState.AUTHORIZED,
            PaymentState.UNKNOWN: PaymentState.AUTHORIZED,
        },
        PaymentAct.DECLINE: {
            PaymentState.ASKED: PaymentState.DECLINED,
            PaymentState.UNKNOWN: PaymentState.DECLINED,
        },
        PaymentAct.DOUBT: {PaymentState.ASKED: PaymentState.UNKNOWN},
        PaymentAct.LAPSE: {
            PaymentState.AUTHORIZED: PaymentState.LAPSED,
            PaymentState.CAPTURING: PaymentState.LAPSED,
        },
        PaymentAct.RETRY: {
            PaymentState.UNKNOWN: PaymentState.OWED,
            PaymentState.DECLINED: PaymentState.OWED,
            PaymentState.LAPSED: PaymentState.OWED,
        },
        PaymentAct.WANT_CAPTURE: {PaymentState.AUTHORIZED: PaymentState.CAPTURING},
        PaymentAct.CAPTURE_PART: {PaymentState.CAPTURING: PaymentState.AUTHORIZED},
        PaymentAct.CAPTURE: {
            PaymentState.CAPTURING: PaymentState.CAPTURED,
            PaymentState.AUTHORIZED: PaymentState.CAPTURED,
        },
        PaymentAct.WANT_VOID: {
            PaymentState.AUTHORIZED: PaymentState.VOIDING,
            PaymentState.OWED: PaymentState.VOIDING,
            PaymentState.UNKNOWN: PaymentState.VOIDING,
            PaymentState.LAPSED: PaymentState.VOIDING,
        },
        PaymentAct.VOID: {
            PaymentState.VOIDING: PaymentState.VOIDED,
            PaymentState.AUTHORIZED: PaymentState.VOIDED,
            PaymentState.OWED: PaymentState.VOIDED,
        },
    },
    notes=("told", "disputed"),
)


class RefundState(StrEnum):
    """Where money on its way back is."""

    OWED = "owed"
    REFUNDED = "refunded"
    REFUSED = "refused"


class RefundAct(StrEnum):
    """What is done to a refund."""

    REFUND = "refund"
    REFUSE = "refuse"
    RETRY = "retry"


REFUND = Machine(
    kind="refund",
    table="orders.refunds",
    start=RefundState.OWED,
    moves={
        RefundAct.REFUND: {RefundState.OWED: RefundState.REFUNDED},
        RefundAct.REFUSE: {RefundState.OWED: RefundState.REFUSED},
        RefundAct.RETRY: {RefundState.REFUSED: RefundState.OWED},
    },
)


class HoldReason(StrEnum):
    """Why an order may not go on; each reason is released on its own."""

    PAYMENT = "payment"
    ADDRESS = "address"
    EMAIL = "email"
    OUT_OF_STOCK = "out_of_stock"
    FRAUD = "fraud"
    PREORDER = "preorder"
    MANUAL = "manual"


MACHINES = (DRAFT, ORDER, PAYMENT, REFUND)
