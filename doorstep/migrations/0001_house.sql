-- The first house: every table as it was at the beginning.

-- The ground's own tables. `directory` holds the few globally unique things; `platform` is per tenant.

CREATE SCHEMA directory;
CREATE SCHEMA platform;

-- The operating companies. A tenant with `clock_base` lives on a simulated clock. `wanted_events` is what its webhooks want to hear
-- of, kept here because every transaction reads this row anyway.
CREATE TABLE directory.tenants (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text NOT NULL,
    suspended_at timestamptz,
    clock_base timestamptz,
    clock_set_at timestamptz,
    clock_rate double precision NOT NULL DEFAULT 0 CHECK (clock_rate >= 0),
    wanted_events text[] NOT NULL DEFAULT '{}'
);

-- A sign-in name leads to its tenant and person; names are unique over all tenants.
CREATE TABLE directory.logins (
    login text PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES directory.tenants (id),
    user_id uuid NOT NULL UNIQUE,
    password_hash text NOT NULL,
    failures int NOT NULL DEFAULT 0,
    locked_until timestamptz
);

-- Signed-in browsers; the cookie's hash leads to the person.
CREATE TABLE directory.sessions (
    token_hash bytea PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES directory.tenants (id),
    user_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
);

-- API keys, hashed; shown once when made.
CREATE TABLE directory.api_keys (
    key_hash bytea PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    tenant_id uuid NOT NULL REFERENCES directory.tenants (id),
    name text NOT NULL,
    scopes text[] NOT NULL,
    merchant_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

-- People of a tenant. A person of role merchant sees only that merchant's goods and orders.
CREATE TABLE platform.users (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    login text NOT NULL,
    name text NOT NULL,
    roles text[] NOT NULL,
    merchant_id uuid,
    disabled_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, login)
);

-- The journal: everything that ever happened, append-only. `seq` counts per subject from 1.
CREATE TABLE platform.events (
    tenant_id uuid NOT NULL,
    subject uuid NOT NULL,
    seq int NOT NULL CHECK (seq > 0),
    kind text NOT NULL,
    name text NOT NULL,
    act text,
    was text,
    now text,
    actor text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    facts jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, subject, seq)
);
CREATE INDEX events_by_time ON platform.events (tenant_id, recorded_at);

-- What is owed: one row per event and listener until done. Recurring rows are the timers.
CREATE TABLE platform.tasks (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    subject uuid NOT NULL,
    seq int NOT NULL,
    recurs_s double precision,
    due_at timestamptz NOT NULL DEFAULT now(),
    attempts int NOT NULL DEFAULT 0,
    fence int NOT NULL DEFAULT 0,
    leased_until timestamptz,
    error text,
    dead_at timestamptz,
    PRIMARY KEY (tenant_id, name, subject, seq)
);
CREATE INDEX tasks_due ON platform.tasks (tenant_id, due_at) WHERE dead_at IS NULL;
CREATE INDEX tasks_dead ON platform.tasks (tenant_id, dead_at) WHERE dead_at IS NOT NULL;

-- The first answer to each idempotency key.
CREATE TABLE platform.answers (
    tenant_id uuid NOT NULL,
    caller text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash bytea NOT NULL,
    status int NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, caller, key)
);
CREATE INDEX answers_by_age ON platform.answers (tenant_id, created_at);

-- Human numbers (orders, parcels, returns) count per tenant and series.
CREATE TABLE platform.counters (
    tenant_id uuid NOT NULL,
    series text NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (tenant_id, series)
);

-- Where programs elsewhere are told of events. `merchant_id` narrows it to one merchant's things. The secret is derived from the
-- house's own and never stored: `secret_number` says which is in force, and the one before it signs along until
-- `old_secret_until`. All moments are the database's.
CREATE TABLE platform.endpoints (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'on',
    seq int NOT NULL DEFAULT 1,
    merchant_id uuid,
    url text NOT NULL,
    note text NOT NULL DEFAULT '',
    kinds text[] NOT NULL CHECK (cardinality(kinds) > 0),
    made_at timestamptz NOT NULL DEFAULT now(),
    since timestamptz NOT NULL DEFAULT now(),
    secret_number int NOT NULL DEFAULT 1 CHECK (secret_number > 0),
    old_secret_until timestamptz,
    failing_since timestamptz,
    off_why text CHECK (off_why IN ('gone', 'failing', 'by_hand')),
    PRIMARY KEY (tenant_id, id)
);

