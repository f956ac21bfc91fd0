"""Draws a packed box step by step: an isometric picture that a packer follows, from the far corner to the near one.

Left back bottom is the far corner. Length runs to the right, width to the left front, height up. Colors are the custom
properties of the page around it, with values of their own where there is no page, so it is right on light and dark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from doorstep.solvers.cartons.answers import PackedBox, Placement
from doorstep.solvers.cartons.boxes import OWN, Box
from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.refusals import CartonRefused

VIEW = 360
"""Width of the drawing in its own units; at 360 px one unit is one pixel."""

MARGIN = 24
TALLEST = 440
"""A tower of a box is drawn smaller instead of filling the screen."""

COS, SIN = 866, 500
"""Of 30 degrees, times 1000."""

MOST_SORTED = 600
"""Up to so many units are drawn in exact order; more are too small to be told apart."""

INK = 'stroke="var(--edge, #89857b)" stroke-linejoin="round"'
PLAIN = "var(--surface, #ffffff)"
NEW = "var(--accent, #0b6270)"

Solid = tuple[int, int, int, int, int, int]
"""Near and far corner: x, y, z, x, y, z in mm."""

Screen = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Step:
    """Units of one item that are packed one after the other, the same way up, side by side or in stacks that begin alike.

    Attributes:
        item: index in the problem's items.
        first: index of the first placement.
        after: index behind the last placement.
        text: what to do.
    """

    item: int
    first: int
    after: int
    text: str

    @property
    def quantity(self) -> int:
        """How many units."""
        return self.after - self.first


def steps_of(problem: Packing, packed: PackedBox) -> tuple[Step, ...]:
    """Return how to pack a box, in as few steps as a person would count."""
    steps: list[Step] = []
    first = base_mm = 0
    placements = packed.placements
    for at, each in enumerate(placements):
        following = placements[at + 1] if at + 1 < len(placements) else None
        base_mm = each.z_mm if at == first else base_mm
        if following and _goes_on(each, following, base_mm):
            continue
        name = problem.items[each.item].name
        where = f"at {base_mm} mm height" if base_mm else "on the floor"
        text = f"{at + 1 - first} x {name} {where}, {each.height_mm} mm up"
        steps.append(Step(each.item, first, at + 1, text))
        first = at + 1
    return tuple(steps)


def _goes_on(unit: Placement, following: Placement, base_mm: int) -> bool:
    """Whether a unit belongs to the same step as the one before: it begins as high as the step, or lies on that one."""
    alike = unit.item == following.item and unit.height_mm == following.height_mm
    on_it = (following.x_mm, following.y_mm, following.z_mm) == (
        unit.x_mm,
        unit.y_mm,
        unit.z_mm + unit.height_mm,
    )
    return alike and (on_it or following.z_mm == base_mm)


def picture(problem: Packing, packed: PackedBox, step: int | None = None, *, ident: str = "box") -> str:
    """Return an SVG of a box.

    Args:
        problem: knows the box and the names of the goods.
        packed: what is in it.
        step: draw what is in it after this step, counted from 1, with the units of the step in color; None: all of it.
        ident: makes ids of the SVG unique on a page.

    Raises:
        CartonRefused: the box is not of this problem, or there is no such step.
    """
    inside = _inner_sides(problem, packed)
    steps = steps_of(problem, packed)
    if step is not None and not 1 <= step <= len(steps):
        raise CartonRefused("step_unknown", str(step), f"there are steps 1..{len(steps)}, not {step}")
    now = steps[step - 1] if step else None
    shown = packed.placements[: now.after] if now else packed.placements
    first_new = now.first if now else len(shown)
    title = (
        f"{packed.box}: step {step} of {len(steps)}" if step else f"{packed.box}: {len(shown)} units packed"
    )
    said = now.text if now else "; ".join(each.text for each in steps)
    frame = _Frame(inside)
    names = f"{escape(ident)}-title {escape(ident)}-desc"
    size = f'viewBox="0 0 {VIEW} {frame.height}" width="100%"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="{names}" font-size="13">',
        f'<title id="{escape(ident)}-title">{escape(title)}</title>',
        f'<desc id="{escape(ident)}-desc">{escape(said)}</desc>',
        *_walls(inside, frame),
        *(
            face
            for number in _far_to_near([_solid(each) for each in shown])
            for face in _unit(shown[number], frame, new=number >= first_new)
        ),
        *_rim(inside, frame),
        *_sides(inside, frame),
        "</svg>",
    ]
    return "\n".join(parts)


def _inner_sides(problem: Packing, packed: PackedBox) -> Shape:
    """Return the sides of the drawn box: of a bag as thick as it is made, of an own container as it is."""
    if packed.box == OWN:
        return packed.placements[0].shape
    box: Box | None = next((each for each in problem.boxes if each.name == packed.box), None)
    if box is None:
        raise CartonRefused("box_unknown", packed.box, f"there is no box {packed.box!r} in this problem")
    return box.at(packed.thickness_mm)


class _Frame:
    """Projects millimeters in a box to the drawing."""

    def __init__(self, inside: Shape) -> None:
        length, width, height = inside
        wide = (length + width) * COS / 1000
        high = (length + width) * SIN / 1000 + height
        self._scale = min((VIEW - 2 * MARGIN) / wide, (TALLEST - 2 * MARGIN) / high)
        self.height = round(high * self._scale) + 2 * MARGIN
        self._left = (VIEW - wide * self._scale) / 2 + width * COS / 1000 * self._scale
        self._top = MARGIN + height * self._scale

    def at(self, x: float, y: float, z: float) -> Screen:
        """Return where a point of the box lies in the drawing."""
        return (
            self._left + (x - y) * COS / 1000 * self._scale,
            self._top + ((x + y) * SIN / 1000 - z) * self._scale,
        )

    def path(self, *corners: tuple[float, float, float]) -> str:
        """Return the points of a polygon."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.at(*corner) for corner in corners))


