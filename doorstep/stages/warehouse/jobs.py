"""What the floor does by itself: accepted orders are released, carts are planned, boxes are thought out, holds are obeyed."""

from asyncio import gather
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog

from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.statements import Statements
from doorstep.platform.tasks import Every, errand, errands
from doorstep.platform.thinking import AT_ONCE, ThinkingFailed, think
from doorstep.platform.webhooks.model import Tells
from doorstep.solvers.batches import BatchRefused
from doorstep.solvers.walk import WalkRefused
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts.announcing import about_fulfillments, about_parcels
from doorstep.stages.warehouse.rules.cartons import Question as Asked
from doorstep.stages.warehouse.rules.cartons import Suggestion, suggest_each
from doorstep.stages.warehouse.rules.waves import (
    CANDIDATES_MAX,
    Plan,
    Question,
    plan_by_ship_by,
    plan_by_walk,
)

Q = Statements("doorstep.stages.warehouse")
log = structlog.get_logger()
PLAN_S, CARTONS_S = 20.0, 5.0
"""Hard deadlines: a solver that is not done by then is killed."""

PATIENCE = 1
"""So many plans in a row may fail before carts are filled the plain way."""


async def release_orders(tx: Tx, order_ids: list[UUID]) -> None:
    """Accepted orders become work on the floor."""
    await acts.release(tx, order_ids)


async def stop_orders(tx: Tx, order_ids: list[UUID]) -> None:
    """Held orders leave their carts."""
    await acts.stop(tx, order_ids)


async def cancel_orders(tx: Tx, order_ids: list[UUID]) -> None:
    """Work for canceled and merged orders is called off."""
    await acts.cancel(tx, order_ids)


async def follow_changes(tx: Tx, order_ids: list[UUID]) -> None:
    """The floor picks what changed orders want now, and nothing of their held parts."""
    await acts.follow_changes(tx, order_ids)


async def pack_anew(tx: Tx, order_ids: list[UUID]) -> None:
    """Boxes with an old address or service are opened."""
    await acts.pack_anew(tx, order_ids)


async def follow_shortages(tx: Tx, shortage_ids: list[UUID]) -> None:
    """Nobody walks to goods that a count has found gone."""
    await acts.follow_shortages(tx, shortage_ids)


async def follow_lots(tx: Tx, lot_ids: list[UUID]) -> None:
    """Nobody picks lots that are held, expired or recalled."""
    await acts.follow_lots(tx, lot_ids)


async def follow_refills(tx: Tx, refill_ids: list[UUID]) -> None:
    """Goods were brought from bulk to faces: walks that would come too late are planned anew."""
    await acts.follow_refills(tx, refill_ids)


async def follow_plates(tx: Tx, plate_ids: list[UUID]) -> None:
    """Plates were moved with what stands on them: walks that would come too late are planned anew."""
    await acts.follow_plates(tx, plate_ids)


@errands
async def suggest_boxes(house: House, tenant_id: UUID, fulfillment_ids: list[UUID]) -> None:
    """Think out which boxes picked fulfillment orders travel in; without an answer the packer chooses by eye."""
    async with house.db.transaction(tenant_id, actor="system:cartons") as tx:
        questions = await acts.read_cartons(tx, fulfillment_ids)
    asked: list[tuple[UUID, Asked]] = [(one, (it.pieces, it.boxes)) for one, it in questions.items()]
    halves = [dict(asked[start::AT_ONCE]) for start in range(AT_ONCE)]
    found = {one: it for half in await gather(*map(_suggest, halves)) for one, it in half.items()}
    async with house.db.transaction(tenant_id, actor="system:cartons") as tx:
        await acts.keep_cartons(tx, found)


async def _suggest(questions: dict[UUID, Asked]) -> dict[UUID, Suggestion]:
    """Return the suggestions that were thought out; one question that overruns costs only its own answer."""
    if not questions:
        return {}
    try:
        answers = await think(suggest_each, list(questions.values()), seconds=CARTONS_S)
    except ThinkingFailed as failed:
        log.warning("cartons_not_thought_out", kind=failed.kind, questions=len(questions))
        if len(questions) == 1:
            return {}
        alone = [await _suggest({one: asked}) for one, asked in questions.items()]
        return {one: suggestion for found in alone for one, suggestion in found.items()}
    return {one: answer for one, answer in zip(questions, answers, strict=True) if answer}


