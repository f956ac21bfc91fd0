"""What may be done with plates: their codes, how they stand on each other, and which are opened when loose units run out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from doorstep.platform.errors import Fault
from doorstep.stages.inventory.model import QUANTITY_MAX
from doorstep.stages.inventory.model.plates import (
    CODE,
    DEPTH_MAX,
    LINES_MAX,
    TREE_MAX,
    Content,
    PlateLine,
    Tree,
)
from doorstep.stages.inventory.rules.arrivals import read_sscc
from doorstep.stages.inventory.rules.lots import NEVER

Kind = tuple[UUID, UUID, str, str]
"""(site, product, place, lot): units that are alike."""


def read_code(code: str) -> str:
    """Return what a scanned plate is called: the 18 digits of its SSCC, or the code that the house gave it; '' when it is none."""
    sscc = read_sscc(code)
    if sscc:
        return sscc
    named = code.strip().upper()
    return named if CODE.fullmatch(named) else ""


def can_stand(place: str) -> bool:
    """Whether a plate may stand in a place: a bin, or where goods are kept that are in doubt or broken."""
    return place.startswith("bin:") or place in ("quarantine", "damaged")


def line_faults(lines: Sequence[PlateLine]) -> Iterator[Fault]:
    """Say which lines make no sense by themselves."""
    if len(lines) > LINES_MAX:
        yield Fault("/lines", "too_many", f"Name up to {LINES_MAX} lines; these are {len(lines)}.")
    named: set[tuple[UUID, str, bool]] = set()
    for i, line in enumerate(lines):
        if not 1 <= line.quantity <= QUANTITY_MAX:
            said = f"{line.quantity} is not between 1 and {QUANTITY_MAX} units. Mend it."
            yield Fault(f"/lines/{i}/quantity", "range", said)
        key = (line.product_id, line.lot, line.nameless)
        if key in named:
            yield Fault(f"/lines/{i}", "repeated", "That is named twice. Add it up to one line.")
        named.add(key)


def nest_faults(child: Tree, onto: Tree) -> Iterator[Fault]:
    """Say why a plate cannot be put on another one.

    Args:
        child: what is put there.
        onto: where it is to stand; what stands there already does not matter.
    """
    inside = {one.id for one in child.plates}
    code, below = child.root.code, onto.root.code
    if onto.root.id == child.root.id:
        yield Fault("/onto", "itself", f"Plate {code} cannot stand on itself. Scan another one.")
    elif onto.root.id in inside:
        yield Fault("/onto", "circle", f"Plate {below} stands on {code}. Take it off before.")
    elif onto.root.site_id != child.root.site_id:
        yield Fault("/onto", "site", f"Plate {below} stands in another warehouse. Scan one of this.")
    elif (deep := len(onto.below) + 1 + _height(child)) > DEPTH_MAX:
        said = f"{deep} plates would stand on each other, up to {DEPTH_MAX} may. Put the goods themselves on {below}."
        yield Fault("/onto", "depth", said)
    elif len(onto.plates) + len(child.plates) > TREE_MAX:
        said = f"On plate {below} there is no room for {len(child.plates)} more plates. Take another one."
        yield Fault("/onto", "too_many", said)


def _height(tree: Tree) -> int:
    """Return how many plates stand on each other, this one included."""
    levels = {tree.root.id: 1}
    for one in tree.plates[1:]:
        levels[one.id] = levels[one.parent_id] + 1 if one.parent_id in levels else 1
    return max(levels.values())


def choose(
    lines: Sequence[PlateLine],
    there: Mapping[tuple[UUID, str], int],
    days: Mapping[tuple[UUID, str], date | None],
) -> tuple[dict[tuple[UUID, str], int], list[Fault]]:
    """Choose of which lots units are taken: the one that is named, else what expires first, units of no known lot last.

    Args:
        lines: what is wanted.
        there: units by (product, lot) that there are.
        days: the last day of sale of each lot.

    Returns:
        Units by (product, lot), and the lines of which too little is there.
    """
    taken: dict[tuple[UUID, str], int] = {}
    faults = []
    for i, line in sorted(enumerate(lines), key=lambda pair: not (pair[1].lot or pair[1].nameless)):
        able = [
            key
            for key in there
            if key[0] == line.product_id and (key[1] == line.lot or not (line.lot or line.nameless))
        ]
        able.sort(key=lambda key: (key[1] == "", days.get(key) or NEVER, key[1]))
        wanted = line.quantity
        for key in able:
            if (part := min(wanted, there[key] - taken.get(key, 0))) > 0:
                taken[key] = taken.get(key, 0) + part
                wanted -= part
        if wanted:
            said = f"{line.quantity - wanted} of {line.quantity} units are there to be taken. Take less, or look again."
            faults.append(Fault(f"/lines/{i}/quantity", "not_there", said))
    return taken, faults


def open_plates(
    on_plates: Mapping[Kind, Mapping[UUID, int]], lying: Mapping[Kind, int]
) -> dict[Content, int]:
    """Say what is taken off plates because loose units ran out: from the one that holds least first, so that few are opened.

    Args:
        on_plates: units of each kind by plate.
        lying: units of each kind that lie there in all, after some were taken.

    Returns:
        Units by (plate, product, lot) that are taken off.
    """
    taken: dict[Content, int] = {}
    for kind, plates in on_plates.items():
        excess = sum(plates.values()) - lying[kind]
        for plate_id, units in sorted(plates.items(), key=lambda pair: (pair[1], pair[0])):
            if (part := min(excess, units)) > 0:
                taken[plate_id, kind[1], kind[3]] = part
                excess -= part
    return taken
