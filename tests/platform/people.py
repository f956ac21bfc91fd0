"""People who sign in: one of each role, with a browser's session."""

import re
from uuid import UUID, uuid4

import httpx

from doorstep.platform import auth
from doorstep.platform.auth import NewUser, Role
from doorstep.platform.house import House

PASSWORD = "correct horse"


async def add_person(house: House, tenant: UUID, *roles: Role, merchant_id: UUID | None = None) -> str:
    """Add a person and return the sign-in name."""
    login = f"{uuid4().hex[:12]}@north.example"
    await auth.add_user(house.db, tenant, NewUser(login, "Ana", PASSWORD, roles, merchant_id))
    return login


async def sign_in(client: httpx.AsyncClient, login: str, password: str = PASSWORD) -> httpx.Response:
    """Fill in the sign-in form as a browser does; the client then carries the session."""
    form = await client.get("/sign-in")
    fields = {"login": login, "password": password, "_csrf_token": csrf_of(form.text), "next": "/tower"}
    return await client.post("/sign-in", data=fields)


def csrf_of(html: str) -> str:
    """Return the hidden CSRF field of a page's form."""
    found = re.search(r'name="_csrf_token" value="([0-9a-f]+)"', html)
    assert found, "the page has a form with a CSRF field"
    return found[1]
