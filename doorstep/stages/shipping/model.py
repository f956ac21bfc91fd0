"""The words of shipping: label purchases, manifests and their life cycles."""

from enum import StrEnum

from doorstep.platform.machine import Machine


class LabelState(StrEnum):
    """Where the purchase of one label is."""

    OWED = "owed"
    SENT = "sent"
    BOUGHT = "bought"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    VOIDING = "voiding"
    VOIDED = "voided"


class LabelAct(StrEnum):
    """What is done to a label purchase; the carrier is called between `send` and the answer."""

    SEND = "send"
    BUY = "buy"
    REFUSE = "refuse"
    DOUBT = "doubt"
    RETRY = "retry"
    WANT_VOID = "want_void"
    VOID = "void"


_L = LabelState
LABEL = Machine(
    kind="label",
    table="shipping.labels",
    start=_L.OWED,
    moves={
        LabelAct.SEND: {_L.OWED: _L.SENT},
        LabelAct.BUY: {_L.SENT: _L.BOUGHT, _L.UNKNOWN: _L.BOUGHT},
        LabelAct.REFUSE: {_L.OWED: _L.REFUSED, _L.SENT: _L.REFUSED, _L.UNKNOWN: _L.REFUSED},
        LabelAct.DOUBT: {_L.SENT: _L.UNKNOWN},
        LabelAct.RETRY: {_L.UNKNOWN: _L.OWED, _L.REFUSED: _L.OWED},
        LabelAct.WANT_VOID: {_L.BOUGHT: _L.VOIDING, _L.REFUSED: _L.VOIDING, _L.OWED: _L.VOIDING},
        LabelAct.VOID: {_L.VOIDING: _L.VOIDED},
    },
    notes=("printed", "reprinted", "handed_over"),
)


class ManifestState(StrEnum):
    """Whether a carrier has taken a list of parcels over."""

    OPEN = "open"
    CLOSED = "closed"


class ManifestAct(StrEnum):
    """What is done to a manifest."""

    CLOSE = "close"


MANIFEST = Machine(
    kind="manifest",
    table="shipping.manifests",
    start=ManifestState.OPEN,
    moves={ManifestAct.CLOSE: {ManifestState.OPEN: ManifestState.CLOSED}},
)

MACHINES = (LABEL, MANIFEST)