-- One event owed to one endpoint; its body is written from the journal whenever it is sent. The earlier event of the same thing
-- goes first.
CREATE TABLE platform.deliveries (
    tenant_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    subject uuid NOT NULL,
    seq int NOT NULL,
    owed_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL DEFAULT now(),
    attempts int NOT NULL DEFAULT 0,
    settled_at timestamptz,
    outcome text CHECK (outcome IN ('delivered', 'given_up')),
    PRIMARY KEY (tenant_id, endpoint_id, subject, seq),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES platform.endpoints (tenant_id, id),
    CONSTRAINT settled_has_an_outcome CHECK ((settled_at IS NULL) = (outcome IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX deliveries_due ON platform.deliveries (tenant_id, endpoint_id, due_at) WHERE settled_at IS NULL;
CREATE INDEX deliveries_by_age ON platform.deliveries (tenant_id, endpoint_id, owed_at DESC, subject, seq);

-- The delivery log: what each call to an endpoint came to.
CREATE TABLE platform.attempts (
    tenant_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    subject uuid NOT NULL,
    seq int NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    status int,
    duration_ms int NOT NULL,
    answer text NOT NULL DEFAULT '',
    error text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, endpoint_id, subject, seq, at)
);
CREATE INDEX attempts_by_age ON platform.attempts (tenant_id, at);

-- What exists: merchants, products, sites, boxes, carriers, vans.

CREATE SCHEMA catalog;

-- The sellers whose goods lie here, each with a face of their own.
CREATE TABLE catalog.merchants (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    brand_color text NOT NULL DEFAULT '#1f4b99' CHECK (brand_color ~ '^#[0-9a-f]{6}$'),
    logo bytea,
    message text NOT NULL DEFAULT '',
    sender_email text NOT NULL DEFAULT '',
    support_email text NOT NULL DEFAULT '',
    rounding_minor int NOT NULL DEFAULT 0 CHECK (rounding_minor >= 0),
    return_days int NOT NULL DEFAULT 30 CHECK (return_days >= 0),
    capture_parts boolean NOT NULL DEFAULT false,
    checks_mail boolean NOT NULL DEFAULT false,
    language text NOT NULL DEFAULT 'en',
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT merchant_code_taken UNIQUE (tenant_id, code)
);

-- What can be ordered. A kit is sold as one and stored as its components.
CREATE TABLE catalog.products (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL DEFAULT 'single' CHECK (kind IN ('single', 'kit')),
    length_mm int NOT NULL CHECK (length_mm > 0),
    width_mm int NOT NULL CHECK (width_mm > 0),
    height_mm int NOT NULL CHECK (height_mm > 0),
    weight_g int NOT NULL CHECK (weight_g > 0),
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    currency text NOT NULL,
    upright boolean NOT NULL DEFAULT false,
    fragile boolean NOT NULL DEFAULT false,
    picture text,
    hs_code text,
    origin_country text,
    asks_lot boolean NOT NULL DEFAULT false,
    asks_expiry boolean NOT NULL DEFAULT false,
    serials text NOT NULL DEFAULT 'none' CHECK (serials IN ('none', 'outbound', 'all')),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT product_sku_taken UNIQUE (tenant_id, merchant_id, sku),
    FOREIGN KEY (tenant_id, merchant_id) REFERENCES catalog.merchants (tenant_id, id)
);

-- Pictures of products that we keep ourselves; anybody may look at them.
CREATE TABLE catalog.pictures (
    tenant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    bytes bytea NOT NULL CHECK (length(bytes) <= 200000),
    PRIMARY KEY (tenant_id, product_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.products (tenant_id, id)
);

-- Scannable codes; a case code counts several units.
CREATE TABLE catalog.barcodes (
    tenant_id uuid NOT NULL,
    code text NOT NULL,
    product_id uuid NOT NULL,
    units int NOT NULL DEFAULT 1 CHECK (units > 0),
    CONSTRAINT barcode_taken PRIMARY KEY (tenant_id, code),
    FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.products (tenant_id, id)
);
CREATE INDEX barcodes_of_product ON catalog.barcodes (tenant_id, product_id);

-- What a kit is made of.
CREATE TABLE catalog.kit_components (
    tenant_id uuid NOT NULL,
    kit_id uuid NOT NULL,
    component_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (tenant_id, kit_id, component_id),
    FOREIGN KEY (tenant_id, kit_id) REFERENCES catalog.products (tenant_id, id),
    FOREIGN KEY (tenant_id, component_id) REFERENCES catalog.products (tenant_id, id)
);

-- Warehouses, and the local centers that serve the last mile.
CREATE TABLE catalog.sites (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('warehouse', 'center')),
    street text NOT NULL,
    city text NOT NULL,
    region text NOT NULL DEFAULT '',
    postal_code text NOT NULL,
    country text NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    timezone text NOT NULL,
    cutoff time NOT NULL DEFAULT '16:00',
    start_x_mm int NOT NULL DEFAULT 0,
    start_y_mm int NOT NULL DEFAULT 0,
    gs1_prefix text NOT NULL DEFAULT '0000000',
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT site_code_taken UNIQUE (tenant_id, code)
);

-- The aisles of a warehouse: straight, between a front and a back cross-aisle.
CREATE TABLE catalog.aisles (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    number int NOT NULL,
    x_mm int NOT NULL,
    front_y_mm int NOT NULL,
    back_y_mm int NOT NULL CHECK (back_y_mm > front_y_mm),
    PRIMARY KEY (tenant_id, site_id, number)
);

-- Where goods lie: a scannable place on an aisle. What comes in is put away by what it is for (faces are picked from, bulk feeds
-- them, docks are passed through), how much it holds if that is known, and whether lots of a product may lie in it together.
CREATE TABLE catalog.bins (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    code text NOT NULL,
    aisle int NOT NULL,
    x_mm int NOT NULL,
    y_mm int NOT NULL,
    level int NOT NULL DEFAULT 1,
    pick_seq int NOT NULL DEFAULT 0,
    kind text NOT NULL DEFAULT 'face' CHECK (kind IN ('face', 'bulk', 'dock')),
    capacity_ml bigint CHECK (capacity_ml > 0),
    mixes_lots boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT bin_code_taken UNIQUE (tenant_id, site_id, code),
    FOREIGN KEY (tenant_id, site_id, aisle) REFERENCES catalog.aisles (tenant_id, site_id, number)
);
CREATE INDEX bins_by_walk ON catalog.bins (tenant_id, site_id, kind, pick_seq, code);

-- The cartons to pack into.
CREATE TABLE catalog.boxes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    inner_length_mm int NOT NULL CHECK (inner_length_mm > 0),
    inner_width_mm int NOT NULL CHECK (inner_width_mm > 0),
    inner_height_mm int NOT NULL CHECK (inner_height_mm > 0),
    outer_length_mm int NOT NULL CHECK (outer_length_mm >= inner_length_mm),
    outer_width_mm int NOT NULL CHECK (outer_width_mm >= inner_width_mm),
    outer_height_mm int NOT NULL CHECK (outer_height_mm >= inner_height_mm),
    tare_g int NOT NULL CHECK (tare_g >= 0),
    max_gross_g int NOT NULL CHECK (max_gross_g > tare_g),
    price_minor bigint NOT NULL DEFAULT 0 CHECK (price_minor >= 0),
    currency text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT box_code_taken UNIQUE (tenant_id, code)
);

-- Who carries parcels: outside carriers behind an API, those without one (we make the labels), and the in-house fleet.
CREATE TABLE catalog.carriers (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('rate_table', 'own_labels', 'fleet')),
    base_url text,
    api_key text,
    hook_secret text,
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT carrier_code_taken UNIQUE (tenant_id, code),
    CONSTRAINT carrier_needs_address CHECK (kind <> 'rate_table' OR base_url IS NOT NULL)
);

-- A carrier's products: how fast, how heavy, for how much to which zone.
CREATE TABLE catalog.services (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    days_min int NOT NULL CHECK (days_min >= 0),
    days_max int NOT NULL CHECK (days_max >= days_min),
    tracking_prefix text NOT NULL,
    dim_divisor int NOT NULL DEFAULT 5000 CHECK (dim_divisor > 0),
    max_weight_g int NOT NULL CHECK (max_weight_g > 0),
    rates jsonb NOT NULL,
    zones jsonb NOT NULL,
    currency text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT service_code_taken UNIQUE (tenant_id, carrier_id, code),
    FOREIGN KEY (tenant_id, carrier_id) REFERENCES catalog.carriers (tenant_id, id)
);

-- The vans of a local center.
CREATE TABLE catalog.vans (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    code text NOT NULL,
    capacity_g int NOT NULL CHECK (capacity_g > 0),
    capacity_ml bigint NOT NULL CHECK (capacity_ml > 0),
    shift_start time NOT NULL,
    shift_end time NOT NULL CHECK (shift_end > shift_start),
    driver_user_id uuid,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT van_code_taken UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, site_id) REFERENCES catalog.sites (tenant_id, id)
);

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

-- Products that may be ordered beyond what is there: up to how many units may be owed at once, and from which day on goods leave (a
-- pre-order until then). `owed` is the sum of the backorders; the row is locked by whoever changes it.
CREATE TABLE inventory.backorder_terms (
    tenant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    most int NOT NULL CHECK (most >= 0),
    ships_on date,
    owed int NOT NULL DEFAULT 0 CHECK (owed >= 0),
    PRIMARY KEY (tenant_id, product_id)
) WITH (fillfactor = 70);

-- Units that were ordered without being there: a reservation takes their place when goods come in.
CREATE TABLE inventory.backorders (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    line_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    owed_since timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, order_id, line_id, product_id)
);

-- Counting: places that somebody should count, what counters found there, and how a site wants it.

-- What a counter finds is judged against the balance as it was when they began. `stage` says who is asked next: anybody, somebody
-- else than who counted so far, or a lead, who says `why` it differs. Nothing is picked from a place that `blocks`. `version` is
-- the place's when the count ended: what changed since was not counted.
CREATE TABLE inventory.counts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    place text NOT NULL CHECK (place ~ '^(bin:.+|quarantine)$'),
    product_id uuid NOT NULL,
    reason text NOT NULL,
    asked_at timestamptz NOT NULL,
    blocks boolean NOT NULL DEFAULT true,
    stage text NOT NULL DEFAULT 'open' CHECK (stage IN ('open', 'other', 'lead')),
    tries int NOT NULL DEFAULT 0,
    counted_at timestamptz,
    counted int CHECK (counted >= 0),
    difference int,
    version int,
    why text,
    note text NOT NULL DEFAULT '',
    actor text,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX one_open_count ON inventory.counts (tenant_id, site_id, place, product_id) WHERE counted_at IS NULL;
