"""Who is shown the way to which place."""

from uuid import uuid4

import pytest
from litestar import Litestar

from doorstep.platform.auth import Principal, Role
from doorstep.platform.places import GROUPS, home, places


def _person(*roles: Role) -> Principal:
    return Principal(uuid4(), "user:ana@example.org", "Ana", uuid4(), frozenset(roles))


def _paths(application: Litestar, who: Principal | None) -> set[str]:
    return {place.path for _, mine in places(application, who) for place in mine}


def test_an_owner_is_shown_every_place_that_is_there(application: Litestar) -> None:
    there = {path for _, known in GROUPS for path, _ in known if path in application.route_handler_method_map}
    assert _paths(application, _person(Role.OWNER)) == there
    assert {"/tower", "/tasks"} <= there


@pytest.mark.parametrize(
    ("role", "shown"), [(Role.MANAGER, True), (Role.PICKER, False), (Role.MERCHANT, False)]
)
def test_tasks_are_shown_to_those_who_may_see_them(application: Litestar, role: Role, shown: bool) -> None:
    assert ("/tasks" in _paths(application, _person(role))) == shown


def test_nobody_is_shown_nothing(application: Litestar) -> None:
    assert places(application, None) == []


def test_work_begins_where_it_is(application: Litestar) -> None:
    assert home(application, _person(Role.OWNER)) == "/tower"
    assert home(application, None) == "/sign-in"
    for role, path in ((Role.PICKER, "/pick"), (Role.DRIVER, "/driver")):
        there = path in _paths(application, _person(role))
        assert (home(application, _person(role)) == path) == there
