-- The ledger of goods: what is where, what is promised, and how it came to be so.

CREATE SCHEMA inventory;

-- The promise level: what a site can still sell (`free`) is what it has and promised to nobody, less what it keeps from sale
-- (`safety`). Reserving touches these rows only.
CREATE TABLE inventory.stock (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    on_hand int NOT NULL DEFAULT 0,
    reserved int NOT NULL DEFAULT 0,
    safety int NOT NULL DEFAULT 0 CHECK (safety >= 0),
    free int NOT NULL GENERATED ALWAYS AS (greatest(on_hand - reserved - safety, 0)) STORED,
    PRIMARY KEY (tenant_id, product_id, site_id),
    CONSTRAINT never_oversold CHECK (reserved >= 0 AND on_hand >= reserved)
) WITH (fillfactor = 70);

-- The floor level: how much of a product lies in which place (bin:A-01-02, tote:T-7, parcel; set aside: quarantine,
-- quality_check, damaged).
-- `version` counts the changes, so that a count knows whether something moved under it.
CREATE TABLE inventory.balances (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    place text NOT NULL CHECK (place ~ '^(bin:.+|tote:.+|parcel|quarantine|quality_check|damaged)$'),
    product_id uuid NOT NULL,
    on_hand int NOT NULL,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, site_id, product_id, place),
    CONSTRAINT place_holds_less CHECK (on_hand >= 0)
) WITH (fillfactor = 80);
CREATE INDEX balances_by_place ON inventory.balances (tenant_id, site_id, place);

-- The ledger, append-only, two sides to each row. Outside places: supplier, customer, lost, found, scrap.
CREATE TABLE inventory.movements (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    from_place text NOT NULL,
    to_place text NOT NULL CHECK (to_place <> from_place),
    quantity int NOT NULL CHECK (quantity > 0),
    reason text NOT NULL,
    reference uuid,
    order_id uuid,
    lot text NOT NULL DEFAULT '',
    actor text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX movements_of_lots ON inventory.movements (tenant_id, order_id) WHERE lot <> '';
CREATE INDEX movements_of_product ON inventory.movements (tenant_id, product_id, id);

-- Who is promised what, two-phase: pending until shipped (posted), given back (voided) or run out (expired).
CREATE TABLE inventory.reservations (
    tenant_id uuid NOT NULL,
    line_id uuid NOT NULL,
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    order_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity >= 0),
    shipped int NOT NULL DEFAULT 0 CHECK (shipped >= 0 AND shipped <= quantity),
    phase text NOT NULL DEFAULT 'pending' CHECK (phase IN ('pending', 'posted', 'voided', 'expired')),
    reserved_at timestamptz NOT NULL,
    expires_at timestamptz,
    ended_at timestamptz,
    ended_why text,
    PRIMARY KEY (tenant_id, line_id, site_id, product_id)
);
CREATE INDEX reservations_of_order ON inventory.reservations (tenant_id, order_id);
CREATE INDEX reservations_of_stock ON inventory.reservations (tenant_id, product_id, site_id) WHERE phase = 'pending';
CREATE INDEX reservations_expiring ON inventory.reservations (tenant_id, expires_at)
    WHERE phase = 'pending' AND expires_at IS NOT NULL;

-- Promises that could not be kept: the goods were not there, or nobody claimed them in time; `replaced` units were promised
-- anew at other sites. Later stages listen to `reservation.short` and `reservation.expired`, whose subject is the row's id.
CREATE TABLE inventory.shortages (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    cause text NOT NULL CHECK (cause IN ('expired', 'count', 'adjustment', 'quarantine', 'lot')),
    order_id uuid NOT NULL,
    line_id uuid NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    replaced int NOT NULL DEFAULT 0 CHECK (replaced BETWEEN 0 AND quantity),
    found_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX shortages_of_order ON inventory.shortages (tenant_id, order_id);

-- Scans that were done: each has an id, so that one that arrives twice acts once.
CREATE TABLE inventory.commands (
    tenant_id uuid NOT NULL,
    actor text NOT NULL,
    command text NOT NULL,
    done_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, actor, command)
);
CREATE INDEX commands_by_age ON inventory.commands (tenant_id, done_at);

