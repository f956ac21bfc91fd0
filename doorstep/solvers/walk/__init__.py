"""The shortest walk of a picker: where to go first, and how far it is.

`tour(warehouse, picks)` answers at once; `solve(Walk(...), budget, seed)` is the same with a budget for floors that
need local search. A `Warehouse` is parallel aisles (answered exactly), a `Floor` any graph.
"""

from doorstep.solvers.walk.floors import Floor, Passage
from doorstep.solvers.walk.layout import Aisle, Bin, Spot, WalkRefused, Warehouse, rectangle
from doorstep.solvers.walk.questions import Walk
from doorstep.solvers.walk.replanning import replan
from doorstep.solvers.walk.solving import solve, tour
from doorstep.solvers.walk.tours import Tour

__all__ = [
    "Aisle",
    "Bin",
    "Floor",
    "Passage",
    "Spot",
    "Tour",
    "Walk",
    "WalkRefused",
    "Warehouse",
    "rectangle",
    "replan",
    "solve",
    "tour",
]
