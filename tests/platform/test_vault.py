"""Secrets of partners are sealed before they reach the database, and open with a listed key only."""

import stat
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from doorstep import app as house_app
from doorstep.platform import vault
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import catalog
from doorstep.stages.orders.acts.channels import shops
from doorstep.stages.orders.acts.channels.shops import NewShop
from doorstep.stages.orders.model.shops import ShopKind
from tests.worlds.catalog import WORLD, build_catalog

TENANT = UUID(int=1)
PLAIN = (
    "shop-key-plain",
    "shop-secret-plain",
    "shop-hook-plain",
    "parcelo-key",
    "whsec_bm9ydGhzaWRlLXBhcmNlbG8taG9vaw==",
)
SHOP = NewShop(
    code="s",
    kind=ShopKind.WOOCOMMERCE,
    merchant_id=WORLD.merchant,
    base_url="https://shop.example",
    api_key=PLAIN[0],
    api_secret=PLAIN[1],
    hook_secret=PLAIN[2],
)


def test_what_is_sealed_opens_again_and_never_looks_the_same_twice() -> None:
    one = vault.listed(vault.new_key())
    sealed = {one.seal(TENANT, "hush") for _ in range(50)}
    assert len(sealed) == 50
    assert {one.open(TENANT, text) for text in sealed} == {"hush"}
    assert not any("hush" in text for text in sealed)
    assert (one.seal(TENANT, ""), one.open(TENANT, "")) == ("", "")


def test_older_keys_open_and_the_newest_seals() -> None:
    old, new = vault.new_key(), vault.new_key()
    before = vault.listed(old).seal(TENANT, "hush")
    both = vault.listed(f"{new}, {old}")
    assert both.open(TENANT, before) == "hush"
    assert vault.listed(new).open(TENANT, both.seal(TENANT, "hush")) == "hush"
    with pytest.raises(Refused, match=r"is missing\. List it in DOORSTEP_VAULT_KEYS"):
        vault.listed(new).open(TENANT, before)


def test_another_tenants_an_altered_and_a_plain_text_do_not_open() -> None:
    one = vault.listed(vault.new_key())
    sealed = one.seal(TENANT, "hush")
    flipped = sealed[:-3] + ("A" if sealed[-3] != "A" else "B") + sealed[-2:]
    with pytest.raises(Refused, match="cannot be opened"):
        one.open(UUID(int=2), sealed)
    with pytest.raises(Refused, match="cannot be opened"):
        one.open(TENANT, flipped)
    with pytest.raises(Refused, match="cannot be opened"):
        one.open(TENANT, sealed[:24])
    with pytest.raises(Refused, match="is not sealed") as refused:
        one.open(TENANT, "hush")
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["short", "%" * 43, f"{vault.new_key()} x"], ids=["short", "other letters", "two words"]
)
def test_what_is_no_key_is_named_by_its_place_and_not_shown(text: str) -> None:
    with pytest.raises(ValueError, match=r"^key [12] of the vault is not 32 bytes in base64$"):
        vault.listed(text)


def test_a_kept_key_is_made_at_the_first_need_for_its_owner_only_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "vault"
    sealed = vault.kept(path).seal(TENANT, "hush")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert vault.kept(path).open(TENANT, sealed) == "hush"
    assert [one.name for one in path.parent.iterdir()] == ["vault"]


def test_a_process_that_runs_learns_of_a_key_that_was_added(tmp_path: Path) -> None:
    path = tmp_path / "vault"
    running = vault.kept(path)
    before = running.seal(TENANT, "hush")
    vault.add_key(path)
    after = vault.kept(path).seal(TENANT, "hush")
    assert before.split(":")[1] != after.split(":")[1]
    assert (running.open(TENANT, after), running.open(TENANT, before)) == ("hush", "hush")
    vault.keep_newest(path)
    with pytest.raises(Refused, match="is missing"):
        vault.kept(path).open(TENANT, before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def furnish(house: House, tenant: UUID) -> UUID:
    """Connect a shop and a carrier with secrets."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
        return await shops.connect_shop(tx, SHOP)


async def dump(house: House, tenant: UUID) -> str:
    """Everything that the tables of partners hold."""
    async with house.db.transaction(tenant, actor="test") as tx:
        text = ""
        for table in (b"catalog.carriers", b"orders.shops", b"platform.events", b"platform.answers"):
            cursor = await tx.connection.execute(
                b"SELECT coalesce(string_agg(t::text, ' '), '') FROM " + table + b" t WHERE tenant_id = %s",
                [tenant],
            )
            row = await cursor.fetchone()
            text += row[0] if row else ""
        return text


async def test_no_secret_of_a_partner_stands_in_the_tables(house: House, tenant: UUID) -> None:
    shop_id = await furnish(house, tenant)
    text = await dump(house, tenant)
    assert text.count("sealed:") >= 5
    assert [one for one in PLAIN if one in text] == []
    async with house.db.transaction(tenant, actor="test") as tx:
        shop = await shops.find_shop(tx, shop_id)
    assert (shop.api_key, shop.api_secret, shop.hook_secret, shop.refresh_token) == (*PLAIN[:3], "")


async def test_after_a_rotation_the_old_key_is_needed_no_more(house: House, tenant: UUID) -> None:
    old, new = vault.new_key(), vault.new_key()
    first = replace(house, db=replace(house.db, vault=vault.listed(old)))
    shop_id = await furnish(first, tenant)
    both = replace(house.db, vault=vault.listed(f"{new} {old}"))
    async with both.transaction(tenant, actor="test") as tx:
        assert (await shops.reseal(tx), await catalog.reseal(tx)) == (1, 2)
    async with replace(house.db, vault=vault.listed(new)).transaction(tenant, actor="test") as tx:
        assert (await shops.find_shop(tx, shop_id)).api_key == PLAIN[0]
        assert [*await shops.locked(tx), *await catalog.locked(tx)] == []


async def test_the_doctor_names_what_cannot_be_opened_because_a_key_is_missing(
    house: House, tenant: UUID
) -> None:
    await furnish(replace(house, db=replace(house.db, vault=vault.listed(vault.new_key()))), tenant)
    found = await house_app.locked_secrets(house.db, tenant)
    assert [one.partition(":")[0] for one in found] == ["carrier parcelo", "shop s"]
    assert all("is missing" in one for one in found)


async def test_another_tenant_cannot_open_what_was_copied_to_it(house: House, tenant: UUID) -> None:
    sealed = house.db.vault.seal(tenant, "hush")
    assert house.db.vault.open(tenant, sealed) == "hush"
    with pytest.raises(Refused, match="cannot be opened"):
        house.db.vault.open(uuid4(), sealed)
