"""Who is calling, and what may they do.

People sign in with a password (argon2) and carry a session cookie; programs carry an API key, shown once and stored
hashed; customers carry signed links. Every route declares who may enter with `allow(...)`, `public()` or `signed()`;
`web.py` refuses to start a house with a route that declares nothing.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from doorstep.platform.db import Database
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements

Q = Statements("doorstep.platform.directory")
SESSION_COOKIE = "doorstep_session"
CACHED_S = 3.0
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Role(StrEnum):
    """What a person does here."""

    OWNER = "owner"
    MANAGER = "manager"
    PICKER = "picker"
    PACKER = "packer"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    MERCHANT = "merchant"
    VIEWER = "viewer"


DESK = (Role.OWNER, Role.MANAGER)
ALL_STAFF = tuple(role for role in Role if role is not Role.MERCHANT)


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose identity is proven.

    Attributes:
        actor: how the journal names them (`user:ana@x`, `key:shop`).
        roles: of a person; a key has none.
        scopes: of a key; a person has none.
        merchant_id: when set, the caller sees only this merchant's goods and orders.
        key_id: of a key; a person has none.
    """

    tenant_id: UUID
    actor: str
    name: str
    user_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    merchant_id: UUID | None = None
    key_id: UUID | None = None

    def may(self, allowed: "Allow") -> bool:
        """Whether this caller may enter a route that declared `allowed`.

        A key bound to a merchant enters only what is open to merchants' people, whatever its scopes say: other routes show
        or change things of all merchants.
        """
        if self.user_id is not None:
            return bool(self.roles & allowed.roles)
        if self.merchant_id is not None and Role.MERCHANT not in allowed.roles:
            return False
        return allowed.scope is not None and (allowed.scope in self.scopes or "*" in self.scopes)

    def own(self, merchant_id: UUID | None) -> UUID | None:
        """Return the merchant whose things the caller asks for: its own when it is bound to one.

        Raises:
            Refused: a caller bound to one merchant asked for another's.
        """
        if self.merchant_id is None or merchant_id in (None, self.merchant_id):
            return self.merchant_id or merchant_id
        raise Refused(Reason.UNKNOWN, f"There is no merchant {merchant_id} here.")


@dataclass(frozen=True, slots=True)
class Allow:
    """Who may enter a route: people of these roles, keys with this scope."""

    roles: frozenset[str]
    scope: str | None = None
    anyone: bool = False


def allow(*roles: Role, scope: str | None = None) -> dict[str, Any]:
    """Return the `opt` of a route for people of `roles` (the owner always) and keys with `scope`."""
    return {"allow": Allow(frozenset({Role.OWNER, *roles}), scope)}


def public() -> dict[str, Any]:
    """Return the `opt` of a route that anyone may enter: it shows nothing of any tenant that is not public."""
    return {"allow": Allow(frozenset(), anyone=True)}


def signed() -> dict[str, Any]:
    """Return the `opt` of a route whose path carries a signed link; the handler checks it with `House.unsign`."""
    return {"allow": Allow(frozenset(), anyone=True), "exclude_from_csrf": True}


def hash_password(password: str) -> str:
    """Return the argon2 hash of a password (at least 8 characters).

    Raises:
        Refused: too short.
    """
    if len(password) < 8:
        raise Refused(Reason.INVALID, "A password has at least 8 characters. Choose a longer one.")
    return _hasher.hash(password)


