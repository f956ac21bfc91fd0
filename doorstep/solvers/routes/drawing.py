"""A plan as a picture: one color for each van, the depots as squares, left-out stops as crosses. SVG, to scale."""

from collections.abc import Iterator
from html import escape

from doorstep.solvers.routes.chain import visits_of
from doorstep.solvers.routes.plans import Plan
from doorstep.solvers.routes.routing import Routing

SIZE, MARGIN, LINE = 600, 24, 18
COLORS = (
    "#1b6ca8",
    "#c8553d",
    "#3a7d44",
    "#8e5aa8",
    "#b8860b",
    "#00798c",
    "#d1495b",
    "#5f6caf",
    "#6b705c",
    "#9c6644",
)


def drawn(problem: Routing, plan: Plan) -> str:
    """Return the routes as SVG; places lie as on the chart of the roads."""
    spots = _spots(problem)
    height = SIZE + 2 * MARGIN + LINE * (len(plan.routes) + 1)
    width = SIZE + 2 * MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape('; '.join(plan.reasons))}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *_routes(problem, plan, spots),
        *_doors(problem, plan, spots),
        *_legend(plan),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _spots(problem: Routing) -> list[tuple[int, int]]:
    """Return where each place lies on the picture, north up."""
    chart = problem.roads.chart()
    if not len(chart):
        return []
    low, high = chart.min(axis=0), chart.max(axis=0)
    scale = SIZE / max(*(high - low), 1e-9)
    return [
        (MARGIN + round((x - low[0]) * scale), MARGIN + SIZE - round((y - low[1]) * scale)) for x, y in chart
    ]


def _routes(problem: Routing, plan: Plan, spots: list[tuple[int, int]]) -> Iterator[str]:
    for number, route in enumerate(plan.routes):
        start, end = problem.ends(problem.van_named[route.van])
        places = [start, *(visit.place for visit in visits_of(problem, route)), end]
        points = " ".join(f"{spots[place][0]},{spots[place][1]}" for place in places)
        yield (
            f'<polyline points="{points}" fill="none" stroke="{COLORS[number % len(COLORS)]}" '
            'stroke-width="1.5" stroke-linejoin="round"/>'
        )


def _doors(problem: Routing, plan: Plan, spots: list[tuple[int, int]]) -> Iterator[str]:
    for number, route in enumerate(plan.routes):
        for place, call in enumerate(route.calls, 1):
            x, y = spots[problem.stop_named[call.stop].place]
            yield (
                f'<circle cx="{x}" cy="{y}" r="3" fill="{COLORS[number % len(COLORS)]}">'
                f"<title>{escape(call.stop)}: {place}. of {escape(route.van)}, {clock(call.start_s)}</title></circle>"
            )
    for each in plan.unserved:
        x, y = spots[problem.stop_named[each.stop].place]
        yield (
            f'<path d="M{x - 4} {y - 4}l8 8m0 -8l-8 8" stroke="#b00020" stroke-width="2">'
            f"<title>{escape(each.message)}</title></path>"
        )
    for depot in problem.depots:
        x, y = spots[depot.place]
        yield (
            f'<rect x="{x - 5}" y="{y - 5}" width="10" height="10" fill="#222"><title>{escape(depot.name)}</title></rect>'
        )


def _legend(plan: Plan) -> Iterator[str]:
    top = SIZE + 2 * MARGIN
    for number, route in enumerate(plan.routes):
        y = top + LINE * number
        words = (
            f"{route.van}: {len(route.calls)} stops, {route.distance_m / 1000:.1f} km, "
            f"{clock(route.depart_s)} to {clock(route.end_s)}"
        )
        yield f'<rect x="{MARGIN}" y="{y}" width="10" height="10" fill="{COLORS[number % len(COLORS)]}"/>'
        yield f'<text x="{MARGIN + 16}" y="{y + 10}" font-family="sans-serif" font-size="12" fill="#222">{escape(words)}</text>'
    if plan.unserved:
        y = top + LINE * len(plan.routes) + 10
        yield f'<text x="{MARGIN}" y="{y}" fill="#b00020">{len(plan.unserved)} stops are left out</text>'


def clock(seconds: int) -> str:
    """Return a moment of the day as hours and minutes."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
