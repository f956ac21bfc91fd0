"""Suggesting boxes: thought out when the last piece is picked, kept for the packer who opens the tote."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.solvers.cartons import Box
from doorstep.stages import catalog
from doorstep.stages.warehouse.acts.pack import PackLineFacts, to_box, to_piece
from doorstep.stages.warehouse.rules.cartons import PackStep, Piece, Suggestion, pictures

Q = Statements("doorstep.stages.warehouse")


@dataclass(frozen=True, slots=True)
class CartonQuestion:
    """What goes into which boxes."""

    pieces: tuple[Piece, ...]
    boxes: tuple[Box, ...]


async def read_cartons(tx: Tx, fulfillment_id: UUID) -> CartonQuestion | None:
    """Return what is to be thought out for a picked fulfillment order; None when it is not wanted any more."""
    if not await tx.values(Q.cartons_to_suggest, fulfillment_id=fulfillment_id):
        return None
    lines = await tx.rows(Q.pack_lines, PackLineFacts, fulfillment_id=fulfillment_id)
    pieces = [to_piece(line, line.need) for line in lines if line.need]
    return CartonQuestion(tuple(pieces), tuple(to_box(box) for box in await catalog.boxes_of(tx)))


async def keep_cartons(tx: Tx, fulfillment_id: UUID, suggestion: Suggestion) -> None:
    """Keep a suggestion for the packer."""
    await tx.run(
        Q.keep_cartons,
        fulfillment_id=fulfillment_id,
        cartons=msgspec.json.encode(suggestion).decode(),
    )


async def pictures_of(tx: Tx, fulfillment_id: UUID, number: int) -> list[PackStep]:
    """Draw how the suggested box with this number (from 0) is packed; nothing when none was thought out."""
    kept: Any = await tx.value(Q.cartons_of, fulfillment_id=fulfillment_id)
    return pictures(msgspec.convert(kept, Suggestion), number) if kept else []
