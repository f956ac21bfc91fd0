"""Manifests and the hand-over over JSON."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.shipping.acts import leaving, looking, manifests, sheets
from doorstep.stages.shipping.api.labels import sent
from doorstep.stages.shipping.api.shapes import (
    HandOverIn,
    HandOverOut,
    HandOversOut,
    ManifestIn,
    ManifestOut,
    ManifestsOut,
    manifest_out,
)
from doorstep.stages.shipping.model import ManifestState

READERS = allow(*DESK, Role.PACKER, Role.DISPATCHER, Role.VIEWER, scope="manifests:read")
WRITERS = allow(*DESK, Role.PACKER, scope="manifests:write")
DOCK = allow(*DESK, Role.PACKER, scope="hand-overs:write")
Most = Annotated[int, QueryParameter(ge=1, le=200)]


@get("/api/manifests", opt=READERS)
async def list_manifests(
    house: InHouse,
    who: Caller,
    of_state: Annotated[ManifestState | None, QueryParameter(name="state")] = None,
    after: Annotated[UUID | None, QueryParameter()] = None,
    most: Most = 50,
) -> ManifestsOut:
    """List manifests, newest first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        seen = await looking.manifests(tx, after, most, of_state)
    return ManifestsOut([manifest_out(one) for one in seen], seen[-1].id if len(seen) == most else None)


@post("/api/manifests", opt=WRITERS)
async def make_manifest(
    data: JSONBody[ManifestIn], request: Asked, house: InHouse, who: Caller
) -> Response[ManifestOut]:
    """Put everything that is ready at a site for a carrier on its open manifest."""

    async def act(tx: Tx) -> ManifestOut:
        manifest_id = await manifests.gather(tx, data.site_id, data.carrier_id)
        return manifest_out((await looking.manifest(tx, manifest_id))[0])

    return await once(request, house, who, act)  # type: ignore[return-value]


@get("/api/manifests/{manifest_id:uuid}", opt=READERS)
async def read_manifest(manifest_id: FromPath[UUID], house: InHouse, who: Caller) -> ManifestOut:
    """Read one manifest."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return manifest_out((await looking.manifest(tx, manifest_id))[0])


@get("/api/manifests/{manifest_id:uuid}/pdf", opt=READERS, media_type="application/pdf")
async def read_sheet(manifest_id: FromPath[UUID], house: InHouse, who: Caller) -> Response[bytes]:
    """Read a manifest as a sheet to print and sign; its bar code hands everything on it over."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        made = await sheets.sheet(tx, manifest_id)
    return sent(made, "pdf", f"manifest-{manifest_id}")


@post("/api/manifests/{manifest_id:uuid}/close", opt=WRITERS, status_code=200)
async def close_manifest(
    manifest_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller
) -> Response[ManifestOut]:
    """Let the truck leave: what was scanned goes with it and the carrier is told; the rest waits for the next one."""

    async def act(tx: Tx) -> ManifestOut:
        await manifests.close_one(tx, manifest_id)
        return manifest_out((await looking.manifest(tx, manifest_id))[0])

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/hand-overs", opt=DOCK, status_code=200)
async def hand_over(
    data: JSONBody[HandOverIn], request: Asked, house: InHouse, who: Caller
) -> Response[HandOversOut]:
    """Hand over what was scanned at the dock; each code has its answer, and scanning again is harmless."""

    async def act(tx: Tx) -> HandOversOut:
        answers = await leaving.hand_over(tx, data.codes)
        return HandOversOut(
            [HandOverOut(one.code, one.verdict, one.message, one.label_id, one.parcels) for one in answers]
        )

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [
    list_manifests,
    make_manifest,
    read_manifest,
    read_sheet,
    close_manifest,
    hand_over,
]