CREATE INDEX counts_open ON inventory.counts (tenant_id, asked_at) WHERE counted_at IS NULL;
CREATE INDEX counts_done ON inventory.counts (tenant_id, site_id, place, product_id, counted_at) WHERE counted_at IS NOT NULL;

-- What somebody found, try by try, and of which version of the place; by number where each unit is known by it.
CREATE TABLE inventory.tallies (
    tenant_id uuid NOT NULL,
    count_id uuid NOT NULL,
    n int NOT NULL,
    counter text NOT NULL,
    counted_at timestamptz NOT NULL,
    quantity int NOT NULL CHECK (quantity >= 0),
    version int NOT NULL,
    serials text[],
    PRIMARY KEY (tenant_id, count_id, n)
);

-- How a site wants to be counted: from which difference on a second person confirms it (units, or value in minor units), every how many
-- days products of each class are counted, how many counts a day are asked for so (0: none), and whether emptied bins are looked at.
CREATE TABLE inventory.count_terms (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    units int NOT NULL CHECK (units >= 0),
    value_minor bigint NOT NULL CHECK (value_minor >= 0),
    days_a int NOT NULL CHECK (days_a > 0),
    days_b int NOT NULL CHECK (days_b > 0),
    days_c int NOT NULL CHECK (days_c > 0),
    per_day int NOT NULL CHECK (per_day >= 0),
    empties boolean NOT NULL,
    PRIMARY KEY (tenant_id, site_id)
);

-- Plates: pallets and cases with a number of their own, and which part of what lies in a place stands on them.

-- A plate stands in a place, by itself or on another plate that stands there too. Its code may come again once it has ended.
CREATE TABLE inventory.plates (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'standing',
    seq int NOT NULL DEFAULT 1,
    code text NOT NULL CHECK (code ~ '^([0-9]{18}|[A-Z][A-Z0-9-]{2,29})$'),
    site_id uuid NOT NULL,
    place text NOT NULL CHECK (place ~ '^(bin:.+|quarantine|damaged)$'),
    parent_id uuid CHECK (parent_id <> id),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES inventory.plates (tenant_id, id)
);
CREATE UNIQUE INDEX plate_code_taken ON inventory.plates (tenant_id, code) WHERE state = 'standing';
CREATE INDEX plates_by_code ON inventory.plates (tenant_id, code, id);
CREATE INDEX plates_by_place ON inventory.plates (tenant_id, site_id, place) WHERE state = 'standing';
CREATE INDEX plates_on_plates ON inventory.plates (tenant_id, parent_id) WHERE state = 'standing';

-- What stands on a plate: a part of the balance of the plate's place, written under the lock of that balance; '': no known lot.
CREATE TABLE inventory.plate_contents (
    tenant_id uuid NOT NULL,
    plate_id uuid NOT NULL,
    product_id uuid NOT NULL,
    lot text NOT NULL DEFAULT '',
    quantity int NOT NULL,
    PRIMARY KEY (tenant_id, plate_id, product_id, lot),
    CONSTRAINT plate_holds_something CHECK (quantity > 0),
    FOREIGN KEY (tenant_id, plate_id) REFERENCES inventory.plates (tenant_id, id)
);
CREATE INDEX contents_of_product ON inventory.plate_contents (tenant_id, product_id);

-- Goods on their way in, and what came of them.

-- Who sends goods to a merchant, and what is agreed: how much over is taken in, and whether counters see what is expected.
CREATE TABLE inventory.suppliers (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    code text NOT NULL CHECK (code <> ''),
    name text NOT NULL,
    over_percent int NOT NULL DEFAULT 0 CHECK (over_percent BETWEEN 0 AND 100),
    hides_expected boolean NOT NULL DEFAULT false,
    sends_unannounced boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT supplier_code_taken UNIQUE (tenant_id, merchant_id, code)
);

-- What a supplier is to bring, as ordered (the reference is the order's number) or announced, and how far it has come.
CREATE TABLE inventory.arrivals (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'expected',
    seq int NOT NULL DEFAULT 1,
    site_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    reference text NOT NULL CHECK (reference <> ''),
    announced boolean NOT NULL,
    expected_on date,
    carrier text NOT NULL DEFAULT '',
    carrier_reference text NOT NULL DEFAULT '',
    made_at timestamptz NOT NULL,
    began_at timestamptz,
    closed_at timestamptz CHECK (closed_at >= began_at),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT arrival_reference_taken UNIQUE (tenant_id, supplier_id, reference),
    FOREIGN KEY (tenant_id, supplier_id) REFERENCES inventory.suppliers (tenant_id, id)
);
CREATE INDEX arrivals_by_day ON inventory.arrivals (tenant_id, coalesce(expected_on, '9999-12-31'::date), id)
    WHERE state IN ('expected', 'arriving', 'open');
CREATE INDEX arrivals_by_age ON inventory.arrivals (tenant_id, id) WHERE state IN ('closed', 'canceled');
CREATE INDEX arrivals_of_supplier ON inventory.arrivals (tenant_id, supplier_id, closed_at);

-- How much of which product; nothing is expected of one that came without being announced. `why` explains a difference.
CREATE TABLE inventory.arrival_lines (
    tenant_id uuid NOT NULL,
    arrival_id uuid NOT NULL,
    product_id uuid NOT NULL,
    position int NOT NULL,
    expected int NOT NULL CHECK (expected >= 0),
    lot text NOT NULL DEFAULT '',
    expires_on date,
    why text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, arrival_id, product_id),
    FOREIGN KEY (tenant_id, arrival_id) REFERENCES inventory.arrivals (tenant_id, id)
);
CREATE INDEX arrival_lines_of_product ON inventory.arrival_lines (tenant_id, product_id);

-- The plates (SSCC) that an arrival comes on, which of them were scanned at the door, and since when what is on them is taken in
-- as a whole; `onto` is the plate that one stands on, if the supplier said so.
CREATE TABLE inventory.arrival_plates (
    tenant_id uuid NOT NULL,
    sscc text NOT NULL CHECK (sscc ~ '^[0-9]{18}$'),
    arrival_id uuid NOT NULL,
    onto text NOT NULL DEFAULT '' CHECK (onto <> sscc),
    arrived_at timestamptz,
    unloaded_at timestamptz CHECK (arrived_at IS NOT NULL OR unloaded_at IS NULL),
    CONSTRAINT plate_taken PRIMARY KEY (tenant_id, sscc),
    FOREIGN KEY (tenant_id, arrival_id) REFERENCES inventory.arrivals (tenant_id, id)
);
CREATE INDEX plates_of_arrival ON inventory.arrival_plates (tenant_id, arrival_id);

-- What a supplier says stands on a plate, without what stands on the plates on it: a part of the arrival's lines.
CREATE TABLE inventory.arrival_plate_lines (
    tenant_id uuid NOT NULL,
    sscc text NOT NULL,
    product_id uuid NOT NULL,
    lot text NOT NULL DEFAULT '',
    expires_on date,
    quantity int NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (tenant_id, sscc, product_id, lot),
    FOREIGN KEY (tenant_id, sscc) REFERENCES inventory.arrival_plates (tenant_id, sscc)
);

-- What later stages want of products and could not get, by whom it is wanted (an order): goods that come in go there first.
-- Kept for a while after it was filled, so that closing an arrival can say what it did.
CREATE TABLE inventory.wants (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    wanted_at timestamptz NOT NULL,
    filled_at timestamptz,
    PRIMARY KEY (tenant_id, order_id, product_id)
);
CREATE INDEX wants_of_product ON inventory.wants (tenant_id, product_id);
CREATE INDEX wants_open ON inventory.wants (tenant_id, order_id) WHERE filled_at IS NULL;
CREATE INDEX wants_filled ON inventory.wants (tenant_id, filled_at) WHERE filled_at IS NOT NULL;