-- Stock rows whose change no channel was told of yet. Written by whoever changes what a row can promise, while the row is locked,
-- at most once until the feed takes it: many reservations of a hot product are one row here.
CREATE TABLE inventory.untold (
    tenant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, product_id, site_id)
);

-- What can be sold of each product over all sites, as channels are told: the newest value only, and where it stands in the feed.
CREATE TABLE inventory.offers (
    tenant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    available int NOT NULL CHECK (available >= 0),
    position bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, product_id),
    CONSTRAINT one_offer_a_position UNIQUE (tenant_id, position)
) WITH (fillfactor = 80);

-- How far a tenant's feed is. The row is locked by the one who writes offers, so that positions are given in the order of
-- commits and a reader who goes on after the last one it saw misses nothing.
CREATE TABLE inventory.feeds (
    tenant_id uuid NOT NULL,
    last bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id)
);

-- What is kept from sale for a channel (a webhook, a shop, an API key, by its id). `version` counts the changes: a channel that
-- read under another one is told everything anew.
CREATE TABLE inventory.channels (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    units int NOT NULL DEFAULT 0 CHECK (units >= 0),
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);

-- Products of which a channel keeps another quantity back.
CREATE TABLE inventory.buffers (
    tenant_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    product_id uuid NOT NULL,
    units int NOT NULL CHECK (units >= 0),
    PRIMARY KEY (tenant_id, channel_id, product_id)
);

-- Stretches of the feed that webhooks are told of (`availability.changed`, subject is the id): everything after one position up
-- to another. A webhook has one under way at most; what changes meanwhile waits for the next.
CREATE TABLE inventory.tellings (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    version int NOT NULL,
    after_seq bigint NOT NULL,
    until_seq bigint NOT NULL CHECK (until_seq > after_seq),
    made_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX tellings_of_endpoint ON inventory.tellings (tenant_id, endpoint_id, id);

-- How far the auditor is in its round over a tenant's products, and how the last whole round went. Ids made then tell the time:
-- the auditor goes by the machines' clocks, also where the business has a clock of its own.
CREATE TABLE inventory.rounds (
    tenant_id uuid NOT NULL,
    after_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    products int NOT NULL DEFAULT 0,
    began_id uuid NOT NULL,
    last_products int NOT NULL DEFAULT 0,
    last_began_id uuid,
    last_ended_id uuid,
    PRIMARY KEY (tenant_id)
);

-- The ledger summed up to a line, so that the auditor reads only what came after. A sum is believed for a day; then, and whenever
-- something disagrees, the whole ledger of the product is read again.
CREATE TABLE inventory.closings (
    tenant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    place text NOT NULL,
    units int NOT NULL,
    until_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, product_id, site_id, place)
);

-- Figures that are not what they are made of, as the auditor found them: it alarms and mends nothing.
CREATE TABLE inventory.drifts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open',
    seq int NOT NULL DEFAULT 1,
    book text NOT NULL CHECK (book IN ('place', 'on_hand', 'reserved', 'plate', 'serials')),
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    place text NOT NULL,
    expected int NOT NULL,
    found int NOT NULL CHECK (found <> expected),
    found_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX one_open_drift ON inventory.drifts (tenant_id, product_id, site_id, book, place) WHERE state = 'open';

-- Lots of products: until which day they may be sold, and in which condition they are. Only `sellable` ones are promised and picked.
CREATE TABLE inventory.lots (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'sellable',
    seq int NOT NULL DEFAULT 1,
    product_id uuid NOT NULL,
    lot text NOT NULL CHECK (lot <> ''),
    expires_on date,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT lot_taken UNIQUE (tenant_id, product_id, lot)
);
CREATE INDEX lots_expiring ON inventory.lots (tenant_id, expires_on) WHERE state IN ('sellable', 'quality_check') AND expires_on IS NOT NULL;

-- How much of what lies in a place is of which lot. Units of no known lot have no row here; written under the lock of the balance.
CREATE TABLE inventory.lot_units (
    tenant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    place text NOT NULL,
    lot text NOT NULL CHECK (lot <> ''),
    on_hand int NOT NULL,
    PRIMARY KEY (tenant_id, product_id, site_id, place, lot),
    CONSTRAINT lot_holds_less CHECK (on_hand >= 0)
) WITH (fillfactor = 80);
