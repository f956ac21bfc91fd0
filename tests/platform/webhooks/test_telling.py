"""What a whole day tells: every stage describes its own things, for the operator and for the merchant alike."""

from uuid import UUID

from doorstep import app as house_app
from doorstep.platform.house import House
from doorstep.platform.webhooks.model import public_kinds
from tests.worlds.everything import build_everything


async def test_every_thing_of_a_day_is_described_with_its_order_and_merchant(
    house: House, tenant: UUID
) -> None:
    company = await build_everything(house, tenant)
    vocabulary = house_app.vocabulary()
    async with house.db.transaction(tenant, actor="test") as tx:
        cursor = await tx.connection.execute(
            "SELECT DISTINCT kind, subject, kind || '.' || name FROM platform.events WHERE tenant_id = %s",
            [tenant],
        )
        rows = [row for row in await cursor.fetchall() if row[2] in public_kinds(vocabulary)]
        told = {row[2] for row in rows}
        for kind, tells in vocabulary.items():
            ids = list({row[1] for row in rows if row[0] == kind})
            found = await tells.about(tx, ids)
            assert {one.id for one in found} == set(ids), kind
            assert {one.merchant_id for one in found} <= {company.one("merchant_id")}
            assert all(one.data["merchant"] == "juniper" for one in found)
            assert all(one.path.startswith("/api/") for one in found)
            if kind != "order":
                assert all(one.data["order"]["number"] for one in found)
    assert {
        "order.accepted",
        "parcel.handed_over",
        "label.bought",
        "tracker.delivered",
        "return.asked",
    } <= told
