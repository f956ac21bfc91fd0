-- Rate, label, manifest, hand over: a parcel gets a carrier and leaves the house.

CREATE SCHEMA shipping;

-- A label purchase: bought exactly once through owed, sent, and bought, refused or unknown.
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
    carrier_id uuid,
    service_id uuid,
    reference text NOT NULL,
    price_minor bigint,
    currency text,
    reasons jsonb NOT NULL DEFAULT '[]',
    refusal text,
    sent_at timestamptz,
    tracking_number text,
    sscc text,
    carrier_ref text,
    zpl text,
    pdf bytea,
    manifest_id uuid,
    handed_over_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT one_label_a_generation UNIQUE (tenant_id, parcel_id, generation),
    CONSTRAINT sscc_taken UNIQUE (tenant_id, sscc)
);
CREATE INDEX labels_of_order ON shipping.labels (tenant_id, order_id);
CREATE INDEX labels_by_number ON shipping.labels (tenant_id, tracking_number);
CREATE INDEX labels_open ON shipping.labels (tenant_id, state) WHERE state IN ('owed', 'sent', 'refused', 'unknown', 'voiding');
CREATE INDEX labels_to_manifest ON shipping.labels (tenant_id, site_id, carrier_id) WHERE state = 'bought' AND handed_over_at IS NULL;

-- A list of parcels that a carrier takes over at once.
CREATE TABLE shipping.manifests (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open',
    seq int NOT NULL DEFAULT 1,
    number bigint NOT NULL,
    carrier_id uuid NOT NULL,
    site_id uuid NOT NULL,
    made_at timestamptz NOT NULL,
    carrier_ref text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT manifest_number_taken UNIQUE (tenant_id, number)
);
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
