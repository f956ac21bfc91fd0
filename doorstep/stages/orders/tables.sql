-- An order walks in, is checked, and is accepted, held or canceled.

CREATE SCHEMA orders;

-- The commercial order. Payment, holds, picking and the carrier's story are axes of their own. `floor_at` is when a floor first
-- got work of it: from then on its goods are moved to another site by that floor alone. The
-- promise is the first one, kept for ever; `leave_by` is the last moment at which its parcels can leave and still keep it.
-- `changes` counts how often it was changed here since it came.
CREATE TABLE orders.orders (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'placed',
    seq int NOT NULL DEFAULT 1,
    number bigint NOT NULL,
    merchant_id uuid NOT NULL,
    channel text NOT NULL, external_ref text,
    placed_at timestamptz NOT NULL,
    currency text NOT NULL,
    subtotal_minor bigint NOT NULL, discount_minor bigint NOT NULL DEFAULT 0,
    shipping_minor bigint NOT NULL DEFAULT 0, tax_minor bigint NOT NULL DEFAULT 0,
    total_minor bigint NOT NULL, rounding_minor int NOT NULL DEFAULT 0,
    delivery text, gift boolean NOT NULL DEFAULT false,
    note text NOT NULL DEFAULT '', language text NOT NULL DEFAULT 'en',
    promised_from timestamptz, promised_until timestamptz, leave_by timestamptz,
    shipped_at timestamptz, floor_at timestamptz,
    changes int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT order_number_taken UNIQUE (tenant_id, number)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX external_ref_taken ON orders.orders (tenant_id, external_ref, merchant_id, channel)
    WHERE external_ref IS NOT NULL;
CREATE INDEX orders_by_age ON orders.orders (tenant_id, placed_at DESC, id DESC);
CREATE INDEX orders_by_merchant ON orders.orders (tenant_id, merchant_id, placed_at DESC, id DESC);
CREATE INDEX orders_by_risk ON orders.orders (tenant_id, leave_by, id)
    WHERE leave_by IS NOT NULL AND shipped_at IS NULL AND state IN ('placed', 'held', 'accepted');
CREATE INDEX orders_by_state ON orders.orders (tenant_id, state, placed_at DESC, id DESC);

-- What was ordered, as it was called and priced then, and as it was changed since; a line of 0 units was canceled.
CREATE TABLE orders.lines (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    position int NOT NULL,
    product_id uuid NOT NULL, sku text NOT NULL, name text NOT NULL,
    quantity int NOT NULL CHECK (quantity >= 0),
    unit_minor bigint NOT NULL CHECK (unit_minor >= 0), total_minor bigint NOT NULL,
    discount_minor bigint NOT NULL DEFAULT 0, tax_minor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX lines_of_order ON orders.lines (tenant_id, order_id, position);
CREATE INDEX lines_of_product ON orders.lines (tenant_id, product_id, order_id);

-- Where it goes and how to reach the customer: the only personal data of an order, erasable on its own.
CREATE TABLE orders.contacts (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    name text NOT NULL, company text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '', email_key text NOT NULL GENERATED ALWAYS AS (lower(email)) STORED,
    phone text NOT NULL DEFAULT '',
    street text NOT NULL, street2 text NOT NULL DEFAULT '',
    city text NOT NULL, region text NOT NULL DEFAULT '',
    postal_code text NOT NULL DEFAULT '', country text NOT NULL,
    lat double precision, lon double precision,
    PRIMARY KEY (tenant_id, order_id)
);
CREATE INDEX contacts_by_email ON orders.contacts (tenant_id, email_key);

-- Why an order may not go on: a set of reasons, each released on its own. `owner` is whose queue it waits in; it is released by
-- itself at `release_at`, and the order is canceled at `cancel_at` if it is still held then.
CREATE TABLE orders.holds (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    reason text NOT NULL CHECK (reason IN ('payment', 'address', 'out_of_stock', 'fraud', 'manual')),
    note text NOT NULL DEFAULT '',
    owner text NOT NULL,
    placed_by text NOT NULL, placed_at timestamptz NOT NULL,
    release_at timestamptz, cancel_at timestamptz,
    released_at timestamptz, released_by text,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX holds_queue ON orders.holds (tenant_id, owner, placed_at, id) WHERE released_at IS NULL;
CREATE INDEX holds_due ON orders.holds (tenant_id, least(release_at, cancel_at))
    WHERE released_at IS NULL AND (release_at IS NOT NULL OR cancel_at IS NOT NULL);
CREATE UNIQUE INDEX one_hold_a_reason ON orders.holds (tenant_id, order_id, reason) WHERE released_at IS NULL;

-- Money asked, promised, taken and given back; one row per payment of an order. `reference` is the processor's name for
-- it; ours is the id and the attempt, which grows when a declined payment is tried again. `called_at` is the real time of the first
-- call of an attempt, `expires_at` when the promise ends by itself. `released_minor` is what the
-- order needs no more of it since it was changed: it is not taken, or was given back.
CREATE TABLE orders.payments (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'owed',
    seq int NOT NULL DEFAULT 1,
    order_id uuid NOT NULL,
    processor text NOT NULL,
    method text NOT NULL, token text NOT NULL DEFAULT '',
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    captured_minor bigint NOT NULL DEFAULT 0 CHECK (captured_minor BETWEEN 0 AND amount_minor),
    refunded_minor bigint NOT NULL DEFAULT 0,
    released_minor bigint NOT NULL DEFAULT 0 CHECK (released_minor BETWEEN 0 AND amount_minor),
    currency text NOT NULL, reference text, declined text,
    attempt int NOT NULL DEFAULT 1 CHECK (attempt > 0),
    asked_at timestamptz, called_at timestamptz, expires_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT refund_above_capture CHECK (refunded_minor BETWEEN 0 AND captured_minor)
);
CREATE INDEX payments_of_order ON orders.payments (tenant_id, order_id);
CREATE INDEX payments_by_reference ON orders.payments (tenant_id, reference) WHERE reference IS NOT NULL;
CREATE INDEX promises_ending ON orders.payments (tenant_id, expires_at) WHERE state = 'authorized' AND expires_at IS NOT NULL;

-- Accounts of merchants at payment processors, with sealed keys.
CREATE TABLE orders.accounts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('stripe')),
    merchant_id uuid NOT NULL,
    base_url text NOT NULL, api_key text NOT NULL, hook_secret text NOT NULL,
    renews boolean NOT NULL,
    made_at timestamptz NOT NULL,
    heard_at timestamptz, error text, error_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT one_account_a_kind UNIQUE (tenant_id, merchant_id, kind)
);
-- Their calls by name: a repeated one is known for a week.
CREATE TABLE orders.account_calls (
    tenant_id uuid NOT NULL, account_id uuid NOT NULL, call_id text NOT NULL, heard_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id, call_id)
);
CREATE INDEX account_calls_by_age ON orders.account_calls (tenant_id, heard_at);

