"""Signed links: short, made the same each day, and good for one purpose, one order and so many days."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.links import read_link, write_link

TODAY = date(2026, 3, 2)


async def test_a_link_leads_to_its_order_and_is_short(house: House) -> None:
    tenant_id, order_id = uuid4(), uuid4()
    link = write_link(house, "order", tenant_id, order_id, TODAY)
    assert read_link(house, "order", link, TODAY) == (tenant_id, order_id)
    assert len(link) <= 64
    assert link == write_link(house, "order", tenant_id, order_id, TODAY)


async def test_a_link_runs_out_and_says_so(house: House) -> None:
    link = write_link(house, "order", uuid4(), uuid4(), TODAY)
    with pytest.raises(Refused) as late:
        read_link(house, "order", link, TODAY + timedelta(days=1))
    assert late.value.reason is Reason.EXPIRED


async def test_a_link_for_one_purpose_opens_no_other(house: House) -> None:
    link = write_link(house, "order", uuid4(), uuid4(), TODAY)
    with pytest.raises(Refused):
        read_link(house, "return", link)


async def test_no_altered_link_is_taken(house: House) -> None:
    link = write_link(house, "order", uuid4(), uuid4(), TODAY)

    @settings(max_examples=300)
    @given(st.integers(0, len(link) - 1), st.sampled_from("ABCxyz019-_=é/ \0"))
    def altered(at: int, letter: str) -> None:
        forged = link[:at] + letter + link[at + 1 :]
        if forged != link:
            with pytest.raises(Refused):
                read_link(house, "order", forged)

    altered()
