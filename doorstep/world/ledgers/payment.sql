-- The payment processor's own books, in SQLite. Times are seconds since 1970.

-- What was set by the control endpoints.
CREATE TABLE IF NOT EXISTS world.settings (
    name text PRIMARY KEY,
    value text NOT NULL
);

-- Money promised; one that is not voided or declined per reference.
CREATE TABLE IF NOT EXISTS world.payments (
    id text PRIMARY KEY,
    account text NOT NULL,
    reference text NOT NULL,
    token text NOT NULL,
    amount_minor integer NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    captured_minor integer NOT NULL DEFAULT 0 CHECK (captured_minor BETWEEN 0 AND amount_minor),
    refunded_minor integer NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND captured_minor),
    decline_code text,
    voided_at real,
    made_at real NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS world.one_live_payment ON payments (account, reference)
    WHERE decline_code IS NULL AND voided_at IS NULL;

-- The first answer to each key, so that a repeated call does nothing twice.
CREATE TABLE IF NOT EXISTS world.answers (
    account text NOT NULL,
    idempotency_key text NOT NULL,
    request_hash text NOT NULL,
    status integer NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (account, idempotency_key)
);

-- Every movement of money, append-only: the independent witness.
CREATE TABLE IF NOT EXISTS world.entries (
    id text PRIMARY KEY,
    account text NOT NULL,
    payment_id text NOT NULL,
    kind text NOT NULL,
    reference text NOT NULL,
    amount_minor integer NOT NULL,
    made_at real NOT NULL
);
CREATE INDEX IF NOT EXISTS world.entries_of_payment ON entries (payment_id);