-- Goods that somebody has to look at before they are sold: they lie in `quality_check`. `good` of them passed.
CREATE TABLE inventory.inspections (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    seq int NOT NULL DEFAULT 1,
    arrival_id uuid,
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    lot text NOT NULL DEFAULT '',
    quantity int NOT NULL CHECK (quantity > 0),
    good int CHECK (good BETWEEN 0 AND quantity),
    why text NOT NULL,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, arrival_id) REFERENCES inventory.arrivals (tenant_id, id)
);
CREATE INDEX inspections_waiting ON inventory.inspections (tenant_id, asked_at, id) WHERE state = 'waiting';

-- What was taken in of an arrival, scan by scan, in which condition, and where it was put: `offered` is the place that was offered
-- first, `placed_why` why another one was taken. What is refused goes back and never lies anywhere.
CREATE TABLE inventory.receipts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    arrival_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    condition text NOT NULL CHECK (condition IN ('accepted', 'quality_check', 'damaged', 'refused')),
    why text NOT NULL DEFAULT '',
    lot text NOT NULL DEFAULT '',
    plate text NOT NULL DEFAULT '',
    place text NOT NULL DEFAULT '',
    offered text NOT NULL DEFAULT '',
    placed_why text NOT NULL DEFAULT '',
    actor text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT refused_lies_nowhere CHECK ((condition = 'refused') = (place = '')),
    FOREIGN KEY (tenant_id, arrival_id) REFERENCES inventory.arrivals (tenant_id, id)
);
CREATE INDEX receipts_elsewhere ON inventory.receipts (tenant_id, offered) WHERE placed_why <> '';
CREATE INDEX receipts_of_arrival ON inventory.receipts (tenant_id, arrival_id, product_id);

-- Bins that are picked from and are to be kept filled from bulk, and with how much of what.

-- How much of a product a face should hold at least, once what is promised is picked, and how much fits.
CREATE TABLE inventory.faces (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    place text NOT NULL CHECK (place LIKE 'bin:%'),
    min_units int NOT NULL CHECK (min_units >= 0),
    max_units int NOT NULL CHECK (max_units > min_units),
    PRIMARY KEY (tenant_id, site_id, product_id, place)
);

-- Walks from bulk to a face: so many units, and why. One at a time for a face.
CREATE TABLE inventory.refills (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    seq int NOT NULL DEFAULT 1,
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    from_place text NOT NULL,
    to_place text NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    why text NOT NULL,
    moved int CHECK (moved >= 0),
    taken_by text,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX one_open_refill ON inventory.refills (tenant_id, site_id, product_id, to_place)
    WHERE state IN ('waiting', 'taken');
CREATE INDEX refills_open ON inventory.refills (tenant_id, asked_at, id) WHERE state IN ('waiting', 'taken');

-- Units that carry a number of their own, from the first time that one is scanned; the parcel and the line are those that it was last
-- packed for. One unit is in one parcel at a time. Of products whose units are all known by number, `site_id` and `place` say where one lies.
CREATE TABLE inventory.serials (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'known',
    seq int NOT NULL DEFAULT 1,
    product_id uuid NOT NULL,
    serial text NOT NULL CHECK (serial <> ''),
    order_id uuid,
    line_id uuid,
    parcel_id uuid,
    site_id uuid,
    place text CHECK ((place IS NULL) = (site_id IS NULL)),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT serial_taken UNIQUE (tenant_id, serial, product_id)
);
CREATE INDEX serials_of_order ON inventory.serials (tenant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX serials_of_parcel ON inventory.serials (tenant_id, parcel_id) WHERE parcel_id IS NOT NULL;
CREATE INDEX serials_of_product ON inventory.serials (tenant_id, product_id, serial);
CREATE INDEX serials_in_place ON inventory.serials (tenant_id, product_id, site_id, place) WHERE place IS NOT NULL;

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

-- Goods that are kept before an order, and orders that are not yet binding.

-- Goods kept for a basket until a moment: its reservations have this id in place of an order's. `order_id` is the order that they were
-- given to.
CREATE TABLE orders.baskets (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    lines jsonb NOT NULL,
    until timestamptz NOT NULL,
    made_at timestamptz NOT NULL,
    order_id uuid,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX baskets_by_end ON orders.baskets (tenant_id, until);

-- Orders made by hand, by phone for instance, until they are placed or dropped. `body` is the order as it would be sent, maybe not whole
-- yet; it is emptied when the draft ends. `basket_id` are the goods that are kept for it.
CREATE TABLE orders.drafts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open',
    seq int NOT NULL DEFAULT 1,
    merchant_id uuid NOT NULL,
    body jsonb NOT NULL,
    basket_id uuid, order_id uuid,
    made_by text NOT NULL, made_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX drafts_newest ON orders.drafts (tenant_id, state, changed_at DESC, id);

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

-- Partners that speak EDI X12, and what was said.

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
-- `shop.document_owed`; `answer` is what the partner's 997 said, or R when its TA1 turned the interchange away.
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
CREATE INDEX documents_waiting ON orders.documents (tenant_id, shop_id, made_at, id) WHERE goes = 'out' AND sent_at IS NULL;
CREATE INDEX documents_of_order ON orders.documents (tenant_id, shop_id, ref, kind) WHERE ref <> '';
CREATE INDEX documents_of_interchange ON orders.documents (tenant_id, interchange_id) WHERE interchange_id IS NOT NULL;

-- What makes an order suspicious of fraud, as the company says it.

-- Rules: an order that one of them hits is held for `fraud`. `merchant_id` NULL: of every merchant. A `velocity` rule hits the order after
-- `most` of the last `hours` that have the same `same_by`; an amount is in minor units of `currency`.
CREATE TABLE orders.fraud_rules (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    merchant_id uuid,
    kind text NOT NULL CHECK (kind IN ('velocity', 'amount', 'first_amount', 'phone_abroad')),
    same_by text CHECK (same_by IN ('email', 'phone', 'address', 'card')),
    most int CHECK (most > 0),
    hours int CHECK (hours BETWEEN 1 AND 720),
    amount_minor bigint CHECK (amount_minor > 0),
    currency text CHECK (currency ~ '^[A-Z]{3}$'),
    made_by text NOT NULL, made_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT velocity_is_whole CHECK (kind <> 'velocity' OR (same_by IS NOT NULL AND most IS NOT NULL AND hours IS NOT NULL)),
    CONSTRAINT amount_is_whole CHECK (kind NOT IN ('amount', 'first_amount') OR (amount_minor IS NOT NULL AND currency IS NOT NULL))
);

-- Whom an order is held for whenever it comes: `value` is folded, so that another spelling is the same.
CREATE TABLE orders.fraud_blocks (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    merchant_id uuid,
    field text NOT NULL CHECK (field IN ('email', 'domain', 'phone', 'name', 'address', 'card')),
    value text NOT NULL, shown text NOT NULL,
    note text NOT NULL DEFAULT '',
    made_by text NOT NULL, made_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT blocked_already UNIQUE NULLS NOT DISTINCT (tenant_id, field, value, merchant_id)
);

-- What velocity rules count, written only where there is such a rule: that an order of then had this in it, as a digest. Forgotten after
-- thirty days.
CREATE TABLE orders.fraud_marks (
    tenant_id uuid NOT NULL,
    mark text NOT NULL,
    placed_at timestamptz NOT NULL,
    order_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, mark, placed_at, order_id)
);
CREATE INDEX fraud_marks_by_age ON orders.fraud_marks (tenant_id, placed_at);

-- Money of orders: what is asked, promised, taken and given back, and the accounts that do it.

-- Money asked, promised, taken and given back; one row per payment of an order. `reference` is the processor's name for
-- it; ours is the id and the attempt, which grows when a declined payment is tried again. `called_at` is the real time of the first
-- call of an attempt, `expires_at` when the promise ends by itself. `released_minor` is what the
-- order needs no more of it since it was changed: it is not taken, or was given back. `due_minor` is what parcels that have left
-- want of it, where money is taken by parts; `parts` says that the promise can be taken so.
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
    due_minor bigint NOT NULL DEFAULT 0 CHECK (due_minor BETWEEN 0 AND amount_minor),
    parts boolean NOT NULL DEFAULT false,
    currency text NOT NULL, reference text, declined text,
    attempt int NOT NULL DEFAULT 1 CHECK (attempt > 0),
    asked_at timestamptz, called_at timestamptz, expires_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT refund_above_capture CHECK (refunded_minor BETWEEN 0 AND captured_minor)
);
CREATE INDEX payments_of_order ON orders.payments (tenant_id, order_id);
CREATE INDEX payments_by_reference ON orders.payments (tenant_id, reference) WHERE reference IS NOT NULL;
CREATE INDEX payments_in_trouble ON orders.payments (tenant_id, state, order_id) WHERE state IN ('declined', 'unknown', 'lapsed');
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

-- Parts of payments that parcels want when they leave, each taken once under its own id.
CREATE TABLE orders.takings (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    payment_id uuid NOT NULL,
    order_id uuid NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    asked_at timestamptz NOT NULL, taken_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX takings_of_payment ON orders.takings (tenant_id, payment_id);

-- Where orders leave from, and what that rests on.

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

-- Pick and pack: accepted orders become work on the floor, goods become parcels.

CREATE SCHEMA warehouse;

-- What a cart of a site carries, and how often its walks could not be thought out in a row. The row is locked while
-- bins are chosen, so that no two plans promise the same units.
CREATE TABLE warehouse.floors (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    cart_slots int NOT NULL DEFAULT 12 CHECK (cart_slots BETWEEN 1 AND 60),
    cart_mass_g bigint NOT NULL DEFAULT 150000 CHECK (cart_mass_g > 0),
    cart_volume_ml bigint NOT NULL DEFAULT 600000 CHECK (cart_volume_ml > 0),
    failures int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, site_id)
);

-- A fulfillment order: what one site has to pick and pack of one order.
CREATE TABLE warehouse.fulfillments (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    seq int NOT NULL DEFAULT 1,
    order_id uuid NOT NULL,
    site_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    priority int NOT NULL DEFAULT 0,
    ship_by timestamptz NOT NULL,
    released_at timestamptz NOT NULL,
    batch_id uuid,
    slot int,
    stuck text,
    cartons jsonb,
    PRIMARY KEY (tenant_id, id)
) WITH (fillfactor = 80);
CREATE INDEX fulfillments_of_order ON warehouse.fulfillments (tenant_id, order_id);
CREATE INDEX fulfillments_to_do ON warehouse.fulfillments (tenant_id, state, site_id, ship_by)
    WHERE state IN ('waiting', 'batched', 'picking', 'picked', 'short');
CREATE INDEX fulfillments_of_batch ON warehouse.fulfillments (tenant_id, batch_id) WHERE batch_id IS NOT NULL;

-- What a fulfillment order is made of: components, not kits. `missing` is owed, but nobody has it. `surplus` lies in totes, but was
-- changed away since it was picked: it goes back to its bin.
CREATE TABLE warehouse.items (
    tenant_id uuid NOT NULL,
    fulfillment_id uuid NOT NULL,
    line_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity >= 0),
    picked int NOT NULL DEFAULT 0,
    packed int NOT NULL DEFAULT 0,
    missing int NOT NULL DEFAULT 0 CHECK (missing >= 0),
    surplus int NOT NULL DEFAULT 0 CHECK (surplus >= 0),
    PRIMARY KEY (tenant_id, fulfillment_id, product_id, line_id),
    CONSTRAINT packed_above_picked CHECK (0 <= packed AND packed <= picked AND picked <= quantity),
    FOREIGN KEY (tenant_id, fulfillment_id) REFERENCES warehouse.fulfillments (tenant_id, id)
) WITH (fillfactor = 80);