-- Refunds asked of a payment, each done at most once under its own reference.
CREATE TABLE orders.refunds (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'owed',
    seq int NOT NULL DEFAULT 1,
    payment_id uuid NOT NULL,
    order_id uuid NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    reason text NOT NULL, reference text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT refund_asked_twice UNIQUE (tenant_id, payment_id, reference)
);
CREATE INDEX refunds_of_order ON orders.refunds (tenant_id, order_id);

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

-- Parcels that shops are owed to hear of, once each; `lines` are units by article number, `last` that nothing is left to ship.
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
    CONSTRAINT parcel_told_once UNIQUE (tenant_id, parcel_id)
);
CREATE INDEX shop_parcels_owed ON orders.shop_parcels (tenant_id, shop_id, owed_at) WHERE told_at IS NULL;

-- What sourcing reckons with in this house: costs in minor units of one currency. Without a row the built-in figures count.
CREATE TABLE orders.routing (
    tenant_id uuid NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    parcel_minor int NOT NULL CHECK (parcel_minor >= 0),
    kg_minor int NOT NULL CHECK (kg_minor >= 0),
    km100_minor int NOT NULL CHECK (km100_minor >= 0),
    split_minor int NOT NULL CHECK (split_minor >= 0),
    late_minor int NOT NULL CHECK (late_minor >= 0),
    scarcity_minor int NOT NULL CHECK (scarcity_minor >= 0),
    rank_minor int NOT NULL CHECK (rank_minor >= 0),
    target_days int NOT NULL CHECK (target_days BETWEEN 0 AND 60),
    reject_days int NOT NULL CHECK (reject_days BETWEEN 0 AND 60),
    PRIMARY KEY (tenant_id)
);

-- What the work of a site costs, how many orders can leave it on a working day, and which days those are: its weekdays (Monday is
-- 1), less the days it is closed and, unless it works on them, the public holidays of its country and region.
CREATE TABLE orders.routing_sites (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    order_minor int NOT NULL DEFAULT 0 CHECK (order_minor >= 0),
    line_minor int NOT NULL DEFAULT 0 CHECK (line_minor >= 0),
    daily_orders int CHECK (daily_orders > 0),
    hard boolean NOT NULL DEFAULT false,
    weekdays int[] NOT NULL DEFAULT '{1,2,3,4,5,6}' CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND cardinality(weekdays) > 0),
    closed date[] NOT NULL DEFAULT '{}',
    holidays boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, site_id)
);

