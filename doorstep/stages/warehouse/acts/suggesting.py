"""Suggesting boxes: thought out when the last piece is picked, kept for the packer who opens the tote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.solvers.cartons import Box
from doorstep.stages import catalog
from doorstep.stages.warehouse.acts.pack import lines_of, to_box, to_piece
from doorstep.stages.warehouse.rules.cartons import PackGuide, Piece, Suggestion, guide

Q = Statements("doorstep.stages.warehouse")


@dataclass(frozen=True, slots=True)
class CartonQuestion:
    """What goes into which boxes."""

    pieces: tuple[Piece, ...]
    boxes: tuple[Box, ...]


async def read_cartons(tx: Tx, fulfillment_ids: Sequence[UUID]) -> dict[UUID, CartonQuestion]:
    """Return what is to be thought out for picked fulfillment orders; those not wanted any more are left out."""
    wanted = await tx.values(Q.cartons_to_suggest, fulfillment_ids=list(fulfillment_ids))
    if not wanted:
        return {}
    boxes = tuple(to_box(box) for box in await catalog.boxes_of(tx))
    lines = await lines_of(tx, wanted)
    return {
        one: CartonQuestion(tuple(to_piece(line, line.need) for line in lines[one] if line.need), boxes)
        for one in wanted
    }


async def keep_cartons(tx: Tx, suggestions: Mapping[UUID, Suggestion]) -> None:
    """Keep suggestions for the packers."""
    if suggestions:
        await tx.run(
            Q.keep_cartons,
            fulfillment_ids=list(suggestions),
            cartonss=[msgspec.json.encode(one).decode() for one in suggestions.values()],
        )


async def guide_of(tx: Tx, fulfillment_id: UUID, number: int) -> PackGuide:
    """Draw how the suggested box with this number (from 0) is packed, and say why; empty when none was thought out."""
    kept: Any = await tx.value(Q.cartons_of, fulfillment_id=fulfillment_id)
    return guide(msgspec.convert(kept, Suggestion), number) if kept else PackGuide()