-- A cart's walk: fulfillment orders that are picked together, each into totes of its own.
CREATE TABLE warehouse.batches (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'planned',
    seq int NOT NULL DEFAULT 1,
    number bigint NOT NULL,
    site_id uuid NOT NULL,
    priority int NOT NULL DEFAULT 0,
    ship_by timestamptz NOT NULL,
    walk_mm bigint NOT NULL,
    s_shape_mm bigint NOT NULL,
    reasons jsonb NOT NULL DEFAULT '[]',
    planned_at timestamptz NOT NULL,
    holder text,
    picker text,
    taken_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT batch_number_taken UNIQUE (tenant_id, number)
);
CREATE INDEX batches_open ON warehouse.batches (tenant_id, state, site_id, priority DESC, ship_by)
    WHERE state IN ('planned', 'picking');
CREATE INDEX batches_of_holder ON warehouse.batches (tenant_id, holder) WHERE state = 'picking';

-- One stop of a walk: take this many of this product from this bin into a tote of that fulfillment order.
-- `counted` units are in the picker's hand: out of the bin, not yet in a tote. A dropped stop is no longer wanted.
CREATE TABLE warehouse.picks (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    batch_id uuid NOT NULL,
    site_id uuid NOT NULL,
    position int NOT NULL,
    fulfillment_id uuid NOT NULL,
    line_id uuid NOT NULL,
    product_id uuid NOT NULL,
    place text NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    picked int NOT NULL DEFAULT 0 CHECK (picked >= 0),
    counted int NOT NULL DEFAULT 0 CHECK (counted >= 0),
    numbers text[] NOT NULL DEFAULT '{}',
    short int NOT NULL DEFAULT 0 CHECK (short >= 0),
    short_reason text,
    skipped int NOT NULL DEFAULT 0,
    arrived_at timestamptz,
    done_at timestamptz,
    dropped boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT picked_above_asked CHECK (picked + counted + short <= quantity),
    FOREIGN KEY (tenant_id, batch_id) REFERENCES warehouse.batches (tenant_id, id)
) WITH (fillfactor = 80);
CREATE INDEX picks_open ON warehouse.picks (tenant_id, batch_id, skipped, position) WHERE done_at IS NULL;
CREATE INDEX picks_of_batch ON warehouse.picks (tenant_id, batch_id, position);
CREATE INDEX picks_of_fulfillment ON warehouse.picks (tenant_id, fulfillment_id);
CREATE INDEX picks_at_place ON warehouse.picks (tenant_id, site_id, product_id, place) WHERE done_at IS NULL;

-- Totes in use: the key says that a tote belongs to one fulfillment order. An empty tote has no row.
CREATE TABLE warehouse.totes (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    code text NOT NULL CHECK (code ~ '^T-[0-9]{1,6}$'),
    fulfillment_id uuid NOT NULL,
    bound_at timestamptz NOT NULL,
    full_at timestamptz,
    PRIMARY KEY (tenant_id, site_id, code),
    FOREIGN KEY (tenant_id, fulfillment_id) REFERENCES warehouse.fulfillments (tenant_id, id)
);
CREATE INDEX totes_of_fulfillment ON warehouse.totes (tenant_id, fulfillment_id);

