-- Where orders come from: tables that somebody sends, and shops.

-- Tables of orders that somebody sent, as text, until they are imported or a week old; `columns` is what they said of them.
CREATE TABLE orders.uploads (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    name text NOT NULL,
    layout text NOT NULL,
    columns jsonb,
    rows int NOT NULL CHECK (rows > 0),
    body text NOT NULL,
    made_by text NOT NULL, made_at timestamptz NOT NULL, imported_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX uploads_by_age ON orders.uploads (tenant_id, made_at DESC, id DESC);

-- Which column of a layout means what to a merchant: what they said at the last import of a table with these headings.
CREATE TABLE orders.layouts (
    tenant_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    layout text NOT NULL,
    columns jsonb NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, merchant_id, layout)
);

-- Shops that send us orders. `api_key`, `api_secret` open the shop's API, `hook_secret` signs its calls, `refresh_token` gets new
-- keys at `login_url` where keys run out; no secret is ever shown. `location`, `market`, `account` name us where the protocol asks.
-- `polled_to` is the newest change that the poll has seen, by the shop's clock; `levels_seq` up to which position of the feed the
-- shop knows what can be sold; `error` is what went wrong last, until it goes well again.
CREATE TABLE orders.shops (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    kind text NOT NULL CHECK (kind IN ('shopify', 'woocommerce', 'amazon', 'edi')),
    merchant_id uuid NOT NULL,
    base_url text NOT NULL,
    api_key text NOT NULL,
    api_secret text NOT NULL DEFAULT '',
    hook_secret text NOT NULL DEFAULT '',
    location text NOT NULL DEFAULT '',
    login_url text NOT NULL DEFAULT '', refresh_token text NOT NULL DEFAULT '',
    market text NOT NULL DEFAULT '', account text NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT true, levels boolean NOT NULL DEFAULT true,
    made_at timestamptz NOT NULL,
    heard_at timestamptz, polled_at timestamptz, polled_to timestamptz NOT NULL, goods_at timestamptz,
    levels_seq bigint NOT NULL DEFAULT 0,
    failures int NOT NULL DEFAULT 0, resumes_at timestamptz, error text, error_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT shop_code_taken UNIQUE (tenant_id, code)
);

-- The calls of shops by their own names: a repeated one is known. Forgotten after a week.
CREATE TABLE orders.shop_calls (
    tenant_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    call_id text NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, shop_id, call_id)
);
CREATE INDEX shop_calls_by_age ON orders.shop_calls (tenant_id, heard_at);

-- The newest telling of each order of a shop, and what became of it. A telling is newer by the shop's own time of change, at the
-- same time by how far the order is (`progress`). `hearing` names the telling and is the subject of `shop.heard`; `body` is kept
-- until the order is ours, since it holds an address. `confirming` names the
-- word that we took it, owed to a shop that waits for it (`shop.taken`); `confirmed_at` is when the shop heard it.
CREATE TABLE orders.shop_orders (
    tenant_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    ref text NOT NULL,
    hearing uuid NOT NULL,
    shown text NOT NULL,
    version timestamptz NOT NULL,
    progress int NOT NULL,
    body text NOT NULL,
    heard_at timestamptz NOT NULL,
    via text NOT NULL CHECK (via IN ('call', 'poll')),
    folded_at timestamptz,
    outcome text CHECK (outcome IN ('created', 'held', 'refused', 'changed', 'canceled', 'done', 'nothing')),
    order_id uuid,
    faults jsonb NOT NULL DEFAULT '[]',
    confirming uuid, confirmed_at timestamptz,
    PRIMARY KEY (tenant_id, shop_id, ref)
);
CREATE UNIQUE INDEX one_hearing ON orders.shop_orders (tenant_id, hearing);
CREATE UNIQUE INDEX one_confirming ON orders.shop_orders (tenant_id, confirming) WHERE confirming IS NOT NULL;
CREATE INDEX shop_orders_of_order ON orders.shop_orders (tenant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX shop_orders_newest ON orders.shop_orders (tenant_id, shop_id, heard_at DESC, ref);
CREATE INDEX shop_orders_refused ON orders.shop_orders (tenant_id, shop_id, folded_at) WHERE outcome = 'refused';

-- The products of a shop by article number, the shop's own name of their stock, and the count that it was told last.
CREATE TABLE orders.shop_goods (
    tenant_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    sku text NOT NULL, ref text NOT NULL,
    told int, told_at timestamptz,
    PRIMARY KEY (tenant_id, shop_id, sku)
);

-- Parcels that shops are owed to hear of, once for each order under which something in it was sold; `lines` are units by article number, `last` that nothing is left to ship.
CREATE TABLE orders.shop_parcels (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    order_id uuid NOT NULL,
    ref text NOT NULL,
    number text NOT NULL, carrier text NOT NULL, lines jsonb NOT NULL, last boolean NOT NULL,
    weight_g int NOT NULL DEFAULT 0, length_mm int NOT NULL DEFAULT 0, width_mm int NOT NULL DEFAULT 0, height_mm int NOT NULL DEFAULT 0,
    owed_at timestamptz NOT NULL, told_at timestamptz, error text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT parcel_told_once UNIQUE (tenant_id, parcel_id, order_id)
);
CREATE INDEX shop_parcels_owed ON orders.shop_parcels (tenant_id, shop_id, owed_at) WHERE told_at IS NULL;
