"""Shipping: rate, label, manifest, hand over."""

from doorstep.stages.shipping.acts.learning import learn
from doorstep.stages.shipping.acts.leaving import hand_over
from doorstep.stages.shipping.acts.looking import LabelOf, labels_of
from doorstep.stages.shipping.acts.printing import return_label
from doorstep.stages.shipping.acts.voiding import void
from doorstep.stages.shipping.acts.wanting import want
from doorstep.stages.shipping.model import (
    LABEL,
    MANIFEST,
    HandOver,
    LabelState,
    ManifestState,
    Record,
    ReturnLabel,
    Verdict,
)
from doorstep.stages.shipping.rules.numbers import scanned

__all__ = [
    "LABEL",
    "MANIFEST",
    "HandOver",
    "LabelOf",
    "LabelState",
    "ManifestState",
    "Record",
    "ReturnLabel",
    "Verdict",
    "hand_over",
    "labels_of",
    "learn",
    "return_label",
    "scanned",
    "void",
    "want",
]
