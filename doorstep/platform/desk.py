"""The ground's own routes: sign in and out, health, metrics, the clock of a simulated tenant, what is owed and what was given up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from doorstep.platform import auth, clock
from doorstep.platform.auth import DESK, SESSION_COOKIE, Role, allow, public
from doorstep.platform.edge import Asked, Caller, Form, InHouse, JSONBody
from doorstep.platform.errors import Refused, unknown
from doorstep.platform.idempotency import once
from doorstep.platform.pages import back, page
from doorstep.platform.places import home
from doorstep.platform.roster import UserShown, users
from doorstep.platform.statements import Statements

Q = Statements("doorstep.platform")


@get("/health", opt=public(), include_in_schema=False)
async def health() -> dict[str, str]:
    """Say that the process lives."""
    return {"status": "ok"}


@get("/ready", opt=public(), include_in_schema=False)
async def ready(house: InHouse) -> Response[dict[str, str]]:
    """Say whether the database answers, so a balancer can send requests."""
    try:
        async with house.db.pool.connection(timeout=2) as connection:
            await connection.execute("SELECT 1")
    except Exception:  # noqa: BLE001 - whatever keeps the database away, the answer is "not ready"
        return Response({"status": "the database does not answer"}, status_code=503)
    return Response({"status": "ok"})


@get("/metrics", opt=allow(*DESK, scope="metrics:read"), include_in_schema=False)
async def metrics(house: InHouse, who: Caller) -> Response[bytes]:
    """Answer in Prometheus' text format: this process's counters, the caller's queues, and what the stages measure."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        queues = await tx.rows(Q.queue_ages, QueueAge)
        gauges = await house.gauges(tx)
    lines = [
        f'doorstep_queue_{what}{{task="{queue.name}"}} {getattr(queue, what)}\n'
        for queue in queues
        for what in ("owed", "age_s", "dead", "under_way")
    ]
    lines += [f"{name} {value}\n" for name, value in gauges.items()]
    return Response(generate_latest() + "".join(lines).encode(), media_type=CONTENT_TYPE_LATEST)


@get("/", opt=public(), include_in_schema=False)
async def front(request: Asked, house: InHouse) -> Any:
    """Lead people to their work, and everyone else to the door; a demo's door is open."""
    who = request.scope.get("user")
    return back("/demo" if who is None and house.settings.demo else home(request.app, who))


@get("/sign-in", opt=public(), include_in_schema=False)
async def sign_in_page(request: Asked) -> Any:
    """Show the sign-in form."""
    return page(request, "sign_in.html", next=request.query_params.get("next", "/"), login="", wrong=None)


@post("/sign-in", opt=public(), include_in_schema=False, status_code=200)
async def sign_in(request: Asked, house: InHouse, data: Form) -> Any:
    """Open a session and go on to where the person wanted to go."""
    target = data.get("next", "/")
    target = target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"
    try:
        token = await auth.sign_in(house.db, data.get("login", ""), data.get("password", ""))
    except Refused as refused:
        return page(
            request,
            "sign_in.html",
            status=401,
            next=target,
            login=data.get("login", ""),
            wrong=refused.message,
        )
    response = back(target)
    secure = house.settings.public_url.startswith("https:")
    response.set_cookie(
        SESSION_COOKIE, token, max_age=12 * 3600, httponly=True, samesite="lax", secure=secure
    )
    return response


@post("/sign-out", opt=public(), include_in_schema=False, status_code=200)
async def sign_out(request: Asked, house: InHouse) -> Any:
    """End the session."""
    if token := request.cookies.get(SESSION_COOKIE):
        await auth.sign_out(house.db, token)
        request.app.state.gate.forget()
    response = back("/sign-in", "You are signed out.")
    response.delete_cookie(SESSION_COOKIE)
    return response


@get("/api/users", opt=allow(*DESK, scope="users:read"))
async def read_users(house: InHouse, who: Caller) -> list[UserShown]:
    """List the people of the house, and when each was last seen at work."""
    return await users(house.db, who.tenant_id)


class ClockIn(msgspec.Struct, forbid_unknown_fields=True):
    """Where to move a simulated clock."""

    to: Annotated[
        datetime, msgspec.Meta(tz=True, description="The new business time, not before the present one.")
    ]


class ClockOut(msgspec.Struct):
    """The tenant's business time."""

    now: datetime


@get("/api/clock", opt=allow(*auth.ALL_STAFF, scope="clock:read"))
async def read_clock(house: InHouse, who: Caller) -> ClockOut:
    """Read the tenant's business time."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return ClockOut(tx.now)


@post("/api/clock", opt=allow(Role.OWNER, scope="clock:write"))
async def move_clock(
    data: JSONBody[ClockIn], request: Asked, house: InHouse, who: Caller
) -> Response[ClockOut]:
    """Move a simulated tenant's clock forward; every timer becomes due."""

    async def act(tx: Any) -> ClockOut:
        return ClockOut(await clock.advance(tx, data.to))

    return await once(request, house, who, act)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class QueueAge:
    """How much of one kind of work is owed, how old the oldest is, how much was given up, and how much a worker holds just now.

    A timer comes again and again, so it is owed while it is due.
    """

    name: str
    owed: int
    age_s: float
    dead: int
    under_way: int
    timer: bool


@get("/api/tasks", opt=allow(*DESK, scope="tasks:read"))
async def read_tasks(house: InHouse, who: Caller) -> list[QueueAge]:
    """Show what is owed per kind of work."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await tx.rows(Q.queue_ages, QueueAge)


@dataclass(frozen=True, slots=True)
class DeadTask:
    """A task that was given up after all its attempts."""

    name: str
    subject: UUID
    seq: int
    attempts: int
    error: str | None
    dead_at: datetime


@get("/tasks", opt=allow(*DESK), include_in_schema=False)
async def dead_tasks(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show what was given up, each with "try again"."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        dead = await tx.rows(Q.dead_tasks, DeadTask)
        queues = await tx.rows(Q.queue_ages, QueueAge)
    return page(request, "tasks.html", dead=dead, queues=queues)


@post("/tasks/retry", opt=allow(*DESK), include_in_schema=False, status_code=200)
async def retry_task(house: InHouse, who: Caller, data: Form) -> Any:
    """Try a given-up task again."""
    try:
        subject, seq = UUID(data["subject"]), int(data["seq"])
    except (KeyError, ValueError):
        raise unknown("task", data.get("subject", "")) from None
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        revived = await tx.run(Q.revive_task, name=data.get("name", ""), subject=subject, seq=seq)
        tx.owing = True
    if not revived:
        return back("/tasks", "That task is not waiting any more.", kind="warning")
    return back("/tasks", "The task will be tried again now.")


ROUTES = [
    front,
    health,
    ready,
    metrics,
    sign_in_page,
    sign_in,
    sign_out,
    read_clock,
    move_clock,
    read_tasks,
    read_users,
    dead_tasks,
    retry_task,
]
