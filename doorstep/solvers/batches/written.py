"""Orders to batch as a JSON document with the fields of `Batching`, and the batches as another; for `floor` see `walk.written`."""

from typing import Any

import msgspec

from doorstep.solvers.batches.orders import Answer, Batching, BatchRefused
from doorstep.solvers.documents import record
from doorstep.solvers.walk.written import read_floor


def read(document: Any) -> Batching:
    """Return the question that a document describes.

    Args:
        document: of JSON, decoded.

    Raises:
        BatchRefused: `document_wrong` with the place in the document, or what orders and cart themselves refuse.
        WalkRefused: the same of the floor.
    """
    return record(document, Batching, BatchRefused, floor=read_floor(document))


def told(answer: Answer) -> dict[str, Any]:
    """Return the batches as a document."""
    document: dict[str, Any] = msgspec.to_builtins(answer)
    return document