def hash_token(token: str) -> bytes:
    """Return how a session or key is stored: they are random and long, so one fast hash is enough."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class _Login:
    tenant_id: UUID
    user_id: UUID
    password_hash: str
    locked: bool


async def sign_in(db: Database, login: str, password: str) -> str:
    """Check a password and return the token of a new session (12 hours).

    Raises:
        Refused: wrong name or password (said alike for both), or too many failures: locked for a minute.
    """
    wrong = Refused(Reason.UNAUTHENTICATED, "The name or the password is wrong. Try again.")
    async with db.directory() as connection:
        row = await (await connection.execute(Q.find_login.sql.encode(), {"login": login.lower()})).fetchone()
        found = _Login(*row) if row else None
        if found and found.locked:
            raise Refused(Reason.TOO_MANY, "Too many wrong passwords. Wait a minute.", retry_after_s=60)
        try:
            _hasher.verify(found.password_hash if found else _NOBODY, password)
        except VerifyMismatchError:
            if found:
                await connection.execute(Q.count_failure.sql.encode(), {"login": login.lower()})
                await connection.commit()
            raise wrong from None
        if found is None:
            raise wrong
        token = secrets.token_urlsafe(32)
        await connection.execute(
            Q.add_session.sql.encode(),
            {
                "hash": hash_token(token),
                "tenant_id": found.tenant_id,
                "user_id": found.user_id,
                "login": login.lower(),
            },
        )
        return token


_NOBODY = _hasher.hash(secrets.token_urlsafe(16))  # an unknown name takes as long as a wrong password


async def sign_out(db: Database, token: str) -> None:
    """End a session."""
    async with db.directory() as connection:
        await connection.execute(Q.end_session.sql.encode(), {"hash": hash_token(token)})


async def make_key(
    db: Database, tenant_id: UUID, name: str, scopes: Sequence[str], merchant_id: UUID | None = None
) -> str:
    """Make an API key and return it: it is shown this once and stored hashed."""
    key = f"dk_{secrets.token_urlsafe(32)}"
    async with db.directory() as connection:
        await connection.execute(
            Q.add_key.sql.encode(),
            {
                "hash": hash_token(key),
                "id": new_id(),
                "tenant_id": tenant_id,
                "name": name,
                "scopes": list(scopes),
                "merchant_id": merchant_id,
            },
        )
    return key


@dataclass(slots=True)
class Gate:
    """Finds the principal of a cookie or key; remembers it for a few seconds, so a revoked key dies within five.

    When the memory of a busy key runs out, the many requests that carry it wait for one look-up.
    """

    db: Database
    _seen: dict[bytes, tuple[float, Principal | None]] = field(default_factory=dict)
    _under_way: dict[bytes, asyncio.Task[Principal | None]] = field(default_factory=dict)

    async def by_session(self, token: str) -> Principal | None:
        """Return the person behind a session cookie, or None."""
        return await self._find(hash_token(token), session=True)

    async def by_key(self, key: str) -> Principal | None:
        """Return the program behind an API key, or None."""
        return await self._find(hash_token(key), session=False)

    def recalled(self, key: str) -> Principal | None:
        """Return the program behind an API key that was seen lately; None: look it up."""
        seen = self._seen.get(hash_token(key))
        return seen[1] if seen and seen[0] > time.monotonic() else None

    def forget(self) -> None:
        """Forget what was seen (after sign-out or revocation in this process)."""
        self._seen.clear()

    async def _find(self, token_hash: bytes, *, session: bool) -> Principal | None:
        now = time.monotonic()
        cached = self._seen.get(token_hash)
        if cached and cached[0] > now:
            return cached[1]
        look = self._under_way.get(token_hash)
        if look is None:
            look = self._under_way[token_hash] = asyncio.create_task(self._look(token_hash, session=session))
            look.add_done_callback(lambda _: self._under_way.pop(token_hash, None))
        return await asyncio.shield(look)  # who goes away leaves the others their answer

    async def _look(self, token_hash: bytes, *, session: bool) -> Principal | None:
        now = time.monotonic()
        async with self.db.directory() as connection:
            found = await (
                self._person(connection, token_hash) if session else self._program(connection, token_hash)
            )
        if len(self._seen) > 10_000:
            self._seen.clear()
        self._seen[token_hash] = (now + CACHED_S, found)
        return found

    @staticmethod
    async def _person(connection: Any, token_hash: bytes) -> Principal | None:
        row = await (await connection.execute(Q.find_session.sql.encode(), {"hash": token_hash})).fetchone()
        if row is None:
            return None
        tenant_id, user_id = row
        await connection.execute(Q.see.sql.encode(), {"hash": token_hash})
        await connection.execute(Q.enter_tenant.sql.encode(), {"tenant": str(tenant_id)})
        user = await (
            await connection.execute(Q.find_user.sql.encode(), {"tenant_id": tenant_id, "id": user_id})
        ).fetchone()
        if user is None:
            return None
        login, name, roles, merchant_id = user
        return Principal(
            tenant_id, f"user:{login}", name, user_id, frozenset(roles), frozenset(), merchant_id
        )

    @staticmethod
    async def _program(connection: Any, key_hash: bytes) -> Principal | None:
        row = await (await connection.execute(Q.find_key.sql.encode(), {"hash": key_hash})).fetchone()
        if row is None:
            return None
        tenant_id, name, scopes, merchant_id, key_id = row
        return Principal(
            tenant_id, f"key:{name}", name, None, frozenset(), frozenset(scopes), merchant_id, key_id
        )


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to be added."""

    login: str
    name: str
    password: str
    roles: tuple[Role, ...]
    merchant_id: UUID | None = None


