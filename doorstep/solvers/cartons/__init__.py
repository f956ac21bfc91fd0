"""Which box, and how things lie in it: `solve(Packing(...), budget, seed)` answers with boxes and placements.

`judge(problem, answer)` says what is wrong with an answer, `steps_of` and `picture` show a
person how to pack a box.
"""

from doorstep.solvers.cartons.answers import Answer, PackedBox, Placement, Unserved
from doorstep.solvers.cartons.picture import Step, picture, steps_of
from doorstep.solvers.cartons.questions import Box, CartonRefused, Item, Objective, Packing, Rotations
from doorstep.solvers.cartons.referee import Finding, judge
from doorstep.solvers.cartons.solving import solve

__all__ = [
    "Answer",
    "Box",
    "CartonRefused",
    "Finding",
    "Item",
    "Objective",
    "PackedBox",
    "Packing",
    "Placement",
    "Rotations",
    "Step",
    "Unserved",
    "judge",
    "picture",
    "solve",
    "steps_of",
]
