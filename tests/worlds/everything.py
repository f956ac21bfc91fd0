"""One company with one of everything: orders at every station of their walk, and what the customers said."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from doorstep import app as house_app
from doorstep.platform.house import House
from doorstep.platform.links import write_link
from doorstep.platform.tasks import Worker
from doorstep.platform.webhooks import acts as webhooks
from doorstep.platform.webhooks.acts import Wish
from doorstep.stages import feedback, inventory
from doorstep.stages.delivery import ProofKind
from doorstep.stages.feedback import ReturnAsk
from doorstep.stages.inventory.acts import refilling
from doorstep.stages.inventory.acts.receiving import announcing, inspecting
from doorstep.stages.inventory.model.inspections import Doubt
from doorstep.stages.inventory.model.refills import AskedRefill
from doorstep.stages.orders.acts import baskets, drafting, fraud, importing
from doorstep.stages.orders.acts.channels import shops
from doorstep.stages.orders.acts.edi import partners, receiving
from doorstep.stages.orders.acts.money import accounts
from doorstep.stages.orders.model.baskets import BasketLine
from doorstep.stages.orders.model.fraud import BlockField, NewFraudRule, RuleKind
from doorstep.stages.orders.ports.channels.sheet import read_csv
from doorstep.world.partner import TradingPartner
from tests.worlds.arrivals import announced
from tests.worlds.catalog import WORLD
from tests.worlds.delivery import LastMile, picture
from tests.worlds.orders import account_of, partner_of, shop_of
from tests.worlds.plates import build, line

TABLES = {
    "order_id": "orders.orders",
    "line_id": "orders.lines",
    "upload_id": "orders.uploads",
    "shop_id": "orders.shops",
    "account_id": "orders.accounts",
    "basket_id": "orders.baskets",
    "draft_id": "orders.drafts",
    "rule_id": "orders.fraud_rules",
    "block_id": "orders.fraud_blocks",
    "partner_id": "orders.partners",
    "document_id": "orders.documents",
    "batch_id": "warehouse.batches",
    "pick_id": "warehouse.picks",
    "fulfillment_id": "warehouse.fulfillments",
    "parcel_id": "warehouse.parcels",
    "label_id": "shipping.labels",
    "manifest_id": "shipping.manifests",
    "tracker_id": "tracking.trackers",
    "message_id": "tracking.messages",
    "route_id": "delivery.routes",
    "proposal_id": "delivery.proposals",
    "stop_id": "delivery.stops",
    "case_id": "feedback.cases",
    "return_id": "feedback.returns",
    "arrival_id": "inventory.arrivals",
    "supplier_id": "inventory.suppliers",
    "inspection_id": "inventory.inspections",
    "refill_id": "inventory.refills",
    "plate": "inventory.plates",
    "count_id": "inventory.counts",
    "merchant_id": "catalog.merchants",
    "endpoint_id": "platform.endpoints",
    "product_id": "catalog.products",
    "site_id": "catalog.sites",
    "carrier_id": "catalog.carriers",
    "service_id": "catalog.services",
    "box_id": "catalog.boxes",
    "van_id": "catalog.vans",
}
"""Where the things are that a path or a body may name."""


@dataclass
class Everything:
    """What there is.

    Attributes:
        ids: the ids of each kind of thing, by the name of the parameter that carries them.
        token: a customer's link to the order that arrived.
    """

    tenant_id: UUID
    tenant_code: str
    token: str
    ids: dict[str, list[UUID]] = field(default_factory=dict)

    def one(self, name: str) -> UUID:
        """Return one thing of a kind."""
        return self.ids[name][0]


async def build_everything(house: House, tenant_id: UUID) -> Everything:
    """Let a company work for a day: one parcel arrived and came back, one is on the road, one waits, one is held."""
    mile = LastMile(Worker(house, house_app.all_duties()), tenant_id)
    await mile.open()
    stops = await mile.brought(2)
    await mile.scan_in([await mile.number_of(one) for one in stops])
    [route_id] = await mile.plan()
    await mile.take_and_load(route_id)
    await mile.depart(route_id)
    first = (await mile.stops_of(route_id))[0]
    await mile.deliver(first, ProofKind.PHOTO, photo=picture())
    await mile.settle()
    order_id = await mile.ask("SELECT order_id FROM delivery.stops WHERE id = %s", first)
    line_id = await mile.ask("SELECT id FROM orders.lines WHERE order_id = %s", order_id)
    async with mile.tx() as tx:
        await feedback.rate(tx, order_id, 1, "It leaks.")
        await feedback.ask_return(tx, order_id, [ReturnAsk(line_id, 1)], "damaged")
    await mile.settle()
    await mile.expected(1)
    await mile.propose_here()
    await mile.packed({"B": 1})
    await mile.picked({"A": 1})
    await mile.work({"C": 1})
    await mile.hold(await mile.place({"D": 1}))
    async with mile.tx() as tx:
        sheet = read_csv("Order,SKU\n1,A\n")
        await shops.connect_shop(tx, shop_of(WORLD.merchant))
        await accounts.connect_account(tx, account_of(WORLD.merchant))
        await drafting.make_draft(tx, WORLD.merchant, {"lines": [{"sku": "A", "quantity": 1}]})
        await baskets.keep_goods(tx, WORLD.merchant, [BasketLine("A", 1)], 600)
        await fraud.add_fraud_rule(tx, NewFraudRule(kind=RuleKind.PHONE_ABROAD, merchant_id=WORLD.merchant))
        await fraud.add_fraud_block(tx, BlockField.EMAIL, "eve@example.org", merchant_id=WORLD.merchant)
        await partners.connect_partner(tx, partner_of(WORLD.merchant))
        await receiving.receive(
            tx, TradingPartner().acknowledge([["ISA"], ["GS", "PR", "", "", "", "", "1"]])
        )
        await importing.keep_upload(tx, WORLD.merchant, "orders.csv", sheet, "Order,SKU\n1,A\n")
        await announcing.announce(tx, [announced("PO-1", {WORLD.a: 12})])
        walk = {"from_place": "bin:A-03-04", "to_place": "bin:A-01-01", "quantity": 2, "why": "2 left"}
        await refilling.ask_refills(tx, [AskedRefill(site_id=WORLD.north, product_id=WORLD.a, **walk)])  # type: ignore[arg-type]
        await inspecting.ask_looks(
            tx, [Doubt(site_id=WORLD.north, product_id=WORLD.a, quantity=1, why="odd glaze")]
        )
        await build(tx, "P-1", line(1), place="bin:A-03-04")
        [doubted] = await inventory.start_count(tx, WORLD.north, "bin:A-03-04")
        for _ in range(2):
            await inventory.count(tx, [inventory.Counted(doubted.id, 5, doubted.as_of)])
        await webhooks.add(tx, Wish("https://hooks.example.org/", ["order.accepted"]), WORLD.merchant)
    token = write_link(house, "order", tenant_id, order_id, (datetime.now(UTC) + timedelta(days=900)).date())
    async with house.db.directory() as connection:
        row = await (
            await connection.execute("SELECT code FROM directory.tenants WHERE id = %s", [tenant_id])
        ).fetchone()
    assert row
    found = Everything(tenant_id, str(row[0]), token)
    for name, table in TABLES.items():
        found.ids[name] = await mile.column(f"SELECT id FROM {table} ORDER BY id LIMIT 5")
        assert found.ids[name], f"there is no {name}"
    return found
