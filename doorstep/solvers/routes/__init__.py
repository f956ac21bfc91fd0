"""Which van visits whom, in which order and when.

`solve(Routing(...), budget, seed)` plans the day; `insert(problem, plan, stop, locks)` puts a late stop into running
routes in milliseconds, and `offered(...)` tells which windows it could be promised; `replan(...)` changes a running day
only where that is worth its price; `timed(...)` tells when a fixed order of visits is reached; `referee.judge(...)` trusts
nobody.
"""

from doorstep.solvers.routes.chain import Kept
from doorstep.solvers.routes.crews import ALONE, Alone, Crew
from doorstep.solvers.routes.fleet import Break, Depot, Hours, Van
from doorstep.solvers.routes.insertion import Insertion, Shift, insert
from doorstep.solvers.routes.legs import UNREACHABLE, Network, Roads
from doorstep.solvers.routes.offers import Offer, offered
from doorstep.solvers.routes.planning import solve
from doorstep.solvers.routes.plans import Call, Fault, Locks, Misfit, Pause, Plan, Reload, Route, Unserved
from doorstep.solvers.routes.referee import judge
from doorstep.solvers.routes.refusals import RouteRefused
from doorstep.solvers.routes.replanning import Change, Instability, Replan, replan
from doorstep.solvers.routes.routing import Routing, Visit
from doorstep.solvers.routes.schedule import timed
from doorstep.solvers.routes.stops import Stop, Window
from doorstep.solvers.routes.straight import TOWN, Drive, Habits, Point, Straight, learned, roads

__all__ = [
    "ALONE",
    "TOWN",
    "UNREACHABLE",
    "Alone",
    "Break",
    "Call",
    "Change",
    "Crew",
    "Depot",
    "Drive",
    "Fault",
    "Habits",
    "Hours",
    "Insertion",
    "Instability",
    "Kept",
    "Locks",
    "Misfit",
    "Network",
    "Offer",
    "Pause",
    "Plan",
    "Point",
    "Reload",
    "Replan",
    "Roads",
    "Route",
    "RouteRefused",
    "Routing",
    "Shift",
    "Stop",
    "Straight",
    "Unserved",
    "Van",
    "Visit",
    "Window",
    "insert",
    "judge",
    "learned",
    "offered",
    "replan",
    "roads",
    "solve",
    "timed",
]
