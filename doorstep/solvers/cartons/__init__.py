"""Which box, and how things lie in it: `solve(Packing(...), budget, seed)` answers with boxes and placements.

`judge(problem, answer)` says what is wrong with an answer, `steps_of` and `picture` show a
person how to pack a box.
"""

from doorstep.solvers.cartons.answers import Answer, PackedBox, Placement, Unserved
from doorstep.solvers.cartons.boxes import OWN, Box
from doorstep.solvers.cartons.findings import Finding
from doorstep.solvers.cartons.goods import Item, Rotations
from doorstep.solvers.cartons.picture import Step, picture, steps_of
from doorstep.solvers.cartons.questions import Objective, Packing
from doorstep.solvers.cartons.rates import Landed, Rate, Surcharge, Tariff
from doorstep.solvers.cartons.referee import judge
from doorstep.solvers.cartons.refusals import CartonRefused
from doorstep.solvers.cartons.solving import solve

__all__ = [
    "OWN",
    "Answer",
    "Box",
    "CartonRefused",
    "Finding",
    "Item",
    "Landed",
    "Objective",
    "PackedBox",
    "Packing",
    "Placement",
    "Rate",
    "Rotations",
    "Step",
    "Surcharge",
    "Tariff",
    "Unserved",
    "judge",
    "picture",
    "solve",
    "steps_of",
]
