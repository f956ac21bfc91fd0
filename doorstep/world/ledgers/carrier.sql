-- The carrier's own books, in SQLite. Times are seconds since 1970.

-- What was set by the control endpoints: the clock, the mishaps.
CREATE TABLE IF NOT EXISTS world.settings (
    name text PRIMARY KEY,
    value text NOT NULL
);

-- What the carrier sells, and for how much.
CREATE TABLE IF NOT EXISTS world.services (
    code text PRIMARY KEY,
    prefix text NOT NULL,
    days_min integer NOT NULL,
    days_max integer NOT NULL,
    base_minor integer NOT NULL,
    per_kg_minor integer NOT NULL,
    currency text NOT NULL
);

-- Where each account wants to hear of its parcels.
CREATE TABLE IF NOT EXISTS world.hooks (
    account text PRIMARY KEY,
    url text NOT NULL,
    secret text NOT NULL
);

-- Labels sold: one per idempotency key, and one that is not voided per reference.
CREATE TABLE IF NOT EXISTS world.shipments (
    id text PRIMARY KEY,
    account text NOT NULL,
    idempotency_key text NOT NULL,
    request_hash text NOT NULL,
    reference text NOT NULL,
    service text NOT NULL,
    tracking_number text NOT NULL UNIQUE,
    price_minor integer NOT NULL,
    currency text NOT NULL,
    body text NOT NULL,
    sold_at real NOT NULL,
    voided_at real,
    manifest_id text,
    handed_over_at real,
    UNIQUE (account, idempotency_key)
);
CREATE UNIQUE INDEX IF NOT EXISTS world.one_live_label ON shipments (account, reference) WHERE voided_at IS NULL;

-- Parcels handed over together.
CREATE TABLE IF NOT EXISTS world.manifests (
    id text PRIMARY KEY,
    account text NOT NULL,
    made_at real NOT NULL
);

-- What happens to each parcel and when; a row is known to the outside once its time has come.
CREATE TABLE IF NOT EXISTS world.scans (
    id text PRIMARY KEY,
    account text NOT NULL,
    tracking_number text NOT NULL,
    happens_at real NOT NULL,
    body text NOT NULL,
    hook_attempts integer NOT NULL DEFAULT 0,
    hook_due_at real NOT NULL DEFAULT 0,
    hook_done integer NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS world.scans_of_parcel ON scans (tracking_number, happens_at);
CREATE INDEX IF NOT EXISTS world.scans_to_tell ON scans (hook_done, happens_at);