-- Scans already answered, so that a scan sent twice counts once.
CREATE TABLE warehouse.scans (
    tenant_id uuid NOT NULL,
    command_id text NOT NULL,
    asked bytea NOT NULL,
    scanned_at timestamptz NOT NULL,
    answer jsonb NOT NULL,
    PRIMARY KEY (tenant_id, command_id)
);
CREATE INDEX scans_by_age ON warehouse.scans (tenant_id, scanned_at);

-- A box: open on a bench, then packed. `asks` is the product of which a unit was scanned that has to name its serial number next. What happens to it later stands with shipping, tracking and delivery.
CREATE TABLE warehouse.parcels (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open',
    seq int NOT NULL DEFAULT 1,
    number bigint NOT NULL,
    fulfillment_id uuid NOT NULL,
    order_id uuid NOT NULL,
    site_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    box_id uuid,
    suggested_box_id uuid,
    box_reason text,
    length_mm int,
    width_mm int,
    height_mm int,
    expected_g int NOT NULL DEFAULT 0,
    weight_g int,
    weight_reason text,
    slip bytea,
    holder text,
    packed_by text,
    packed_at timestamptz,
    asks uuid,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT parcel_number_taken UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, fulfillment_id) REFERENCES warehouse.fulfillments (tenant_id, id)
);
CREATE UNIQUE INDEX one_open_parcel ON warehouse.parcels (tenant_id, fulfillment_id) WHERE state = 'open';
CREATE INDEX parcels_of_fulfillment ON warehouse.parcels (tenant_id, fulfillment_id);
CREATE INDEX parcels_of_order ON warehouse.parcels (tenant_id, order_id);
CREATE INDEX parcels_to_ship ON warehouse.parcels (tenant_id, site_id, packed_at) WHERE state = 'packed';
CREATE INDEX parcels_canceled ON warehouse.parcels (tenant_id, site_id) WHERE state = 'canceled';
CREATE INDEX parcels_by_age ON warehouse.parcels (tenant_id, id DESC);

-- What lies in a parcel; of a canceled one, `returned` units went back to their bins.
CREATE TABLE warehouse.parcel_items (
    tenant_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    line_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    returned int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, parcel_id, product_id, line_id),
    CONSTRAINT returned_above_packed CHECK (returned BETWEEN 0 AND quantity),
    FOREIGN KEY (tenant_id, parcel_id) REFERENCES warehouse.parcels (tenant_id, id)
);

-- Rate, label, manifest, hand over: a parcel gets a carrier and leaves the house.

CREATE SCHEMA shipping;

-- A label purchase: bought exactly once through owed, sent, and bought, refused or unknown. `reference` is our name for it
-- at the carrier and never changes; `attempt` grows after a refusal only, so the carrier's idempotency key does. `request`
-- is what the carrier was asked, kept until it refuses; `quiet_until` (machine time) is when its call must have ended;
-- `drawn` are the facts on the label, to draw it for any printer, and `unprintable` names those that a printer has no letters
-- for. `refusals` are services that refused this parcel since a person looked, as {service_id, carrier_id, all, why}: the next
-- best is tried; `taken_back` are the carrier's names for labels it sold and took back at once.
CREATE TABLE shipping.labels (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'owed',
    seq int NOT NULL DEFAULT 1,
    parcel_id uuid NOT NULL,
    order_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    generation int NOT NULL DEFAULT 1,
    owed_at timestamptz NOT NULL,
    carrier_id uuid,
    service_id uuid,
    route text,
    reference text NOT NULL,
    quoted_minor bigint,
    price_minor bigint,
    currency text,
    reasons jsonb NOT NULL DEFAULT '[]',
    attempt int NOT NULL DEFAULT 1 CHECK (attempt > 0),
    request jsonb,
    absences int NOT NULL DEFAULT 0,
    quiet_until timestamptz,
    unwanted boolean NOT NULL DEFAULT false,
    refusal text,
    refusals jsonb NOT NULL DEFAULT '[]',
    taken_back text[] NOT NULL DEFAULT '{}',
    sent_at timestamptz,
    tracking_number text,
    sscc text,
    carrier_ref text,
    drawn jsonb,
    unprintable text[] NOT NULL DEFAULT '{}',
    zpl text,
    pdf bytea,
    printed_at timestamptz,
    manifest_id uuid,
    handed_over_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT one_label_a_generation UNIQUE (tenant_id, parcel_id, generation),
    CONSTRAINT sscc_taken UNIQUE (tenant_id, sscc),
    CONSTRAINT bought_is_whole CHECK (state <> 'bought' OR (tracking_number IS NOT NULL AND sscc IS NOT NULL
        AND zpl IS NOT NULL AND pdf IS NOT NULL AND price_minor IS NOT NULL AND carrier_id IS NOT NULL))
);
CREATE UNIQUE INDEX one_live_label ON shipping.labels (tenant_id, parcel_id) WHERE state <> 'voided';
CREATE INDEX labels_of_order ON shipping.labels (tenant_id, order_id);
CREATE INDEX labels_by_number ON shipping.labels (tenant_id, tracking_number);
CREATE INDEX labels_open ON shipping.labels (tenant_id, state, owed_at)
    WHERE state IN ('owed', 'sent', 'refused', 'unknown', 'voiding');
CREATE INDEX labels_ready ON shipping.labels (tenant_id, site_id, carrier_id, owed_at)
    WHERE state = 'bought' AND handed_over_at IS NULL;
CREATE INDEX labels_of_manifest ON shipping.labels (tenant_id, manifest_id) WHERE manifest_id IS NOT NULL;
CREATE INDEX labels_gone ON shipping.labels (tenant_id, handed_over_at DESC) WHERE handed_over_at IS NOT NULL;

-- A list of parcels that a carrier takes over at once: one truck being loaded per site and carrier.
CREATE TABLE shipping.manifests (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open',
    seq int NOT NULL DEFAULT 1,
    number bigint NOT NULL,
    carrier_id uuid NOT NULL,
    site_id uuid NOT NULL,
    made_at timestamptz NOT NULL,
    closed_at timestamptz,
    carrier_ref text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT manifest_number_taken UNIQUE (tenant_id, number)
);
CREATE UNIQUE INDEX one_open_manifest ON shipping.manifests (tenant_id, site_id, carrier_id) WHERE state = 'open';
CREATE INDEX manifests_by_age ON shipping.manifests (tenant_id, made_at DESC);

-- What our own deliveries say of a carrier's service; takes part in choosing the next one.
CREATE TABLE shipping.records (
    tenant_id uuid NOT NULL,
    service_id uuid NOT NULL,
    parcels int NOT NULL CHECK (parcels >= 0),
    on_time int NOT NULL CHECK (on_time BETWEEN 0 AND parcels),
    damaged int NOT NULL DEFAULT 0,
    ratings int NOT NULL DEFAULT 0,
    rating_sum int NOT NULL DEFAULT 0,
    learned_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, service_id)
);

-- Scans, promises and what the customer is told.

CREATE SCHEMA tracking;

