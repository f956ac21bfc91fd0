"""The real web server with one route more: the yardstick that parses the same body and answers, and does nothing else."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar, Response, post

from doorstep import app as house_app
from doorstep.platform import auth, config, serving, web
from doorstep.platform.edge import Asked, Caller, JSONBody
from doorstep.platform.house import House
from doorstep.platform.idempotency import fingerprint, read_key
from doorstep.platform.logs import write_logs
from doorstep.stages.orders.model import NewOrder


@post("/api/parse-only", opt=auth.allow(scope="orders:write"), include_in_schema=False)
async def parse_only(data: JSONBody[NewOrder], request: Asked, who: Caller) -> Response[bytes]:
    """Take an order apart and answer as if it had been placed."""
    fingerprint("POST", "/api/orders", await request.body())
    placed = {"outcome": "created", "id": who.tenant_id, "number": len(data.lines), "key": read_key(request)}
    return Response(msgspec.json.encode(placed), status_code=201, media_type="application/json")


def create() -> Litestar:
    """Return the web application with the yardstick's route; each process of the server calls this once."""
    settings = config.read()
    write_logs(settings.log_level)

    @asynccontextmanager
    async def opened() -> AsyncIterator[House]:
        async with house_app.open_house(settings) as house:
            serving.settle_memory()
            yield house

    routes: list[Any] = [*house_app.routes(), parse_only]
    return web.build(
        opened,
        routes,
        house_app.template_folders(),
        secret=str(settings.secret),
        body_max=settings.body_max,
    )


if __name__ == "__main__":
    serving.serve("doorstep.bench.server:create", "127.0.0.1", int(sys.argv[1]), processes=int(sys.argv[2]))
