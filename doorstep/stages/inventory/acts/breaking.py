"""When goods are not where the books say: break the fewest promises, make them anew elsewhere, and tell who is concerned."""

from collections.abc import Mapping, Sequence

from doorstep.platform import journal
from doorstep.platform.db import Tx, columns
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import rules
from doorstep.stages.inventory.acts.counting.asking import ask_counts
from doorstep.stages.inventory.acts.looking import levels, lying
from doorstep.stages.inventory.acts.posting import Spot, post
from doorstep.stages.inventory.acts.promising import lock_levels, promise, shrink
from doorstep.stages.inventory.model import AskedCount, Held, Level, Movement, Replaced, Short, Shorted, Taken
from doorstep.stages.inventory.rules import Key

Q = Statements("doorstep.stages.inventory")


async def make_room(tx: Tx, taking: Mapping[Key, int], cause: str) -> list[Held]:
    """Break promises until `taking` units of each stock row can be taken away; the youngest orders lose first.

    Broken promises are made anew at other sites where those have enough. Every broken promise is written down and told
    as `reservation.short`; its row says how much was replaced.

    Returns:
        What was broken.
    """
    lacking = _lacking(await levels(tx, [product for product, _ in taking]), taking)
    if not lacking:
        return []
    holders = await tx.rows(
        Q.lock_holders,
        Held,
        key_products=[key[0] for key in lacking],
        key_sites=[key[1] for key in lacking],
    )
    products = sorted({product for product, _ in lacking})
    keys = sorted((one.product_id, one.site_id) for one in await levels(tx, products))
    free = await lock_levels(tx, keys, whole=True)
    broken = rules.break_promises(
        holders, {key: taking[key] - free.get(key, 0) for key in lacking if taking[key] > free.get(key, 0)}
    )
    await shrink(tx, broken, cause)
    freed: dict[Key, int] = {}
    for one in broken:
        freed[one.product_id, one.site_id] = freed.get((one.product_id, one.site_id), 0) + one.quantity
    await post(tx, [], freed=freed)
    elsewhere = {key: units for key, units in free.items() if key not in taking}
    replaced = await _promise_anew(tx, broken, elsewhere)
    await note_shortages(tx, broken, cause, replaced)
    return broken


def _lacking(there: Sequence[Level], taking: Mapping[Key, int]) -> dict[Key, int]:
    free = {(one.product_id, one.site_id): one.available for one in there}
    return {key: units - free.get(key, 0) for key, units in taking.items() if units > free.get(key, 0)}


async def _promise_anew(tx: Tx, broken: Sequence[Held], free: dict[Key, int]) -> list[int]:
    """Promise broken units at other sites, oldest orders first; return how many of each were replaced."""
    taken: list[Taken] = []
    replaced = {}
    for i, one in sorted(enumerate(broken), key=lambda pair: pair[1].order_id):
        found = rules.replace(one.product_id, one.quantity, free, first=None)
        for site_id, units in found:
            free[one.product_id, site_id] -= units
            taken.append(Taken(one.order_id, one.line_id, site_id, one.product_id, units, None))
        replaced[i] = sum(units for _, units in found)
    await promise(tx, taken)
    return [replaced[i] for i in range(len(broken))]


async def note_shortages(tx: Tx, broken: Sequence[Held], cause: str, replaced: Sequence[int]) -> None:
    """Write broken promises down and tell them: `reservation.expired` for those that ran out, else `reservation.short`."""
    if not broken:
        return
    ids = new_ids(len(broken))
    await tx.run(
        Q.note_shortages,
        ids=ids,
        cause=cause,
        replaceds=list(replaced),
        **columns(broken, "order_id", "line_id", "product_id", "site_id", "quantity"),
    )
    facts = {
        shortage_id: {
            "order_id": one.order_id,
            "product_id": one.product_id,
            "quantity": one.quantity,
            "cause": cause,
        }
        for shortage_id, one in zip(ids, broken, strict=True)
    }
    if cause == "expired":
        await journal.tell(tx, "reservation", "expired", ids, facts)
    else:
        await journal.tell(tx, "reservation", "short", ids, facts)