-- One label's story so far. `state` is the fold of its scans; the window is what we tell the customer now. A new label is a new
-- tracker: it adds to the order's parcels and replaces none.
CREATE TABLE tracking.trackers (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'created',
    seq int NOT NULL DEFAULT 1,
    label_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    order_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    service_id uuid NOT NULL,
    number text NOT NULL,
    zone text NOT NULL DEFAULT 'UTC',
    started_at timestamptz NOT NULL,
    reason text,
    status_at timestamptz,
    last_scan_at timestamptz,
    place text NOT NULL DEFAULT '',
    lat double precision,
    lon double precision,
    window_from timestamptz,
    window_until timestamptz,
    window_why text NOT NULL DEFAULT '',
    window_changes int NOT NULL DEFAULT 0,
    poll_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT one_tracker_a_label UNIQUE (tenant_id, label_id)
) WITH (fillfactor = 80);
CREATE INDEX trackers_of_order ON tracking.trackers (tenant_id, order_id);
CREATE INDEX trackers_of_parcel ON tracking.trackers (tenant_id, parcel_id);
CREATE INDEX trackers_by_number ON tracking.trackers (tenant_id, number, carrier_id);
CREATE INDEX trackers_to_poll ON tracking.trackers (tenant_id, poll_at) WHERE poll_at IS NOT NULL;
CREATE INDEX trackers_on_the_way ON tracking.trackers (tenant_id, window_until)
    WHERE state NOT IN ('delivered', 'returned', 'lost', 'canceled');
CREATE INDEX trackers_silent ON tracking.trackers (tenant_id, last_scan_at)
    WHERE state NOT IN ('created', 'delivered', 'returned', 'lost', 'canceled');
CREATE INDEX trackers_by_state ON tracking.trackers (tenant_id, state, started_at DESC, id DESC);
CREATE INDEX trackers_of_merchant ON tracking.trackers (tenant_id, merchant_id, started_at DESC, id DESC);
CREATE INDEX trackers_in_trouble ON tracking.trackers (tenant_id, status_at)
    WHERE state IN ('delayed', 'held', 'attempt_failed', 'returning', 'lost', 'damaged');
CREATE INDEX trackers_by_age ON tracking.trackers (tenant_id, started_at DESC, id DESC);

-- Everything a carrier or our fleet said about a parcel; append-only. `key` is the meaning (number, time, code), `detail` what else
-- was said with it: a repeat is no new row, a repeat that knows the place now is one, and the fold keeps the richer.
CREATE TABLE tracking.scans (
    tenant_id uuid NOT NULL,
    tracker_id uuid NOT NULL,
    key text NOT NULL,
    detail text NOT NULL,
    status text,
    reason text,
    raw_code text NOT NULL DEFAULT '',
    raw_text text NOT NULL DEFAULT '',
    place text NOT NULL DEFAULT '',
    lat double precision,
    lon double precision,
    zone text NOT NULL DEFAULT 'UTC',
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    via text NOT NULL CHECK (via IN ('push', 'poll', 'import', 'fleet', 'person')),
    PRIMARY KEY (tenant_id, tracker_id, key, detail)
);

-- What carriers sent us, as it came; one row per call, however often it is repeated. A call about a parcel that we do not know
-- yet waits here until its tracker starts.
CREATE TABLE tracking.calls (
    tenant_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    call_id text NOT NULL,
    number text NOT NULL DEFAULT '',
    body text NOT NULL,
    received_at timestamptz NOT NULL,
    folded boolean NOT NULL DEFAULT false,
    fault text,
    PRIMARY KEY (tenant_id, carrier_id, call_id)
);
CREATE INDEX calls_waiting ON tracking.calls (tenant_id, carrier_id, number) WHERE NOT folded;

-- How many questions a carrier's account still allows, and whether it is left in peace after failures.
CREATE TABLE tracking.budgets (
    tenant_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    per_hour int NOT NULL DEFAULT 3600 CHECK (per_hour > 0),
    tokens double precision NOT NULL,
    filled_at timestamptz NOT NULL,
    failures int NOT NULL DEFAULT 0,
    resumes_at timestamptz,
    PRIMARY KEY (tenant_id, carrier_id)
);

-- Messages to customers: owed, then sent at most once per meaning.
CREATE TABLE tracking.messages (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'owed',
    seq int NOT NULL DEFAULT 1,
    order_id uuid NOT NULL,
    tracker_id uuid,
    merchant_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('mail', 'sms')),
    topic text NOT NULL,
    meaning text NOT NULL,
    recipient text NOT NULL,
    language text NOT NULL DEFAULT 'en',
    facts jsonb NOT NULL DEFAULT '{}',
    subject text,
    body text,
    owed_at timestamptz NOT NULL,
    due_at timestamptz,
    attempts int NOT NULL DEFAULT 0,
    sent_at timestamptz,
    provider_ref text,
    refusal text,
    in_doubt boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT said_once UNIQUE (tenant_id, meaning)
) WITH (fillfactor = 80);
CREATE INDEX messages_of_order ON tracking.messages (tenant_id, order_id);
CREATE INDEX messages_to_send ON tracking.messages (tenant_id, state, id) WHERE state IN ('owed', 'sending');
CREATE INDEX messages_failed ON tracking.messages (tenant_id, id DESC) WHERE state = 'failed';
CREATE INDEX messages_by_age ON tracking.messages (tenant_id, id DESC);

-- Addresses that are never written to again.
CREATE TABLE tracking.suppressions (
    tenant_id uuid NOT NULL,
    recipient text NOT NULL,
    why text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, recipient)
);

-- The last mile: from the local center to the address, with our own vans.

CREATE SCHEMA delivery;

-- A van's tour of one day. `changes` is what the driver has not yet seen of a plan that was changed after it was made.
CREATE TABLE delivery.routes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'planned',
    seq int NOT NULL DEFAULT 1,
    number bigint NOT NULL,
    site_id uuid NOT NULL,
    van_id uuid NOT NULL,
    driver text,
    driver_name text,
    day date NOT NULL,
    planned_at timestamptz NOT NULL,
    departs_at timestamptz NOT NULL,
    returns_at timestamptz NOT NULL,
    departed_at timestamptz,
    distance_m int NOT NULL CHECK (distance_m >= 0),
    reasons jsonb NOT NULL DEFAULT '[]',
    changes jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT route_number_taken UNIQUE (tenant_id, number)
);
CREATE INDEX routes_of_day ON delivery.routes (tenant_id, site_id, day);
CREATE UNIQUE INDEX van_has_a_route ON delivery.routes (tenant_id, van_id)
    WHERE state IN ('planned', 'loading', 'driving');

-- One parcel's way to its door: the same stop over all attempts. `told_from` and `told_until` are what the customer was told.
CREATE TABLE delivery.stops (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'expected',
    seq int NOT NULL DEFAULT 1,
    label_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    order_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    tracking_number text NOT NULL,
    sscc text,
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    place_from text NOT NULL CHECK (place_from IN ('address', 'person', 'postal_code', 'center')),
    weight_g int NOT NULL CHECK (weight_g >= 0),
    volume_ml bigint NOT NULL CHECK (volume_ml >= 0),
    window_from timestamptz,
    window_until timestamptz,
    pin text NOT NULL,
    pin_tries int NOT NULL DEFAULT 0,
    attempt int NOT NULL DEFAULT 0,
    not_before timestamptz,
    route_id uuid,
    position int,
    planned_at timestamptz,
    eta timestamptz,
    told_from timestamptz,
    told_until timestamptz,
    left_out text,
    scanned_in_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT one_stop_a_label UNIQUE (tenant_id, label_id),
    CONSTRAINT window_ends_after_it_starts CHECK (window_until > window_from)
);
CREATE INDEX stops_of_order ON delivery.stops (tenant_id, order_id);
CREATE INDEX stops_of_route ON delivery.stops (tenant_id, route_id, position) WHERE route_id IS NOT NULL;
CREATE INDEX stops_at_center ON delivery.stops (tenant_id, site_id, state)
    WHERE state IN ('expected', 'at_center', 'failed');
