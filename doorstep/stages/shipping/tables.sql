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