def _walls(inside: Shape, frame: _Frame) -> list[str]:
    """The floor and the two walls behind the goods."""
    length, width, height = inside
    floor = frame.path((0, 0, 0), (length, 0, 0), (length, width, 0), (0, width, 0))
    back = frame.path((0, 0, 0), (length, 0, 0), (length, 0, height), (0, 0, height))
    left = frame.path((0, 0, 0), (0, width, 0), (0, width, height), (0, 0, height))
    return [
        f'<polygon points="{points}" fill="currentColor" fill-opacity="{shade}" {INK}/>'
        for points, shade in ((floor, "0.10"), (back, "0.03"), (left, "0.06"))
    ]


def _rim(inside: Shape, frame: _Frame) -> list[str]:
    """The edges in front of the goods, so faint that one looks through them."""
    length, width, height = inside
    lines = (
        frame.path((length, 0, 0), (length, width, 0), (0, width, 0)),
        frame.path((length, 0, height), (length, width, height), (0, width, height)),
        frame.path((length, width, 0), (length, width, height)),
        frame.path((length, 0, 0), (length, 0, height)),
        frame.path((0, width, 0), (0, width, height)),
    )
    return [f'<polyline points="{line}" fill="none" {INK} stroke-dasharray="2 4"/>' for line in lines]


def _sides(inside: Shape, frame: _Frame) -> list[str]:
    """How long the box is inside, along its two front edges and upward."""
    length, width, height = inside
    right = frame.at(length, width / 2, 0)
    left = frame.at(length / 2, width, 0)
    up = frame.at(0, width, height / 2)
    texts = (
        (right[0] + 6, right[1] + 16, "start", f"{width} mm"),
        (left[0] - 6, left[1] + 16, "end", f"{length} mm"),
        (max(14.0, up[0] - 6), up[1], "middle", f"{height} mm"),
    )
    drawn = []
    for number, (x, y, anchor, text) in enumerate(texts):
        turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if number == 2 else ""
        drawn.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="var(--muted, currentColor)"{turn}>{text}</text>'
        )
    return drawn


def _solid(unit: Placement) -> Solid:
    return (
        unit.x_mm,
        unit.y_mm,
        unit.z_mm,
        unit.x_mm + unit.length_mm,
        unit.y_mm + unit.width_mm,
        unit.z_mm + unit.height_mm,
    )


def _unit(unit: Placement, frame: _Frame, *, new: bool) -> list[str]:
    """The three faces of a unit that can be seen: top, front and right."""
    x1, y1, z1, x2, y2, z2 = _solid(unit)
    top = frame.path((x1, y1, z2), (x2, y1, z2), (x2, y2, z2), (x1, y2, z2))
    front = frame.path((x1, y2, z1), (x2, y2, z1), (x2, y2, z2), (x1, y2, z2))
    right = frame.path((x2, y1, z1), (x2, y2, z1), (x2, y2, z2), (x2, y1, z2))
    drawn = []
    for points, shade in ((top, ""), (front, "0.10"), (right, "0.20")):
        drawn.append(f'<polygon points="{points}" fill="{NEW if new else PLAIN}" {INK}/>')
        if shade:
            dark = "#000000" if new else "currentColor"
            drawn.append(f'<polygon points="{points}" fill="{dark}" fill-opacity="{shade}"/>')
    return drawn


def _far_to_near(solids: Sequence[Solid]) -> list[int]:
    """Return the order of drawing: what is behind, below or left of another comes first."""
    rough = sorted(range(len(solids)), key=lambda n: (sum(solids[n]), n))
    if len(solids) > MOST_SORTED:
        return rough
    behind = {
        n: {
            m for m in rough if m != n and _covers(solids[n], solids[m]) and not _covers(solids[m], solids[n])
        }
        for n in rough
    }
    order: list[int] = []
    while rough:
        # Three units can lie each behind the next one; the farthest of them is drawn first then.
        following = next((n for n in rough if not behind[n]), rough[0])
        rough.remove(following)
        order.append(following)
        for each in rough:
            behind[each].discard(following)
    return order


def _covers(near: Solid, far: Solid) -> bool:
    """Whether `near` can hide a part of `far`: it lies wholly on the viewer's side of it, and over it in the drawing."""
    beyond = far[3] <= near[0] or far[4] <= near[1] or far[5] <= near[2]
    return beyond and all(
        low_near < high_far and low_far < high_near
        for (low_near, high_near), (low_far, high_far) in zip(_shadow(near), _shadow(far), strict=True)
    )


def _shadow(solid: Solid) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """The hexagon of a solid in the drawing, as its reach along the three directions that edges are drawn in."""
    x1, y1, z1, x2, y2, z2 = solid
    return (x1 - y2, x2 - y1), (x1 - z2, x2 - z1), (y1 - z2, y2 - z1)
