"""Acknowledgments: the TA1 of an envelope, the 997 that says what was readable, the 855 that says what becomes of an order.

A partner's TA1 and 997 are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from doorstep.stages.orders.model.edi import Asked
from doorstep.stages.orders.rules.x12 import Finding, Group, Interchange, Segment, Transaction
from doorstep.stages.orders.rules.x12.elements import TYPES
from doorstep.stages.orders.rules.x12.shape import SEGMENTS

Segments = list[list[str]]
TRAILERS = {"se_control": "3", "se_count": "4", "no_se": "2"}
"""What AK502 says of a set's trailer."""

GROUPS = {"ge_control": "4", "ge_count": "5", "empty": "3"}
"""What AK905 says of a group's trailer."""

ENVELOPES = {
    "iea_control": "001", "no_terminator": "004", "iea_count": "021", "isa_width": "022", "outside": "022", "no_iea": "023",
    "too_many": "024", "control_reused": "025", "isa_component": "027",
}  # fmt: skip
"""What TA105 says of an interchange's envelope: the number is another in the trailer, the terminator is missing, the count of groups is
wrong, the structure is, it ends too early, its content is wrong, its number was used, the component separator is missing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A set, whether it was taken, and what is wrong with it."""

    transaction: Transaction
    taken: bool
    findings: Sequence[Finding]
    known: bool = True

    @property
    def code(self) -> str:
        """Return A for accepted, E for accepted with errors noted, R for refused."""
        return "R" if not self.taken else "E" if self.findings else "A"


def envelope(one: Interchange, findings: Sequence[Finding], *, refused: bool) -> Segments:
    """Return the TA1 of an interchange: its number, date and time, whether its envelope was taken, and the first fault of it."""
    verdict = "R" if refused else "E" if findings else "A"
    note = ENVELOPES[findings[0].code] if findings else "000"
    return [["TA1", one.control[:9], one.header.at(9)[:6], one.header.at(10)[:4], verdict, note]]


def functional(group: Group, judged: Sequence[Judged], of_group: Sequence[Finding]) -> Segments:
    """Return the 997 of a group: for each set its verdict, with each fault's segment and element."""
    written: Segments = [["AK1", group.header.at(1), group.control]]
    for one in judged:
        written.append(["AK2", one.transaction.kind, one.transaction.control])
        written += _places(one)
        written.append(["AK5", one.code, *([_why(one)] if one.code != "A" else [])])
    taken = sum(one.taken for one in judged)
    codes = {one.code for one in judged}
    whole = "A" if codes <= {"A"} else "R" if codes == {"R"} else "P" if "R" in codes else "E"
    count = str(len(group.sets))
    notes = [GROUPS[one.code] for one in of_group if one.code in GROUPS][:5]
    return [*written, ["AK9", whole, count, count, str(taken), *notes]]


def _places(one: Judged) -> Segments:
    first = one.transaction.segments[0].place
    written: Segments = []
    for finding in one.findings:
        inside = finding.place - first + 1
        if finding.code in TYPES and inside > 0:
            written.append(["AK3", finding.name, str(inside), "", "8"])
            written.append(["AK4", str(finding.element), "", TYPES[finding.code], finding.value[:99]])
        elif finding.code in SEGMENTS and inside > 0:
            written.append(["AK3", finding.name[:3], str(inside), "", SEGMENTS[finding.code]])
    return written


def _why(one: Judged) -> str:
    if not one.known:
        return "1"
    return next((TRAILERS[f.code] for f in one.findings if f.code in TRAILERS), "5")


def purchase(ref: str, status: str, lines: Sequence[Asked], reasons: Sequence[str], at: datetime) -> Segments:
    """Return an 855.

    Args:
        ref: the partner's number of the order.
        status: `accepted`, `held`, `refused` or `canceled`.
        lines: as the partner ordered them.
        reasons: why it is held or refused.
        at: now.
    """
    kind, line_says = {
        "accepted": ("AD", "IA"),
        "held": ("AH", "IH"),
        "refused": ("RD", "IR"),
        "canceled": ("RD", "ID"),
    }[status]
    today = at.strftime("%Y%m%d")
    written: Segments = [["BAK", "00", kind, ref, today, "", "", "", "", today]]
    for reason in reasons[:10]:
        written += [["N9", "L1", status.upper()], ["MSG", reason[:250]]]
    for one in lines:
        quantity = f"{one.quantity.normalize():f}"
        written.append(["PO1", one.line, quantity, one.unit, one.price, "", one.qualifier, one.sku])
        written.append(["ACK", line_says, quantity, one.unit])
    return [*written, ["CTT", str(len(lines))]]


def turned_away(told: Sequence[Segment]) -> list[str]:
    """Return which interchanges of ours a partner refused whole: the control numbers in its TA1 that say R."""
    return [one.at(1).lstrip("0") or "0" for one in told if one.at(4) == "R"]


def answers(transaction: Transaction) -> list[tuple[str, str]]:
    """Return what a partner's 997 says: the control number of our group, and A, E, P or R."""
    found: list[tuple[str, str]] = []
    control = ""
    for one in transaction.segments:
        if one.name == "AK1":
            control = one.at(2)
        elif one.name == "AK9" and control:
            found.append((control.lstrip("0") or "0", one.at(1)[:1]))
    return found
