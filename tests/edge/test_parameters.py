"""What is asked in an address is read, or refused by its name: nothing is silently left aside."""

import httpx
import pytest

from tests.edge.conftest import Standing
from tests.edge.knocking import DOORS


def ask(standing: Standing, path: str) -> httpx.Response:
    return standing.client.get(path, headers={"authorization": f"Bearer {standing.key}"})


def told(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["detail"] for error in answer.json()["errors"]]


def test_a_filter_with_a_slip_of_the_pen_is_refused_and_told_what_was_meant(standing: Standing) -> None:
    assert told(ask(standing, "/api/orders?stat=held")) == [
        "There is no parameter 'stat'. Did you mean 'state'?"
    ]


def test_every_stranger_is_named_at_once_and_what_is_known_beside_it(standing: Standing) -> None:
    first, second = told(ask(standing, "/api/labels?zzz=1&state=bought&qq=2&zzz=3"))
    assert first == "There is no parameter 'qq'. Known: after, most, order_id, parcel_id, state."
    assert second.startswith("There is no parameter 'zzz'.")


def test_an_address_that_takes_none_says_so(standing: Standing) -> None:
    path = f"/api/labels/{standing.company.one('label_id')}?verbose=1"
    assert told(ask(standing, path)) == ["There is no parameter 'verbose'. This address takes none."]


def test_a_stranger_with_no_value_or_no_name_is_one_as_well(standing: Standing) -> None:
    assert len(told(ask(standing, "/api/labels?helo"))) == 1
    assert len(told(ask(standing, "/api/labels?=1"))) == 1


def test_wrong_values_are_all_listed_with_their_names(standing: Standing) -> None:
    found = told(ask(standing, "/api/labels?most=0&state=lost"))
    assert sorted(one.split(":")[0] for one in found) == ["most", "state"]


def test_whoever_may_not_enter_does_not_learn_what_may_be_asked(standing: Standing) -> None:
    assert standing.client.get("/api/labels?zzz=1").status_code == 401


@pytest.mark.parametrize("path", ["/sign-in?utm_source=mail", "/health?from=probe"])
def test_pages_may_be_reached_with_whatever_mails_and_probes_add(standing: Standing, path: str) -> None:
    assert standing.client.get(path).status_code == 200


def test_no_door_for_programs_reads_parameters_that_it_does_not_declare() -> None:
    undeclared = [
        str(door) for door in DOORS if door.is_api and "query_params" in door.handler.fn.__code__.co_names
    ]
    assert undeclared == []