-- Freight and transit from a site to a country, or to those of its postal codes that begin so; the longest beginning counts.
CREATE TABLE orders.lanes (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    postal_prefix text NOT NULL DEFAULT '' CHECK (postal_prefix ~ '^[0-9A-Z-]{0,10}$'),
    base_minor int NOT NULL CHECK (base_minor >= 0),
    kg_minor int NOT NULL CHECK (kg_minor >= 0),
    days int NOT NULL CHECK (days BETWEEN 0 AND 60),
    PRIMARY KEY (tenant_id, site_id, country, postal_prefix)
);

-- A merchant's own rules of where its orders leave from.
CREATE TABLE orders.routing_merchants (
    tenant_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    ranked uuid[] NOT NULL DEFAULT '{}',
    excluded uuid[] NOT NULL DEFAULT '{}',
    home_market boolean NOT NULL DEFAULT false,
    whole boolean NOT NULL DEFAULT false,
    split_from_minor bigint NOT NULL DEFAULT 0 CHECK (split_from_minor >= 0),
    PRIMARY KEY (tenant_id, merchant_id)
);

-- Goods that the floor of a site did not find: sourcing does not ask the site for them until then.
CREATE TABLE orders.rejections (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    until timestamptz NOT NULL,
    reason text NOT NULL,
    order_id uuid NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, site_id, product_id)
);

-- Where an order leaves from, and why: every decision as it was taken, with its candidates. Tenants with one site have none.
CREATE TABLE orders.sourcings (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    cause text NOT NULL CHECK (cause IN ('placed', 'refilled', 'rejected', 'batch', 'changed')),
    decided_at timestamptz NOT NULL, actor text NOT NULL,
    decision jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX sourcings_of_order ON orders.sourcings (tenant_id, order_id, id);

-- The sites that an order leaves from now, and the day on which it should: what a site has to do is counted here.
CREATE TABLE orders.shares (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    site_id uuid NOT NULL,
    leaves date NOT NULL,
    PRIMARY KEY (tenant_id, order_id, site_id)
);
CREATE INDEX shares_of_day ON orders.shares (tenant_id, site_id, leaves);

-- Partners that speak EDI X12, beside their row in `shops` (kind `edi`, same id), whose `base_url` takes our documents; without one they are
-- kept to be fetched. Qualifiers and ids name both sides in ISA05 to ISA08; `units` says how many pieces a partner's unit of measure
-- holds; `control` is the last number of an interchange of ours.
CREATE TABLE orders.partners (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    our_qualifier text NOT NULL, our_id text NOT NULL,
    their_qualifier text NOT NULL, their_id text NOT NULL,
    usage text NOT NULL CHECK (usage IN ('P', 'T')),
    version text NOT NULL CHECK (version IN ('004010', '005010')),
    documents text[] NOT NULL, units jsonb NOT NULL,
    currency text NOT NULL, country text NOT NULL,
    strict boolean NOT NULL, control bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT partner_taken UNIQUE (tenant_id, their_qualifier, their_id, our_qualifier, our_id, usage)
);

-- Interchanges that partners sent, each once by its control number and content: a repeated one is answered as the first was.
CREATE TABLE orders.interchanges (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    control text NOT NULL, digest text NOT NULL,
    faults jsonb NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT interchange_repeated UNIQUE (tenant_id, shop_id, control, digest)
);

-- Transaction sets to and from partners. `ref` is the partner's number of the order; `lines` are an order's lines in the partner's
-- own words; `status` is what an 855 said or whether a set in was taken. `sending` names one try to deliver and is the subject of
-- `shop.document_owed`; `answer` is what the partner's 997 said.
CREATE TABLE orders.documents (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    shop_id uuid NOT NULL, interchange_id uuid,
    goes text NOT NULL CHECK (goes IN ('in', 'out')),
    kind text NOT NULL, control text NOT NULL,
    ref text NOT NULL DEFAULT '', status text NOT NULL DEFAULT '',
    lines jsonb NOT NULL DEFAULT '[]', faults jsonb NOT NULL DEFAULT '[]',
    body text NOT NULL,
    made_at timestamptz NOT NULL,
    sending uuid, sent_at timestamptz, error text,
    answer text, answered_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX one_sending ON orders.documents (tenant_id, sending) WHERE sending IS NOT NULL;
CREATE INDEX documents_newest ON orders.documents (tenant_id, shop_id, made_at DESC, id);
CREATE INDEX documents_of_order ON orders.documents (tenant_id, shop_id, ref, kind) WHERE ref <> '';
CREATE INDEX documents_of_interchange ON orders.documents (tenant_id, interchange_id) WHERE interchange_id IS NOT NULL;
