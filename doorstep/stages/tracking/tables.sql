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