async def add_user(db: Database, tenant_id: UUID, user: NewUser) -> UUID:
    """Add a person to a tenant.

    Raises:
        Refused: the sign-in name is taken, the password too short, or a merchant's person names no merchant.
    """
    if (Role.MERCHANT in user.roles) != (user.merchant_id is not None):
        raise Refused(
            Reason.INVALID, "A person of role merchant belongs to one merchant, nobody else does. Name it."
        )
    user_id = new_id()
    values = {
        "login": user.login.lower(),
        "tenant_id": tenant_id,
        "id": user_id,
        "name": user.name,
        "roles": list(user.roles),
        "merchant_id": user.merchant_id,
        "hash": hash_password(user.password),
        "tenant": str(tenant_id),
    }
    async with db.directory() as connection:
        added = await connection.execute(Q.add_login.sql.encode(), values)
        if added.rowcount == 0:
            raise Refused(Reason.CONFLICT, f"The sign-in name {user.login} is taken. Choose another.")
        await connection.execute(Q.enter_tenant.sql.encode(), values)
        await connection.execute(Q.add_user.sql.encode(), values)
    return user_id


async def add_tenant(db: Database, code: str, name: str, *, tenant_id: UUID | None = None) -> UUID:
    """Add an operating company and return its id; one that is already there under this code is returned as it is."""
    async with db.directory() as connection:
        row = await (
            await connection.execute(
                Q.add_tenant.sql.encode(), {"id": tenant_id or new_id(), "code": code, "name": name}
            )
        ).fetchone()
        assert row is not None  # noqa: S101 - the upsert always returns a row
        return UUID(str(row[0]))


@dataclass(frozen=True, slots=True)
class Tenant:
    """An operating company."""

    id: UUID
    code: str
    name: str


async def tenants(db: Database) -> list[Tenant]:
    """Return the operating companies that are not suspended, by code."""
    async with db.directory() as connection:
        rows = await (await connection.execute(Q.tenants.sql.encode())).fetchall()
    return [Tenant(*row) for row in rows]


async def find_tenant(db: Database, code: str) -> UUID:
    """Return the operating company behind a code, for addresses that name it: hooks, shop windows.

    Raises:
        Refused: there is none, or it is suspended.
    """
    async with db.directory() as connection:
        row = await (await connection.execute(Q.find_tenant.sql.encode(), {"code": code})).fetchone()
    if row is None:
        raise unknown("tenant", code)
    return UUID(str(row[0]))


async def revoke_key(db: Database, tenant_id: UUID, key_id: UUID) -> None:
    """Revoke a key: it dies within five seconds everywhere.

    Raises:
        Refused: there is no such key, or it is revoked already.
    """
    async with db.transaction(tenant_id, actor="system") as tx:
        if not await tx.run(Q.revoke_key, id=key_id):
            raise unknown("key", key_id)
