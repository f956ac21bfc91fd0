"""The tabs above every page of the catalog."""

from typing import Any

from litestar.response import Template

from doorstep.platform.auth import DESK, Role
from doorstep.platform.edge import Asked
from doorstep.platform.pages import page

READERS = (*DESK, Role.VIEWER, Role.MERCHANT)
WRITERS = (*DESK, Role.MERCHANT)
STAFF = (*DESK, Role.VIEWER)

TABS = (
    ("/catalog", "Products", READERS),
    ("/catalog/merchants", "Merchants", READERS),
    ("/catalog/sites", "Sites", READERS),
    ("/catalog/boxes", "Boxes", STAFF),
    ("/catalog/carriers", "Carriers", STAFF),
    ("/catalog/vans", "Vans", STAFF),
    ("/catalog/import", "Import", WRITERS),
)


def catalog_page(request: Asked, name: str, tab: str, **context: Any) -> Template:
    """Return a page of the catalog with the tabs that the caller may open, `tab` being the present one."""
    roles: frozenset[str] = request.scope["user"].roles
    tabs = [(path, text, path == tab) for path, text, may in TABS if Role.OWNER in roles or roles & set(may)]
    writes = bool(roles & {Role.OWNER, *WRITERS})
    return page(request, f"catalog/{name}", tabs=tabs, writes=writes, **context)