@errand
async def plan_carts(house: House, tenant_id: UUID, _subject: UUID) -> None:
    """Group what waits into carts, site by site: read, think outside any transaction, write what still holds."""
    async with house.db.transaction(tenant_id, actor="system:carts") as tx:
        sites = await acts.sites_to_plan(tx)
        questions = [(site, await acts.read_question(tx, site)) for site in sites]
    for site, question in questions:
        if not question.waiting:
            continue
        plan, thought = await _think_about(question, plainly=site.failures >= PATIENCE)
        async with house.db.transaction(tenant_id, actor="system:carts") as tx:
            if plan is None:
                await acts.count_failure(tx, site.site_id)
            else:
                await acts.write_plan(tx, plan, thought=thought)


async def plan_wave(house: House, tenant_id: UUID, fulfillment_ids: Sequence[UUID]) -> list[UUID]:
    """Plan carts for just these waiting fulfillment orders, now, whether or not more could gather; return the carts.

    What finds no bins stays waiting, with the reason on it.
    """
    made: list[UUID] = []
    for start in range(0, len(fulfillment_ids), CANDIDATES_MAX):
        only = list(fulfillment_ids[start : start + CANDIDATES_MAX])
        async with house.db.transaction(tenant_id, actor="system:carts") as tx:
            questions = [await acts.read_question(tx, site, only) for site in await acts.sites_to_plan(tx)]
        for question in questions:
            if question.waiting:
                plan, thought = await _think_about(question, plainly=True)
                assert plan is not None  # noqa: S101 - the plain way always answers
                async with house.db.transaction(tenant_id, actor="system:carts") as tx:
                    made += await acts.write_plan(tx, plan, thought=thought)
    return made


async def _think_about(question: Question, *, plainly: bool) -> tuple[Plan | None, bool]:
    """Return the plan, and whether the solver made it.

    A solver that fails is asked again by the next run of the timer; when that fails too, the plain way answers at once.
    """
    try:
        return await think(plan_by_walk, question, seconds=PLAN_S), True
    except (ThinkingFailed, WalkRefused, BatchRefused) as failed:
        log.warning("carts_not_thought_out", site=str(question.site_id), error=str(failed))
    return (plan_by_ship_by(question), False) if plainly else (None, False)


async def forget_scans(tx: Tx, _subjects: list[UUID]) -> None:
    """Answers to scans are kept for a week."""
    await tx.run(Q.forget_scans)


ON: dict[str, list[Any]] = {
    "order.accepted": [release_orders],
    "order.refilled": [release_orders],
    "order.held": [stop_orders],
    "order.canceled": [cancel_orders],
    "order.merged": [cancel_orders],
    "order.joined": [follow_changes],
    "order.changed": [follow_changes],
    "order.split": [follow_changes],
    "order.part_held": [follow_changes],
    "order.part_released": [release_orders],
    "order.address_changed": [pack_anew],
    "order.delivery_changed": [pack_anew],
    "reservation.short": [follow_shortages],
    "lot.quality_check": [follow_lots],
    "lot.expired": [follow_lots],
    "lot.recalled": [follow_lots],
    "refill.done": [follow_refills],
    "plate.moved": [follow_plates],
    "fulfillment.picked": [suggest_boxes],
}
EVERY = {"plan_carts": Every(2.0, plan_carts), "forget_scans": Every(3600.0, forget_scans)}
TELLS = {
    "fulfillment": Tells(
        about_fulfillments,
        {
            "waiting": "A site has to pick and pack this order, or this part of it.",
            "short": "Goods are missing on the floor; somebody looks for them.",
            "packed": "Everything that the site sends of the order lies in boxes.",
            "canceled": "The site's work on the order is called off.",
        },
    ),
    "parcel": Tells(
        about_parcels,
        {
            "packed": "A box is closed and weighed.",
            "handed_over": "The parcel left the house.",
            "canceled": "The parcel was unpacked or will not leave.",
        },
    ),
}
