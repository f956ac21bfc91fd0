-- Scans, promises and what the customer is told.

CREATE SCHEMA tracking;

-- One parcel's story so far. `state` is the fold of its scans; the window is what we tell the customer now.
CREATE TABLE tracking.trackers (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'created',
    seq int NOT NULL DEFAULT 1,
    parcel_id uuid NOT NULL,
    label_id uuid NOT NULL,
    order_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    service_id uuid NOT NULL,
    number text NOT NULL,
    status_at timestamptz,
    last_scan_at timestamptz,
    window_from timestamptz,
    window_until timestamptz,
    window_why text NOT NULL DEFAULT '',
    window_changes int NOT NULL DEFAULT 0,
    lat double precision,
    lon double precision,
    poll_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT one_tracker_a_label UNIQUE (tenant_id, label_id)
);
CREATE INDEX trackers_of_parcel ON tracking.trackers (tenant_id, parcel_id);
CREATE INDEX trackers_under_way ON tracking.trackers (tenant_id, state)
    WHERE state NOT IN ('delivered', 'returned', 'lost', 'canceled');
CREATE INDEX trackers_of_order ON tracking.trackers (tenant_id, order_id);
CREATE INDEX trackers_by_number ON tracking.trackers (tenant_id, carrier_id, number);
CREATE INDEX trackers_to_poll ON tracking.trackers (tenant_id, poll_at) WHERE poll_at IS NOT NULL;
CREATE INDEX trackers_in_trouble ON tracking.trackers (tenant_id, state) WHERE state IN ('delayed', 'held', 'attempt_failed', 'returning', 'lost', 'damaged');

-- Everything a carrier or our fleet said about a parcel; append-only. The key is the meaning, so repeats are one row.
CREATE TABLE tracking.scans (
    tenant_id uuid NOT NULL,
    tracker_id uuid NOT NULL,
    key text NOT NULL,
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
    PRIMARY KEY (tenant_id, tracker_id, key)
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
    sent_at timestamptz,
    provider_ref text,
    refusal text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT said_once UNIQUE (tenant_id, meaning)
);
CREATE INDEX messages_of_order ON tracking.messages (tenant_id, order_id);

-- Addresses that are never written to again.
CREATE TABLE tracking.suppressions (
    tenant_id uuid NOT NULL,
    recipient text NOT NULL,
    why text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, recipient)
);
