"""The judgement of inventory: who gets what when goods are scarce. Facts in, decision out."""

from doorstep.stages.inventory.rules.goods import (
    SET_ASIDE,
    Course,
    Cursor,
    Key,
    break_promises,
    candidate_keys,
    course,
    first_choice,
    is_inside,
    is_sellable,
    merged,
    quantity_faults,
    read_cursor,
    replace,
    share_out,
)

__all__ = [
    "SET_ASIDE",
    "Course",
    "Cursor",
    "Key",
    "break_promises",
    "candidate_keys",
    "course",
    "first_choice",
    "is_inside",
    "is_sellable",
    "merged",
    "quantity_faults",
    "read_cursor",
    "replace",
    "share_out",
]
