"""What a picker's scan means: bin, then item, then tote; anything else is refused and says what was expected."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from doorstep.stages.catalog import is_tote
from doorstep.stages.warehouse.rules.codes import is_serial, match, same

SHOWN_MAX = 40


class Step(StrEnum):
    """What is to be scanned next."""

    BIN = "bin"
    ITEM = "item"
    TOTE = "tote"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Task:
    """One stop of a walk, as far as it got.

    Attributes:
        bin: code of the bin to take from.
        arrived: whether the bin was scanned.
        codes: barcode -> units one scan of it counts.
        counted: units in the hand: out of the bin, not yet in a tote.
        left: units still to be counted.
        tote: the tote of this order that is being filled, if there is one.
    """

    bin: str
    arrived: bool
    sku: str
    name: str
    codes: Mapping[str, int]
    counted: int
    left: int
    tote: str | None
    order_number: int
    slot: int

    @property
    def expects(self) -> Step:
        """What is to be scanned next; between the first and the last unit the tote is welcome too."""
        if not self.arrived:
            return Step.BIN
        return Step.ITEM if self.left else Step.TOTE


@dataclass(frozen=True, slots=True)
class Arrive:
    """The right bin."""


@dataclass(frozen=True, slots=True)
class Count:
    """Units of the right item; where each is known by number, one of them with its own."""

    units: int
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """The right item, of which each unit is known by number: that is to be scanned next."""


@dataclass(frozen=True, slots=True)
class Put:
    """The counted units go into this tote, if it is free for the order."""

    tote: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """A scan that does not fit: a stable name, and what to do, for people. What was counted stays counted."""

    code: str
    message: str


def judge(task: Task, scanned: str, quantity: int | None = None) -> Arrive | Count | Put | Wrong:
    """Say what a scan means for the task; `quantity`, typed on the keypad, is how often the item's code counts.

    An item that is numbered like a tote is the item as long as more of it is wanted.
    """
    text = scanned.strip()
    if same(text, task.bin):
        return Arrive()
    if not task.arrived:
        return _judge_too_early(task, text)
    if is_tote(text) and not (task.left and units_of(text, task.codes, task.sku)):
        return _judge_tote(task, text.upper())
    return _judge_item(task, text, 1 if quantity is None else quantity)


def judge_unit(
    task: Task, scanned: str, said: Arrive | Count | Put | Wrong, on_label: str, in_hand: Collection[str]
) -> Arrive | Count | Put | Wrong | Name:
    """Say what a scan means where each unit is known by number: the item's code only leads to the number, unless its label says both.

    Args:
        task: the stop.
        scanned: what was scanned.
        said: what it would mean otherwise.
        on_label: the number that the label says beside the item; '' if it says none.
        in_hand: numbers of the units that are counted already.
    """
    if isinstance(said, Count):
        if not on_label:
            return Name()
        serial = on_label
    elif isinstance(said, Wrong) and task.arrived and task.left and is_serial(scanned.strip()):
        serial = scanned.strip()
    else:
        return said
    if serial in in_hand:
        return Wrong("serial_taken", f"{serial} is in your hand already. Scan another {task.name}.")
    return Count(1, serial)


def units_of(scanned: str, codes: Mapping[str, int], sku: str) -> int | None:
    """Return how many units of a product a scan counts, None when it is not that product; a typed SKU counts one."""
    code = match(scanned, codes)
    if code is not None:
        return codes[code]
    return 1 if same(scanned, sku) else None


def shown(text: str) -> str:
    """Return a scanned text fit to be shown: printable, not too long."""
    plain = "".join(c if c.isprintable() else "·" for c in text)
    return plain if len(plain) <= SHOWN_MAX else f"{plain[:SHOWN_MAX]}…"


def _judge_too_early(task: Task, text: str) -> Wrong:
    if units_of(text, task.codes, task.sku):
        return Wrong("bin_first", f"That is {task.name}. Scan the bin {task.bin} first, then the item.")
    return Wrong("wrong_bin", f"Scanned {shown(text)}, expected the bin {task.bin}.")


def _judge_item(task: Task, text: str, times: int) -> Count | Wrong:
    units = units_of(text, task.codes, task.sku)
    if units is None and task.left:
        return Wrong("wrong_item", f"Scanned {shown(text)}, expected {task.name} ({task.sku}).")
    if units is None:
        return Wrong("wrong_tote", f"Scanned {shown(text)}, expected {_tote_of(task)}.")
    if not task.left:
        return Wrong("too_many", f"That is enough of {task.name}. Scan {_tote_of(task)}.")
    if units * times > task.left:
        more = f"That would be {units * times}, only {task.left} more of {task.name} are needed."
        return Wrong("too_many", f"{more} Take single pieces.")
    return Count(units * times)


def _judge_tote(task: Task, tote: str) -> Put | Wrong:
    if not task.counted:
        return Wrong("item_first", f"Scan {task.name} ({task.sku}) first, then the tote.")
    if task.tote and task.tote != tote:
        return Wrong("wrong_tote", f"Scanned {tote}, expected {_tote_of(task)}.")
    return Put(tote)


def _tote_of(task: Task) -> str:
    where = task.tote or "an empty tote"
    return f"{where} in slot {task.slot} for order {task.order_number}"
