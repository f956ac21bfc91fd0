"""Who belongs to a house: its people and its keys, as lists show them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Database
from doorstep.platform.statements import Statements

Q = Statements("doorstep.platform.directory")


@dataclass(frozen=True, slots=True)
class UserShown:
    """A person as a list shows them.

    Attributes:
        seen_at: when they last did something here (real time, to about 20 s); None: they are not signed in.
    """

    id: UUID
    login: str
    name: str
    roles: list[str]
    disabled_at: datetime | None
    seen_at: datetime | None


async def users(db: Database, tenant_id: UUID) -> list[UserShown]:
    """Return the people of a tenant, by login."""
    async with db.transaction(tenant_id, actor="system") as tx:
        return await tx.rows(Q.users, UserShown)


@dataclass(frozen=True, slots=True)
class KeyShown:
    """An API key as a list shows it: never the key itself."""

    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None


async def keys(db: Database, tenant_id: UUID) -> list[KeyShown]:
    """Return the keys of a tenant, oldest first."""
    async with db.transaction(tenant_id, actor="system") as tx:
        return await tx.rows(Q.keys, KeyShown)
