"""The one writer of goods: every change of what lies where goes through `post`, which writes both sides into the ledger.

Rows are locked in one order everywhere: counts, reservations, stock by (product, site), balances by (site, product, place), plates
by id, units with numbers by id.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.catalog import SiteKind
from doorstep.stages.inventory import rules
from doorstep.stages.inventory.acts.carrying import carry
from doorstep.stages.inventory.acts.naming import name_lots
from doorstep.stages.inventory.acts.plates.settling import hold_places, settle_plates
from doorstep.stages.inventory.model import OUTSIDE, Condition, Lot, Lying, Movement
from doorstep.stages.inventory.model.plates import Handling
from doorstep.stages.inventory.rules import Key

Q = Statements("doorstep.stages.inventory")
Spot = tuple[UUID, UUID, str]
"""(site, product, place), as balances are keyed."""


async def post(
    tx: Tx,
    movements: Sequence[Movement],
    *,
    freed: Mapping[Key, int] | None = None,
    versions: Mapping[Spot, int] | None = None,
    handling: Handling | None = None,
) -> None:
    """Move goods: the ledger, what sites can promise, what lies in places and what stands on plates change together.

    Args:
        tx: the open transaction.
        movements: what moves; a pair of equal places is refused.
        freed: units by which `reserved` shrinks in the same step, per stock row (shipping, short picks).
        versions: the versions that some balances must still have (counts); 0 means that nothing lay there.
        handling: what is done to plates in the same act; without it loose units go first, then plates are opened.

    Raises:
        Refused: less lies in a place than is to be taken, or what is left would not cover the promises (conflict);
            a quantity or place makes no sense, or units are not named that have to be (invalid).
    """
    _check(movements)
    blocked = await _blocked(tx, movements)
    lies, promised = _deltas(movements, blocked)
    await shift_stock(tx, promised, freed or {}, lies)
    spots = sorted(spot for spot, delta in lies.items() if delta)
    if handling is not None:
        await hold_places(tx, [*spots, *handling.spots])
    if spots:
        less = await tx.tuples(
            Q.change_balances,
            site_ids=[spot[0] for spot in spots],
            product_ids=[spot[1] for spot in spots],
            places=[spot[2] for spot in spots],
            deltas=[lies[spot] for spot in spots],
            versions=[(versions or {}).get(spot) for spot in spots],
        )
        if less:
            raise _not_there(less, lies)
    await carry(tx, movements)
    parts, uncounted = await name_lots(tx, movements, lies)
    await _append(tx, parts)
    if uncounted:
        await shift_stock(tx, uncounted)
    await settle_plates(tx, parts, handling)


async def shift_stock(
    tx: Tx,
    promised: Mapping[Key, int],
    freed: Mapping[Key, int] | None = None,
    lies: Mapping[Spot, int] | None = None,
) -> None:
    """Change what sites can promise; `freed` are units by which `reserved` shrinks in the same step.

    Raises:
        Refused: what is left would not cover the promises, or a place (its changes are in `lies`) holds less than is to be taken.
    """
    freed = freed or {}
    keys = sorted(key for key in promised.keys() | freed.keys() if promised.get(key) or freed.get(key))
    if not keys:
        return
    short = await tx.tuples(
        Q.change_stock,
        product_ids=[key[0] for key in keys],
        site_ids=[key[1] for key in keys],
        deltas=[promised.get(key, 0) for key in keys],
        freeds=[freed.get(key, 0) for key in keys],
    )
    if short:
        less = await _less(tx, lies or {})
        raise _not_there(less, lies or {}) if less else _promised_away(short)


async def _blocked(tx: Tx, movements: Sequence[Movement]) -> set[tuple[UUID, str]]:
    """Return which lots that movements name cannot be sold; none of them changes until the transaction ends.

    Raises:
        Refused: there is no such lot.
    """
    named = sorted({(one.product_id, one.lot) for one in movements if one.lot})
    if not named:
        return set()
    found = await tx.rows(
        Q.share_lots, Lot, product_ids=[one for one, _ in named], lots=[lot for _, lot in named]
    )
    if missing := set(named) - {(one.product_id, one.lot) for one in found}:
        raise unknown("lot", min(lot for _, lot in missing))
    return {(one.product_id, one.lot) for one in found if one.state != Condition.SELLABLE}


async def _append(tx: Tx, movements: Sequence[Movement]) -> None:
    await tx.run(
        Q.append_movements,
        ids=new_ids(len(movements)),
        actor=tx.actor,
        **columns(
            movements,
            "site_id",
            "product_id",
            "from_place",
            "to_place",
            "quantity",
            "reason",
            "reference",
            "order_id",
            "lot",
        ),
    )


async def _less(tx: Tx, lies: Mapping[Spot, int]) -> list[tuple[UUID, UUID, str, int]]:
    """Return the places that hold less than is to be taken: the better reason why stock cannot shrink by as much."""
    there = {
        (one.site_id, one.product_id, one.place): one.on_hand
        for one in await tx.rows(Q.lying, Lying, product_ids=list({spot[1] for spot in lies}))
    }
    return [
        (*spot, there.get(spot, 0)) for spot, delta in sorted(lies.items()) if there.get(spot, 0) + delta < 0
    ]


def _check(movements: Sequence[Movement]) -> None:
    faults = list(rules.quantity_faults(one.quantity for one in movements))
    for i, one in enumerate(movements):
        for field, place in (("from_place", one.from_place), ("to_place", one.to_place)):
            if place not in OUTSIDE and not rules.is_inside(place):
                faults.append(
                    Fault(f"/{i}/{field}", "place", f"{place[:60]!r} is not a place. Scan a bin or tote.")
                )
        if one.from_place == one.to_place:
            faults.append(
                Fault(f"/{i}/to_place", "place", "Goods move between two places. Scan another one.")
            )
        if one.from_place in OUTSIDE and one.to_place in OUTSIDE:
            faults.append(
                Fault(f"/{i}/to_place", "place", "One side of a movement lies within our walls. Name it.")
            )
    if faults:
        raise invalid(faults)


def _deltas(
    movements: Sequence[Movement], blocked: Collection[tuple[UUID, str]]
) -> tuple[dict[Spot, int], dict[Key, int]]:
    """Return what each place gains or loses, and each site's promisable stock; `blocked` lots are no part of that."""
    lies: dict[Spot, int] = {}
    promised: dict[Key, int] = {}
    for one in movements:
        for place, quantity in ((one.from_place, -one.quantity), (one.to_place, one.quantity)):
            if place not in OUTSIDE:
                spot = (one.site_id, one.product_id, place)
                lies[spot] = lies.get(spot, 0) + quantity
                if rules.is_sellable(place) and (one.product_id, one.lot) not in blocked:
                    key = (one.product_id, one.site_id)
                    promised[key] = promised.get(key, 0) + quantity
    return lies, promised


