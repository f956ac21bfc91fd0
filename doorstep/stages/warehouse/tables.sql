-- Pick and pack: accepted orders become work on the floor, goods become parcels.

CREATE SCHEMA warehouse;

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
    tote text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT one_fulfillment_a_site UNIQUE (tenant_id, order_id, site_id)
) WITH (fillfactor = 80);
CREATE INDEX fulfillments_to_do ON warehouse.fulfillments (tenant_id, site_id, state, ship_by)
    WHERE state IN ('waiting', 'batched', 'picking', 'picked', 'short');
CREATE INDEX fulfillments_of_batch ON warehouse.fulfillments (tenant_id, batch_id) WHERE batch_id IS NOT NULL;
CREATE UNIQUE INDEX one_fulfillment_a_tote ON warehouse.fulfillments (tenant_id, site_id, tote)
    WHERE tote IS NOT NULL AND state IN ('picking', 'picked');

-- What a fulfillment order is made of: components, not kits.
CREATE TABLE warehouse.items (
    tenant_id uuid NOT NULL,
    fulfillment_id uuid NOT NULL,
    line_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity >= 0),
    picked int NOT NULL DEFAULT 0,
    packed int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, fulfillment_id, line_id, product_id),
    CONSTRAINT packed_above_picked CHECK (0 <= packed AND packed <= picked AND picked <= quantity),
    FOREIGN KEY (tenant_id, fulfillment_id) REFERENCES warehouse.fulfillments (tenant_id, id)
) WITH (fillfactor = 80);

-- A cart's walk: fulfillment orders that are picked together, each into a tote of its own.
CREATE TABLE warehouse.batches (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'planned',
    seq int NOT NULL DEFAULT 1,
    number bigint NOT NULL,
    site_id uuid NOT NULL,
    walk_mm bigint NOT NULL,
    reasons jsonb NOT NULL DEFAULT '{}',
    planned_at timestamptz NOT NULL,
    picker_id uuid,
    picker text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT batch_number_taken UNIQUE (tenant_id, number)
);
CREATE INDEX batches_open ON warehouse.batches (tenant_id, site_id, state, planned_at)
    WHERE state IN ('planned', 'picking');

-- One stop of a walk: take this many of this product from this bin into the tote of that fulfillment order.
CREATE TABLE warehouse.picks (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    batch_id uuid NOT NULL,
    position int NOT NULL,
    fulfillment_id uuid NOT NULL,
    line_id uuid NOT NULL,
    product_id uuid NOT NULL,
    place text NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    picked int NOT NULL DEFAULT 0 CHECK (picked >= 0),
    short int NOT NULL DEFAULT 0 CHECK (short >= 0),
    done_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT picked_above_asked CHECK (picked + short <= quantity),
    FOREIGN KEY (tenant_id, batch_id) REFERENCES warehouse.batches (tenant_id, id)
) WITH (fillfactor = 80);
CREATE INDEX picks_of_batch ON warehouse.picks (tenant_id, batch_id, position);
CREATE INDEX picks_of_fulfillment ON warehouse.picks (tenant_id, fulfillment_id);
CREATE INDEX picks_at_place ON warehouse.picks (tenant_id, place, product_id) WHERE done_at IS NULL;

-- Scans already answered, so that a scan sent twice counts once.
CREATE TABLE warehouse.scans (
    tenant_id uuid NOT NULL,
    command_id text NOT NULL,
    scanned_at timestamptz NOT NULL,
    answer jsonb NOT NULL,
    PRIMARY KEY (tenant_id, command_id)
);

-- A packed box. What happens to it later stands with shipping, tracking and delivery.
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
    length_mm int,
    width_mm int,
    height_mm int,
    expected_g int NOT NULL DEFAULT 0,
    weight_g int,
    slip bytea,
    packed_by text,
    packed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT parcel_number_taken UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, fulfillment_id) REFERENCES warehouse.fulfillments (tenant_id, id)
);
CREATE INDEX parcels_of_fulfillment ON warehouse.parcels (tenant_id, fulfillment_id);
CREATE INDEX parcels_of_order ON warehouse.parcels (tenant_id, order_id);
CREATE INDEX parcels_to_ship ON warehouse.parcels (tenant_id, site_id, packed_at) WHERE state = 'packed';

-- What lies in a parcel.
CREATE TABLE warehouse.parcel_items (
    tenant_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    line_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (tenant_id, parcel_id, line_id, product_id),
    FOREIGN KEY (tenant_id, parcel_id) REFERENCES warehouse.parcels (tenant_id, id)
);
