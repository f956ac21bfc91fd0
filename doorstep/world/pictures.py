"""Pictures of the demo's goods, drawn by rule from their measures and the brand's color: bodies of the right proportions."""

from collections.abc import Sequence
from colorsys import hls_to_rgb, rgb_to_hls

WIDTH, HEIGHT, FLOOR = 240, 180, 152
TALLEST, WIDEST = 118, 168
SLANT = 0.35
"""How much of its depth a box shows, to the right and upwards."""


def drawing(sides_mm: Sequence[int], color: str) -> str:
    """Return an SVG of a thing that stands on a table.

    Args:
        sides_mm: length, width and height. As long as wide is round, a side much longer than the others makes a tube, a low one
            something flat, everything else is a box.
        color: of the brand, `#rrggbb`.
    """
    length, width, height = sides_mm
    body = _body(length, width, height, color)
    back = _tint(color, 0.93)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{back}"/>'
        f'<ellipse cx="{WIDTH // 2}" cy="{FLOOR + 4}" rx="92" ry="12" fill="{_tint(color, 0.84)}"/>{body}</svg>'
    )


def _body(length: int, width: int, height: int, color: str) -> str:
    sides = sorted((length, width, height))
    if length == width:
        return _round(length / height, color)
    if sides[2] > 3.5 * sides[1]:
        return _tube(sides[1] / sides[2], color)
    if sides[0] < 0.25 * sides[1]:
        return _flat(sides[1] / sides[2], color)
    return _box(length, width, height, color)


def _round(across_per_height: float, color: str) -> str:
    """A mug, a jar, a candle: a cylinder with a band around it."""
    tall = min(TALLEST, 110 / across_per_height)
    across = tall * across_per_height
    left, top, bend = (WIDTH - across) / 2, FLOOR - tall, across * 0.14
    right = left + across
    return (
        f'<path d="M{left:.1f} {top:.1f}V{FLOOR - bend:.1f}A{across / 2:.1f} {bend:.1f} 0 0 0 {right:.1f} {FLOOR - bend:.1f}V{top:.1f}Z" '
        f'fill="{_tint(color, 0.5)}"/>'
        f'<path d="M{left:.1f} {top + tall * 0.42:.1f}a{across / 2:.1f} {bend:.1f} 0 0 0 {across:.1f} 0v{tall * 0.26:.1f}'
        f'a{across / 2:.1f} {bend:.1f} 0 0 1 {-across:.1f} 0Z" fill="{color}"/>'
        f'<ellipse cx="{WIDTH / 2}" cy="{top:.1f}" rx="{across / 2:.1f}" ry="{bend:.1f}" fill="{_tint(color, 0.72)}"/>'
    )


def _tube(thick_per_long: float, color: str) -> str:
    """Poles, posters: a tube that lies on the table."""
    thick = max(16.0, WIDEST * thick_per_long)
    left, middle, end = (WIDTH - WIDEST) / 2, FLOOR - thick / 2, thick * 0.28
    return (
        f'<rect x="{left}" y="{middle - thick / 2:.1f}" width="{WIDEST}" height="{thick:.1f}" fill="{_tint(color, 0.5)}"/>'
        f'<rect x="{left + 60}" y="{middle - thick / 2:.1f}" width="46" height="{thick:.1f}" fill="{color}"/>'
        f'<ellipse cx="{left}" cy="{middle:.1f}" rx="{end:.1f}" ry="{thick / 2:.1f}" fill="{_tint(color, 0.5)}"/>'
        f'<ellipse cx="{left + WIDEST}" cy="{middle:.1f}" rx="{end:.1f}" ry="{thick / 2:.1f}" fill="{_tint(color, 0.72)}"/>'
    )


def _flat(short_per_long: float, color: str) -> str:
    """Books, maps, boards: upright, with a spine and a title of two lines."""
    tall = TALLEST
    across = tall * short_per_long
    left, top = (WIDTH - across) / 2, FLOOR - tall
    return (
        f'<rect x="{left + 6:.1f}" y="{top + 4}" width="{across:.1f}" height="{tall - 4}" rx="2" fill="{_tint(color, 0.72)}"/>'
        f'<rect x="{left:.1f}" y="{top}" width="{across:.1f}" height="{tall}" rx="3" fill="{_tint(color, 0.4)}"/>'
        f'<rect x="{left:.1f}" y="{top}" width="9" height="{tall}" rx="3" fill="{color}"/>'
        f'<rect x="{left + 20:.1f}" y="{top + 24}" width="{across - 32:.1f}" height="8" rx="2" fill="{_tint(color, 0.9)}"/>'
        f'<rect x="{left + 20:.1f}" y="{top + 40}" width="{(across - 32) * 0.6:.1f}" height="8" rx="2" fill="{_tint(color, 0.9)}"/>'
    )


def _box(length: int, width: int, height: int, color: str) -> str:
    """Everything else: a box seen from above its corner, with a label."""
    scale = min(WIDEST / (length + SLANT * width), TALLEST / (height + SLANT * width))
    across, tall, depth = length * scale, height * scale, width * scale * SLANT
    left, top = (WIDTH - across - depth) / 2, FLOOR - tall
    return (
        f'<path d="M{left:.1f} {top:.1f}l{depth:.1f} {-depth:.1f}h{across:.1f}l{-depth:.1f} {depth:.1f}Z" fill="{_tint(color, 0.72)}"/>'
        f'<path d="M{left + across:.1f} {top:.1f}l{depth:.1f} {-depth:.1f}v{tall:.1f}l{-depth:.1f} {depth:.1f}Z" fill="{color}"/>'
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{across:.1f}" height="{tall:.1f}" fill="{_tint(color, 0.5)}"/>'
        f'<rect x="{left + across * 0.15:.1f}" y="{top + tall * 0.3:.1f}" width="{across * 0.45:.1f}" height="{tall * 0.4:.1f}" rx="2" '
        f'fill="{_tint(color, 0.9)}"/>'
    )


def _tint(color: str, lightness: float) -> str:
    """Return the same hue, so light (0 black, 1 white)."""
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, _, saturation = rgb_to_hls(red, green, blue)
    parts = hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
