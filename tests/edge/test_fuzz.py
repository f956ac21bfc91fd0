"""Whatever the API's own description allows or forbids is sent to it: nothing breaks, and every answer is documented."""

import re
from itertools import islice
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from litestar.handlers.http_handlers import HTTPRouteHandler
from schemathesis import APIOperation, Case, GenerationMode

from doorstep import app as house_app
from tests.edge.conftest import Standing

PLAUSIBLE = ["2xx", "401", "403", "404", "409", "410", "413", "422", "502", "503"]
"""What may be answered to a request of the right shape: the shape alone says nothing of stock, states and sums."""
TYPED = re.compile(r":\w+}")
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def documented() -> list[str]:
    """Every operation that the description has."""
    return sorted(
        f"{method} {TYPED.sub('}', path)}"
        for route in house_app.routes()
        if isinstance(route, HTTPRouteHandler) and route.include_in_schema is not False
        for method in route.http_methods
        for path in route.paths
    )


@pytest.fixture(scope="module")
def api(standing: Standing) -> Any:
    """The API as it describes itself, on a real socket, with a key that may do everything."""
    config = schemathesis.Config.from_dict(
        {
            "generation": {"with-security-parameters": False},
            "checks": {"positive_data_acceptance": {"expected-statuses": PLAUSIBLE}},
        }
    )
    return schemathesis.openapi.from_url(f"{standing.url}/api/schema/openapi.json", config=config)


def knock(api: Any, standing: Standing, label: str, *, examples: int, edges: int) -> None:
    """Send an operation the edges of its description, then random requests, half of them to things that exist."""
    operation = api.find_operation_by_label(label)
    assert operation, f"{label} is not in the description"
    generation = api.config.generation_for(operation=operation)
    cases = api.iter_coverage_cases(operation, generation_modes=list(MODES), generation_config=generation)
    for case in islice(cases, edges):
        send(case, standing)
    modes = MODES if list(operation.iter_parameters()) or len(operation.body) else MODES[:1]
    for mode in modes:
        _random(operation, mode, standing, examples)


def send(case: "Case[Any]", standing: Standing) -> None:
    """Send a request with the key, and look at its answer with every check."""
    case.call_and_validate(headers={"Authorization": f"Bearer {standing.key}"})


def _random(
    operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, standing: Standing, examples: int
) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(mode), st.booleans(), st.integers(0, 4))
    def asked(case: "Case[Any]", there: bool, which: int) -> None:
        for name in case.path_parameters if there and mode is GenerationMode.POSITIVE else ():
            if ids := standing.company.ids.get(name):
                case.path_parameters[name] = str(ids[which % len(ids)])
        send(case, standing)

    asked()


@pytest.mark.parametrize("label", documented())
def test_an_operation_keeps_its_word(api: Any, standing: Standing, label: str) -> None:
    knock(api, standing, label, examples=3, edges=8)


@pytest.mark.soak
@pytest.mark.parametrize("label", documented())
def test_an_operation_keeps_its_word_long(api: Any, standing: Standing, label: str) -> None:
    knock(api, standing, label, examples=50, edges=200)