CREATE INDEX stops_open ON delivery.stops (tenant_id, state) WHERE state NOT IN ('delivered', 'returned');
CREATE INDEX stops_by_number ON delivery.stops (tenant_id, tracking_number);
CREATE INDEX stops_by_sscc ON delivery.stops (tenant_id, sscc) WHERE sscc IS NOT NULL;

-- A plan that an optimizer made and that nobody has accepted yet, with what it leaves out and why.
CREATE TABLE delivery.proposals (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    day date NOT NULL,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL,
    plan jsonb NOT NULL,
    settled_at timestamptz,
    accepted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX proposals_open ON delivery.proposals (tenant_id, site_id, made_at DESC) WHERE settled_at IS NULL;

-- Every try to hand a parcel over, with how it ended; one that was a slip of the finger is marked undone.
CREATE TABLE delivery.attempts (
    tenant_id uuid NOT NULL,
    stop_id uuid NOT NULL,
    attempt int NOT NULL,
    route_id uuid NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('delivered', 'failed')),
    reason text,
    note text NOT NULL DEFAULT '',
    driver text NOT NULL,
    lat double precision,
    lon double precision,
    distance_m int,
    occurred_at timestamptz NOT NULL,
    undone_at timestamptz,
    PRIMARY KEY (tenant_id, stop_id, attempt)
);

-- What proves a delivery; append-only. `sha256` is over everything in the row.
CREATE TABLE delivery.proofs (
    tenant_id uuid NOT NULL,
    stop_id uuid NOT NULL,
    attempt int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('signature', 'photo', 'pin')),
    received_by text NOT NULL DEFAULT '',
    signature text,
    photo bytea,
    lat double precision,
    lon double precision,
    accuracy_m int,
    distance_m int,
    sha256 bytea NOT NULL,
    occurred_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, stop_id, attempt)
);

-- Where each device of a van was last; the newest by the device's own sequence number, never by its clock. `driven_m` adds up
-- the way between its positions, `gaps` counts those too far apart to tell how the van drove between them.
CREATE TABLE delivery.positions (
    tenant_id uuid NOT NULL,
    van_id uuid NOT NULL,
    device text NOT NULL,
    device_seq bigint NOT NULL,
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    accuracy_m int,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    driven_m bigint NOT NULL DEFAULT 0 CHECK (driven_m >= 0),
    gaps int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, van_id, device)
);

-- A leg as it was driven, from leaving a door (null: the center) to arriving at the next. `driven_m` is null where the device did
-- not tell enough; `device`, `odometer_m` and `gaps` are its reading on arrival, from which the next leg is measured.
CREATE TABLE delivery.legs (
    tenant_id uuid NOT NULL,
    stop_id uuid NOT NULL,
    attempt int NOT NULL,
    site_id uuid NOT NULL,
    route_id uuid NOT NULL,
    from_stop_id uuid,
    left_at timestamptz NOT NULL,
    arrived_at timestamptz NOT NULL CHECK (arrived_at > left_at),
    device text,
    odometer_m bigint,
    gaps int,
    driven_m int CHECK (driven_m >= 0),
    PRIMARY KEY (tenant_id, stop_id, attempt)
);
CREATE INDEX legs_of_site ON delivery.legs (tenant_id, site_id, arrived_at);
CREATE INDEX legs_of_route ON delivery.legs (tenant_id, route_id, arrived_at);

-- How vans drive around a center, learned from the legs: at each hour of its local time, and over the whole day (hour -1).
CREATE TABLE delivery.experience (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    hour smallint NOT NULL CHECK (hour BETWEEN -1 AND 23),
    circuity_percent int NOT NULL CHECK (circuity_percent >= 100),
    speed_m_h int NOT NULL CHECK (speed_m_h > 0),
    leg_s int NOT NULL CHECK (leg_s >= 0),
    legs int NOT NULL CHECK (legs > 0),
    learned_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, site_id, hour)
);

-- What the customer says, what comes back, and what the house learns.

CREATE SCHEMA feedback;

-- The customer's own word on a parcel: "I have it" or "something is wrong".
CREATE TABLE feedback.confirmations (
    tenant_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    order_id uuid NOT NULL,
    received boolean NOT NULL,
    note text NOT NULL DEFAULT '',
    said_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, parcel_id)
);

-- One answer per question and order; changing one's mind keeps the history in the journal.
CREATE TABLE feedback.ratings (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'given',
    seq int NOT NULL DEFAULT 1,
    order_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    question text NOT NULL CHECK (question IN ('delivery')),
    score int NOT NULL CHECK (score BETWEEN 1 AND 5),
    comment text NOT NULL DEFAULT '',
    said_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT rated_once UNIQUE (tenant_id, order_id, question)
);
CREATE INDEX ratings_by_age ON feedback.ratings (tenant_id, said_at DESC);

-- Something that a person must answer.
CREATE TABLE feedback.cases (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open',
    seq int NOT NULL DEFAULT 1,
    order_id uuid NOT NULL,
    parcel_id uuid,
    merchant_id uuid NOT NULL,
    cause text NOT NULL CHECK (cause IN ('unhappy', 'not_received', 'damaged', 'wrong_item', 'other')),
    said text NOT NULL DEFAULT '',
    answer text,
    opened_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX one_open_case_a_cause ON feedback.cases (tenant_id, order_id, cause) WHERE state <> 'closed';
CREATE INDEX cases_open ON feedback.cases (tenant_id, opened_at) WHERE state <> 'closed';

-- Goods on their way back.
CREATE TABLE feedback.returns (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'asked',
    seq int NOT NULL DEFAULT 1,
    number bigint NOT NULL,
    order_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    reason text NOT NULL,
    note text NOT NULL DEFAULT '',
    rule text NOT NULL DEFAULT '',
    tracking_number text,
    label_pdf bytea,
    refund_minor bigint NOT NULL DEFAULT 0 CHECK (refund_minor >= 0),
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT return_number_taken UNIQUE (tenant_id, number)
);
CREATE INDEX returns_of_order ON feedback.returns (tenant_id, order_id);
CREATE INDEX returns_open ON feedback.returns (tenant_id, state, asked_at) WHERE state IN ('asked', 'approved', 'in_transit', 'received');
CREATE INDEX returns_by_number ON feedback.returns (tenant_id, tracking_number) WHERE tracking_number IS NOT NULL;

-- What comes back of which line, as it was ordered, and what is paid back for it.
CREATE TABLE feedback.return_lines (
    tenant_id uuid NOT NULL,
    return_id uuid NOT NULL,
    line_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    refund_minor bigint NOT NULL CHECK (refund_minor >= 0),
    PRIMARY KEY (tenant_id, return_id, line_id),
    FOREIGN KEY (tenant_id, return_id) REFERENCES feedback.returns (tenant_id, id)
);
CREATE INDEX return_lines_of_line ON feedback.return_lines (tenant_id, line_id);

-- The goods of a returned line, a kit by its components: how many came, how they were found, how many went back to stock.
CREATE TABLE feedback.return_items (
    tenant_id uuid NOT NULL,
    return_id uuid NOT NULL,
    line_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    received int NOT NULL DEFAULT 0 CHECK (received >= 0),
    restocked int NOT NULL DEFAULT 0 CHECK (restocked BETWEEN 0 AND received),
    grade text CHECK (grade IN ('a', 'b', 'c', 'scrap')),
    PRIMARY KEY (tenant_id, return_id, line_id, product_id),
    FOREIGN KEY (tenant_id, return_id) REFERENCES feedback.returns (tenant_id, id)
);
