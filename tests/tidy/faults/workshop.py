"""Faults in docs, pins and scripts."""

from tests.tidy import documented, workshop
from tests.tidy.planted import SOUND, Fault

LOCK = SOUND["requirements.lock"]

FAULTS = (
    Fault(
        documented.every_setting_is_documented,
        "DOORSTEP_PORT is not documented",
        names={"settings": ("DOORSTEP_HOME", "DOORSTEP_PORT")},
    ),
    Fault(
        documented.every_setting_is_documented,
        "DOORSTEP_HIDDEN is not documented",
        {"doorstep/platform/config.py": 'import os\nX = os.environ["DOORSTEP_HIDDEN"]\n'},
    ),
    Fault(
        documented.every_documented_setting_is_there,
        "DOORSTEP_SPEED is not there",
        {"docs/tour.md": "`DOORSTEP_SPEED` makes it fast.\n"},
    ),
    Fault(
        documented.every_command_is_documented,
        "doorstep tenant add is not documented",
        names={"commands": ("doorstep serve", "doorstep tenant add")},
    ),
    Fault(
        documented.every_event_is_documented,
        "order.held is not documented",
        names={"events": ("order.placed", "order.held")},
    ),
    Fault(
        documented.every_route_is_documented,
        "/api/orders is not documented",
        names={"routes": ("/api/orders/{id}", "/api/orders")},
    ),
    Fault(
        workshop.the_locks_pin_what_the_project_asks_for,
        "litestar is not pinned",
        {"pyproject.toml": '[project]\ndependencies = ["httpx>=0.28", "litestar>=2"]\n'},
    ),
    Fault(
        workshop.the_locks_pin_what_the_project_asks_for,
        "httpx is pinned at 0.28.1, outside of >=0.29",
        {"pyproject.toml": '[project]\ndependencies = ["httpx>=0.29"]\n'},
    ),
    Fault(
        workshop.every_pin_has_its_hash,
        "anyio has no hash",
        {"requirements.lock": f"anyio==4.16.0\n{LOCK}"},
    ),
    Fault(
        workshop.locks_name_no_index,
        "--index-url",
        {"requirements.lock": f"--index-url {'https:'}//example.org/simple\n{LOCK}"},
    ),
    Fault(
        workshop.scripts_stop_at_the_first_error,
        "does not begin with set -euo pipefail",
        {".ci/run": "#!/usr/bin/env bash\nmake test\n"},
    ),
    Fault(workshop.scripts_can_be_run, ".ci/run: cannot be run", mode=0o644),
)
