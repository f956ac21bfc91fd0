"""Which van visits whom, in which order and when.

`solve(Routing(...), budget, seed)` plans the day; `insert(problem, plan, stop, locks)` puts a late stop into running
routes in milliseconds; `timed(...)` tells when a fixed order of stops is reached; `referee.judge(...)` trusts nobody.
"""

from doorstep.solvers.routes.insertion import Insertion, Shift, insert
from doorstep.solvers.routes.plans import Call, Locks, Plan, Route, Unserved
from doorstep.solvers.routes.referee import Fault, judge
from doorstep.solvers.routes.routing import Depot, Roads, RouteRefused, Routing, Stop, Van, Window
from doorstep.solvers.routes.schedule import Misfit, timed
from doorstep.solvers.routes.solving import solve
from doorstep.solvers.routes.straight import Point, roads

__all__ = [
    "Call",
    "Depot",
    "Fault",
    "Insertion",
    "Locks",
    "Misfit",
    "Plan",
    "Point",
    "Roads",
    "Route",
    "RouteRefused",
    "Routing",
    "Shift",
    "Stop",
    "Unserved",
    "Van",
    "Window",
    "insert",
    "judge",
    "roads",
    "solve",
    "timed",
]
