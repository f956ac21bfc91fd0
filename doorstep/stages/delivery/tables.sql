-- The last mile: from the local center to the address, with our own vans.

CREATE SCHEMA delivery;

-- A van's tour of one day.
CREATE TABLE delivery.routes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'planned',
    seq int NOT NULL DEFAULT 1,
    number bigint NOT NULL,
    site_id uuid NOT NULL,
    van_id uuid NOT NULL,
    driver_id uuid,
    day date NOT NULL,
    planned_at timestamptz NOT NULL,
    departs_at timestamptz NOT NULL,
    returns_at timestamptz NOT NULL,
    distance_m int NOT NULL,
    reasons jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT route_number_taken UNIQUE (tenant_id, number)
);
CREATE INDEX routes_of_day ON delivery.routes (tenant_id, site_id, day);
CREATE INDEX routes_of_van ON delivery.routes (tenant_id, van_id, day);

-- One parcel's way to its door: the same stop over all attempts.
CREATE TABLE delivery.stops (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'expected',
    seq int NOT NULL DEFAULT 1,
    parcel_id uuid NOT NULL,
    label_id uuid NOT NULL,
    order_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    tracking_number text NOT NULL,
    sscc text,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    weight_g int NOT NULL,
    volume_ml bigint NOT NULL,
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
    scanned_in_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT one_stop_a_label UNIQUE (tenant_id, label_id)
);
CREATE INDEX stops_of_parcel ON delivery.stops (tenant_id, parcel_id);
CREATE INDEX stops_of_order ON delivery.stops (tenant_id, order_id);
CREATE INDEX stops_of_route ON delivery.stops (tenant_id, route_id, position) WHERE route_id IS NOT NULL;
CREATE INDEX stops_at_center ON delivery.stops (tenant_id, site_id, state) WHERE state IN ('expected', 'at_center', 'failed');
CREATE INDEX stops_by_number ON delivery.stops (tenant_id, tracking_number);

-- Every try to hand a parcel over, with how it ended.
CREATE TABLE delivery.attempts (
    tenant_id uuid NOT NULL,
    stop_id uuid NOT NULL,
    attempt int NOT NULL,
    route_id uuid NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('delivered', 'failed')),
    reason text,
    note text NOT NULL DEFAULT '',
    driver text NOT NULL,
    occurred_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, stop_id, attempt)
);

-- What proves a delivery; append-only.
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
    distance_m int,
    sha256 bytea NOT NULL,
    occurred_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, stop_id, attempt)
);

-- Where each van is; the newest by its own sequence number.
CREATE TABLE delivery.positions (
    tenant_id uuid NOT NULL,
    van_id uuid NOT NULL,
    device_seq bigint NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, van_id)
);
