"""The guide is true: its example verifies a real call, and its table names every public event."""

import re
from pathlib import Path
from typing import Any

from doorstep import app as house_app
from doorstep.platform.webhooks.model import public_kinds
from tests.platform.webhooks.conftest import Hooks
from tests.platform.webhooks.receiver import Receiver

GUIDE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")


async def test_the_example_of_the_guide_knows_a_real_call_from_a_forged_one(
    hooks: Hooks, receiver: Receiver
) -> None:
    endpoint_id = await hooks.add(receiver, ["order.accepted"])
    await hooks.place()
    await hooks.work()
    [call] = receiver.heard
    found = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    example: dict[str, Any] = {}
    exec(compile(found[1], "guide", "exec"), example)  # the example itself is what is tested
    [secret] = await hooks.secrets(endpoint_id)
    assert example["genuine"](secret, call.headers, call.body)
    assert not example["genuine"](secret, call.headers, call.body + b" ")
    assert not example["genuine"](secret, {**call.headers, "webhook-id": "evt_x"}, call.body)
    assert not example["genuine"](secret, {**call.headers, "webhook-timestamp": "1"}, call.body)


def test_the_guide_names_every_public_event_with_its_meaning() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.*?) \|", GUIDE, re.MULTILINE))
    assert rows.pop("endpoint.pinged")
    assert rows == public_kinds(house_app.vocabulary())


def test_every_public_event_is_one_that_the_journal_or_the_feed_writes() -> None:
    written = {kind for machine in house_app.machines() for kind in machine.events} | {"availability.changed"}
    assert set(public_kinds(house_app.vocabulary())) <= written
