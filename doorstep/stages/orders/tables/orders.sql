-- An order walks in, is checked, and is accepted, held or canceled.

CREATE SCHEMA orders;

-- The commercial order. Payment, holds, picking and the carrier's story are axes of their own. `floor_at` is when a floor first
-- got work of it: from then on its goods are moved to another site by that floor alone. The
-- promise is the first one, kept for ever; `leave_by` is the last moment at which its parcels can leave and still keep it.
-- `ships_on` is the first day on which a pre-order or what is owed can leave, as it was known when the order came.
-- `arrived_at` is when the last of it was there, as long as all of it is. `changes` counts how often it was changed here since it came.
-- `split_from` is the order that it was a part of, `merged_into` the one that it became a part of; `regrouped`: its lines and sums are
-- not those that came, since it was split or others joined it.
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
    ships_on date, shipped_at timestamptz, floor_at timestamptz, arrived_at timestamptz,
    changes int NOT NULL DEFAULT 0,
    split_from uuid, merged_into uuid, regrouped boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT order_number_taken UNIQUE (tenant_id, number)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX external_ref_taken ON orders.orders (tenant_id, external_ref, merchant_id, channel)
    WHERE external_ref IS NOT NULL;
CREATE INDEX orders_by_age ON orders.orders (tenant_id, placed_at DESC, id DESC);
CREATE INDEX orders_by_merchant ON orders.orders (tenant_id, merchant_id, placed_at DESC, id DESC);
CREATE INDEX orders_by_promise ON orders.orders (tenant_id, promised_until DESC, id DESC)
    WHERE promised_until IS NOT NULL AND state NOT IN ('canceled', 'merged');
CREATE INDEX orders_by_risk ON orders.orders (tenant_id, leave_by, id)
    WHERE leave_by IS NOT NULL AND shipped_at IS NULL AND state IN ('placed', 'held', 'accepted');
CREATE INDEX orders_by_state ON orders.orders (tenant_id, state, placed_at DESC, id DESC);

-- What was ordered, as it was called and priced then, and as it was changed since; a line of 0 units was canceled. `sold_as` is the
-- order under which a line was sold, where a split or a merge moved it to this one: its shop knows it by that.
CREATE TABLE orders.lines (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    position int NOT NULL,
    product_id uuid NOT NULL, sku text NOT NULL, name text NOT NULL,
    quantity int NOT NULL CHECK (quantity >= 0),
    unit_minor bigint NOT NULL CHECK (unit_minor >= 0), total_minor bigint NOT NULL,
    discount_minor bigint NOT NULL DEFAULT 0, tax_minor bigint NOT NULL DEFAULT 0,
    sold_as uuid,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX lines_moved ON orders.lines (tenant_id, sold_as) WHERE sold_as IS NOT NULL;
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
CREATE INDEX contacts_by_name ON orders.contacts (tenant_id, lower(name) COLLATE "C", order_id DESC);

-- Why an order may not go on: a set of reasons, each released on its own. `owner` is whose queue it waits in; it is released by
-- itself at `release_at`, and the order is canceled at `cancel_at` if it is still held then. One of narrower `scope` keeps only a
-- line, or what one site sends, from the floor; the rest of the order goes on.
CREATE TABLE orders.holds (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    scope text NOT NULL DEFAULT 'order' CHECK (scope IN ('order', 'line', 'fulfillment')),
    line_id uuid, site_id uuid,
    reason text NOT NULL CHECK (reason IN ('payment', 'address', 'email', 'out_of_stock', 'fraud', 'preorder', 'manual')),
    note text NOT NULL DEFAULT '',
    owner text NOT NULL,
    placed_by text NOT NULL, placed_at timestamptz NOT NULL,
    release_at timestamptz, cancel_at timestamptz,
    released_at timestamptz, released_by text,
    PRIMARY KEY (tenant_id, id),
    CHECK ((scope = 'line') = (line_id IS NOT NULL) AND (scope = 'fulfillment') = (site_id IS NOT NULL)),
    CHECK (scope = 'order' OR reason IN ('fraud', 'manual') AND cancel_at IS NULL)
);
CREATE INDEX holds_queue ON orders.holds (tenant_id, owner, placed_at, id) WHERE released_at IS NULL;
CREATE INDEX holds_due ON orders.holds (tenant_id, least(release_at, cancel_at))
    WHERE released_at IS NULL AND (release_at IS NOT NULL OR cancel_at IS NOT NULL);
CREATE UNIQUE INDEX one_hold_a_reason ON orders.holds (tenant_id, order_id, reason) WHERE released_at IS NULL AND scope = 'order';
CREATE UNIQUE INDEX one_hold_a_part ON orders.holds (tenant_id, order_id, coalesce(line_id, site_id), reason)
    WHERE released_at IS NULL AND scope <> 'order';

-- Views of the list that people keep: what it is narrowed to, under a name. A shared one is seen by everybody, of a merchant's
-- person by everybody of that merchant.
CREATE TABLE orders.views (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    person uuid NOT NULL,
    merchant_id uuid,
    name text NOT NULL CHECK (name <> ''),
    filter jsonb NOT NULL,
    shared boolean NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT view_name_taken UNIQUE (tenant_id, person, name)
);
CREATE INDEX views_shared ON orders.views (tenant_id, name) WHERE shared;
