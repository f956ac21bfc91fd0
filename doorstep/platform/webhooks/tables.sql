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