def _not_there(less: Sequence[tuple[Any, ...]], lies: Mapping[Spot, int]) -> Refused:
    faults = [
        Fault(
            "",
            "not_there",
            f"{place} holds {on_hand} units of product {product_id}, {-lies[site_id, product_id, place]} were to be "
            "taken. Count the place, or take from another.",
        )
        for site_id, product_id, place, on_hand in less
    ]
    return Refused(Reason.CONFLICT, "Less lies there than was to be taken. Nothing was moved.", faults)


def _promised_away(short: Sequence[tuple[Any, ...]]) -> Refused:
    faults = [
        Fault(
            "",
            "promised",
            f"Product {product_id} has {on_hand} units on hand, {reserved} of them promised to orders. Take less, or release "
            "a promise.",
        )
        for product_id, _, on_hand, reserved in short
    ]
    return Refused(Reason.CONFLICT, "What is left would not cover the promises made to orders.", faults)


async def check_places(tx: Tx, places: Sequence[tuple[UUID, str]]) -> None:
    """Check that (site, place) pairs are where goods may be put: a bin the warehouse has, or where goods are set aside.

    Raises:
        Refused: a site is not there or keeps no stock, or a bin is not there.
    """
    sites = await catalog.sites(tx, list({site_id for site_id, _ in places}))
    faults = []
    for site_id in dict.fromkeys(site_id for site_id, _ in places):
        codes = {
            place.removeprefix("bin:")
            for site, place in places
            if site == site_id and place.startswith("bin:")
        }
        if site_id not in sites:
            raise Refused(Reason.UNKNOWN, f"There is no site {site_id} here. Check the id.")
        if sites[site_id].kind != SiteKind.WAREHOUSE:
            faults.append(Fault("", "site", f"{sites[site_id].name} keeps no stock. Choose a warehouse."))
        missing = codes - await catalog.bins_there(tx, site_id, sorted(codes)) if codes else set()
        faults += [
            Fault("", "unknown_bin", f"{sites[site_id].name} has no bin {code}. Scan the bin's label again.")
            for code in sorted(missing)
        ]
    faults += [
        Fault("", "place", f"Goods cannot be put to {place[:60]!r}. Scan a bin, or use quarantine.")
        for _, place in places
        if not place.startswith("bin:") and place not in rules.SET_ASIDE
    ]
    if faults:
        raise invalid(faults)
