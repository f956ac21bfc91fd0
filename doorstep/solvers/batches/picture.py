"""Batches drawn as SVG: the walk of each on the floor, one below the other, so that the numbers of stops stay readable."""

from xml.sax.saxutils import escape

from doorstep.solvers.batches.orders import Answer
from doorstep.solvers.walk import Warehouse
from doorstep.solvers.walk.picture import picture as drawn_walk
from doorstep.solvers.walk.picture import size

HEAD, MARGIN = 70, 40
MOST_DRAWN = 24
"""Further walks are counted in the last line."""


def picture(warehouse: Warehouse, answer: Answer) -> str:
    """Return the drawing as one `<svg>`, the walks in the order of the answer."""
    shown = answer.batches[:MOST_DRAWN]
    left_out = len(answer.batches) - len(shown)
    tiles, y, width = [], 0, 0
    for number, batch in enumerate(shown, 1):
        count = "1 order" if len(batch.orders) == 1 else f"{len(batch.orders)} orders"
        title = f"Walk {number}: {count}, {batch.distance_mm / 1000:.0f} m"
        across, down = size(warehouse, batch.tour)
        tiles += [
            f'<text x="{MARGIN}" y="{y + 50}">{escape(title)}</text>',
            f'<svg y="{y + HEAD}" width="{across}" height="{down}">',
            drawn_walk(warehouse, batch.tour, title),
            "</svg>",
        ]
        y += HEAD + down
        width = max(width, across)
    if left_out:
        tiles.append(f'<text x="{MARGIN}" y="{y + 50}">and {left_out} more walks</text>')
    height = y + (HEAD if left_out else 0)
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {max(width, 1)} {max(height, 1)}" role="img" '
                'font-family="sans-serif" font-size="40" fill="#1c2733">'
            ),
            f"<title>{len(answer.batches)} walks, {answer.value_mm / 1000:.1f} m</title>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *tiles,
            "</svg>",
        ]
    )
