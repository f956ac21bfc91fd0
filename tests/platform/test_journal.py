"""The one door: states move, history is written and work is owed in one statement."""

import asyncio
import random
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from psycopg import errors

from doorstep.platform.doctor import examine
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.journal import history, move, move_all, note, tell
from doorstep.stages.feedback.model import CASE, RETURN, CaseAct, CaseState, ReturnAct
from tests.platform.things import cases, states


async def test_a_transaction_without_a_tenant_is_an_error_not_an_empty_answer(
    house: House, tenant: UUID
) -> None:
    async with house.db.pool.connection() as connection:
        with pytest.raises(errors.Error):
            await connection.execute("SELECT * FROM platform.users")


async def test_a_move_answers_per_id_moved_refused_or_unknown(house: House, tenant: UUID) -> None:
    stranger = uuid4()
    async with house.db.transaction(tenant, actor="ana") as tx:
        first, second = await cases(tx, 2)
        await move(tx, CASE, CaseAct.CLOSE, [second])
        answer = await move(tx, CASE, CaseAct.ANSWER, [first, second, stranger, first])
        assert answer.moved == [first]
        assert [(one.id, one.was) for one in answer.refused] == [(second, "closed")]
        assert answer.unknown == [stranger]
        assert await states(tx, [first, second]) == [("answered", 2), ("closed", 2)]


async def test_history_tells_who_did_what_when_and_why(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="user:ana") as tx:
        [one] = await cases(tx)
        await move(tx, CASE, CaseAct.ANSWER, [one], {"answer": "Sorry!"})
        born, answered = await history(tx, [one])
    assert (born.name, born.seq, born.act) == ("open", 1, None)
    assert (answered.name, answered.was, answered.act, answered.actor) == (
        "answered",
        "open",
        "answer",
        "user:ana",
    )
    assert answered.facts == {"answer": "Sorry!"}
    assert answered.occurred_at == tx.now


async def test_facts_may_differ_by_id(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="ana") as tx:
        first, second = await cases(tx, 2)
        await move(tx, CASE, CaseAct.CLOSE, [first, second], {first: {"n": 1}, second: {"n": 2}})
        told = {event.subject: event.facts for event in await history(tx, [first, second]) if event.seq == 2}
    assert told == {first: {"n": 1}, second: {"n": 2}}


async def test_all_or_nothing_names_the_state_in_the_way(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="ana") as tx:
        [one] = await cases(tx)
        await move_all(tx, CASE, CaseAct.CLOSE, [one])
        with pytest.raises(Refused, match="The case is closed") as closed:
            await move_all(tx, CASE, CaseAct.ANSWER, [one])
        with pytest.raises(Refused) as missing:
            await move_all(tx, CASE, CaseAct.ANSWER, [uuid4()])
    assert (closed.value.reason, missing.value.reason) == (Reason.CONFLICT, Reason.UNKNOWN)


async def test_two_who_move_the_same_thing_at_once_do_it_once(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="ana") as tx:
        ids = await cases(tx, 20)

    async def close(who: str) -> list[UUID]:
        mine = random.Random(who).sample(ids, len(ids))
        async with house.db.transaction(tenant, actor=who) as tx:
            return (await move(tx, CASE, CaseAct.CLOSE, mine)).moved

    moved = await asyncio.gather(*(close(f"hand-{i}") for i in range(6)))
    assert sorted(one for part in moved for one in part) == sorted(ids)


async def test_the_door_agrees_with_the_table_for_random_acts(house: House, tenant: UUID) -> None:
    dice = random.Random(7)
    async with house.db.transaction(tenant, actor="ana") as tx:
        ids = await cases(tx, 12)
        expected = dict.fromkeys(ids, CaseState.OPEN)
        for _ in range(40):
            act = dice.choice(list(CaseAct))
            asked = dice.sample(ids, dice.randint(1, len(ids)))
            answer = await move(tx, CASE, act, asked)
            for one in answer.answers:
                assert one.was == expected[one.id]
                assert one.now == CASE.step(expected[one.id], act)
                expected[one.id] = CaseState(one.now or one.was)
        assert [state for state, _ in await states(tx, ids)] == [expected[one] for one in ids]


async def test_the_journal_refuses_a_move_that_no_machine_knows(house: House, tenant: UUID) -> None:
    lawless = replace(CASE, moves={**CASE.moves, CaseAct.REOPEN: {CaseState.OPEN: CaseState.CLOSED}})
    async with house.db.transaction(tenant, actor="ana") as tx:
        [one] = await cases(tx)
    with pytest.raises(errors.CheckViolation):
        async with house.db.transaction(tenant, actor="ana") as tx:
            await move(tx, lawless, CaseAct.REOPEN, [one])


async def test_history_cannot_be_rewritten_by_the_program(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="ana") as tx:
        await cases(tx)
    for statement in ("UPDATE platform.events SET name = 'x'", "DELETE FROM platform.events"):
        with pytest.raises(errors.InsufficientPrivilege):
            async with house.db.transaction(tenant, actor="ana") as tx:
                await tx.connection.execute(statement.encode())


async def test_a_note_keeps_the_state_and_only_declared_notes_are_taken(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="ana") as tx:
        with pytest.raises(ValueError, match="has no note"):
            await note(tx, CASE, "anything", [uuid4()])
        assert "labeled" in RETURN.notes
        assert (await move(tx, RETURN, ReturnAct.CLOSE, [])).answers == ()
        await tell(tx, "stock", "received", [])


async def test_one_tenant_never_sees_or_moves_what_is_anothers(house: House, tenant: UUID) -> None:
    from doorstep.platform import auth

    other = await auth.add_tenant(house.db, f"o-{uuid4().hex[:20]}", "Other")
    async with house.db.transaction(tenant, actor="ana") as tx:
        [one] = await cases(tx)
    async with house.db.transaction(other, actor="eve") as tx:
        assert (await move(tx, CASE, CaseAct.CLOSE, [one])).unknown == [one]
        assert await history(tx, [one]) == []
        cursor = await tx.connection.execute("SELECT count(*) FROM feedback.cases")
        assert await cursor.fetchone() == (0,)


async def test_the_doctor_finds_a_state_that_was_written_around_the_journal(
    house: House, tenant: UUID
) -> None:
    from doorstep import app

    async with house.db.transaction(tenant, actor="ana") as tx:
        [one] = await cases(tx)
    assert await examine(house.db, tenant, app.invariants()) == []
    async with house.db.transaction(tenant, actor="eve") as tx:
        await tx.connection.execute("UPDATE feedback.cases SET state = 'closed' WHERE id = %s", [one])
    [finding] = await examine(house.db, tenant, app.invariants())
    assert (finding.rule, finding.count) == ("state_is_not_its_history:case", 1)
    assert finding.rows[0]["told"] == "open"
