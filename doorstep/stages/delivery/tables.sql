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
