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
