"""Boxes by py3dbp (MIT): orders on stdin, one per line; boxes and places on stdout. Runs in an environment of its own.

It packs given boxes and chooses none, so boxes are chosen as its users do: all kinds are tried with what is left; the
smallest that takes all is used, else the one that takes the most volume, and so on until nothing is left.
"""

import json
import sys
from time import process_time
from typing import Any

from py3dbp import Bin, Item, Packer

NEEDS = ("py3dbp==1.1.2",)

Units = list[tuple[int, list[int]]]
"""Index of the item, and its length, width, height and mass."""


def main() -> None:
    """Answer every order."""
    for line in sys.stdin:
        asked = json.loads(line)
        begun = process_time()
        boxes = _packed(asked["units"], asked["boxes"])
        json.dump({"boxes": boxes, "took_s": process_time() - begun}, sys.stdout)
        print(flush=True)


def _packed(units: Units, boxes: list[list[int]]) -> list[dict[str, Any]]:
    rest, used = dict(enumerate(units)), list[dict[str, Any]]()
    while rest:
        tried = [_filled(rest, number, box) for number, box in enumerate(boxes)]
        whole = [each for each in tried if len(each["places"]) == len(rest)]
        best = min(whole, key=_volume_of(boxes)) if whole else max(tried, key=lambda each: each["filled"])
        if not best["places"]:
            break
        used.append(best)
        for unit, _, _ in best["places"]:
            del rest[unit]
    return used


def _volume_of(boxes: list[list[int]]) -> Any:
    return lambda each: boxes[each["box"]][0] * boxes[each["box"]][1] * boxes[each["box"]][2]


def _filled(units: dict[int, tuple[int, list[int]]], number: int, box: list[int]) -> dict[str, Any]:
    """Fill one box, largest units first; its width is our length, its height ours, its depth our width."""
    length, width, height, room_g = box
    packer = Packer()
    packer.add_bin(Bin(number, length, height, width, room_g))
    for name, (_, (long, wide, high, weight_g)) in units.items():
        packer.add_item(Item(name, long, high, wide, weight_g))
    packer.pack(bigger_first=True, number_of_decimals=0)
    places = []
    for item in packer.bins[0].items:
        (x, z, y), (a, c, b) = item.position, item.get_dimension()
        places.append((item.name, [int(x), int(y), int(z)], [int(a), int(b), int(c)]))
    return {
        "box": number,
        "places": places,
        "filled": sum(sides[0] * sides[1] * sides[2] for _, _, sides in places),
    }


main()