async def short(tx: Tx, shorts: Sequence[Short]) -> list[Shorted]:
    """Answer pickers who did not find units: they count as lost, their promise is made anew, the place is to be counted.

    The promise is made anew from other bins of the same site, else at other sites; what nobody has is `missing`, and the
    caller decides about the order. Units that are known by number stay in the books until a count says which are missing.

    Returns:
        One answer per short pick, in order.
    """
    await ask_counts(
        tx,
        [
            AskedCount(site_id=one.site_id, place=one.place, product_id=one.product_id, reason="short_pick")
            for one in shorts
            if one.place.startswith("bin:")
        ],
    )
    held = {
        (one.line_id, one.site_id, one.product_id): one
        for one in await tx.rows(Q.lock_reservations, Held, line_ids=[one.line_id for one in shorts])
    }
    products = sorted({one.product_id for one in shorts})
    keys = sorted((one.product_id, one.site_id) for one in await levels(tx, products))
    free = await lock_levels(tx, keys, whole=True)
    there = {(one.site_id, one.product_id, one.place): one.on_hand for one in await lying(tx, products)}
    numbered = set(await tx.values(Q.numbered_products, product_ids=products))
    broken, lost = [], []
    for one in shorts:
        promised = held.get((one.line_id, one.site_id, one.product_id))
        units = min(one.quantity, promised.quantity if promised else 0)
        broken.append(Held(one.order_id, one.line_id, one.site_id, one.product_id, units, None))
        spot = (one.site_id, one.product_id, one.place)
        lost.append(0 if one.product_id in numbered else min(units, there.get(spot, 0)))
        there[spot] = there.get(spot, 0) - lost[-1]
        free[one.product_id, one.site_id] = free.get((one.product_id, one.site_id), 0) + units - lost[-1]
    await shrink(tx, [one for one in broken if one.quantity], "short_pick")
    await _lose(tx, shorts, broken, lost)
    return await _replace(tx, shorts, broken, free, there)


async def _lose(tx: Tx, shorts: Sequence[Short], broken: Sequence[Held], lost: Sequence[int]) -> None:
    freed: dict[Key, int] = {}
    for one in broken:
        freed[one.product_id, one.site_id] = freed.get((one.product_id, one.site_id), 0) + one.quantity
    movements = [
        Movement(
            site_id=one.site_id,
            product_id=one.product_id,
            from_place=one.place,
            to_place="lost",
            quantity=units,
            reason="short_pick",
            reference=one.line_id,
            order_id=one.order_id,
        )
        for one, units in zip(shorts, lost, strict=True)
        if units
    ]
    await post(tx, movements, freed=freed)


async def _replace(
    tx: Tx, shorts: Sequence[Short], broken: Sequence[Held], free: dict[Key, int], there: Mapping[Spot, int]
) -> list[Shorted]:
    """Promise anew what is free and lies in other bins, at the same site first; say where it lies and what is missing."""
    doubted = {(one.site_id, one.product_id, one.place) for one in shorts}
    bins: dict[Key, list[tuple[str, int]]] = {}
    for (site_id, product_id, place), units in sorted(there.items()):
        if place.startswith("bin:") and units > 0 and (site_id, product_id, place) not in doubted:
            bins.setdefault((product_id, site_id), []).append((place, units))
    left = {key: min(free.get(key, 0), sum(units for _, units in places)) for key, places in bins.items()}
    taken, answers = [], []
    for one, lost in zip(shorts, broken, strict=True):
        found = rules.replace(one.product_id, lost.quantity, left, first=one.site_id, then=one.elsewhere)
        replaced = []
        for site_id, units in found:
            left[one.product_id, site_id] -= units
            taken.append(Taken(one.order_id, one.line_id, site_id, one.product_id, units, None))
            places = tuple(bins[one.product_id, site_id])
            replaced.append(Replaced(site_id=site_id, quantity=units, places=places))
        answers.append(
            Shorted(
                order_id=one.order_id,
                line_id=one.line_id,
                site_id=one.site_id,
                product_id=one.product_id,
                place=one.place,
                replaced=tuple(replaced),
                missing=lost.quantity - sum(units for _, units in found),
            )
        )
    await promise(tx, taken)
    return answers
