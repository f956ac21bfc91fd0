-- The ground's own tables. `directory` holds the few globally unique things; `platform` is per tenant.

CREATE SCHEMA directory;
CREATE SCHEMA platform;

-- The operating companies. A tenant with `clock_base` lives on a simulated clock. `wanted_events` is what its webhooks want to hear
-- of, kept here because every transaction reads this row anyway.
CREATE TABLE directory.tenants (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text NOT NULL,
    suspended_at timestamptz,
    clock_base timestamptz,
    clock_set_at timestamptz,
    clock_rate double precision NOT NULL DEFAULT 0 CHECK (clock_rate >= 0),
    wanted_events text[] NOT NULL DEFAULT '{}'
);

-- A sign-in name leads to its tenant and person; names are unique over all tenants.
CREATE TABLE directory.logins (
    login text PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES directory.tenants (id),
    user_id uuid NOT NULL UNIQUE,
    password_hash text NOT NULL,
    failures int NOT NULL DEFAULT 0,
    locked_until timestamptz
);

-- Signed-in browsers; the cookie's hash leads to the person.
CREATE TABLE directory.sessions (
    token_hash bytea PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES directory.tenants (id),
    user_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
);

-- API keys, hashed; shown once when made.
CREATE TABLE directory.api_keys (
    key_hash bytea PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    tenant_id uuid NOT NULL REFERENCES directory.tenants (id),
    name text NOT NULL,
    scopes text[] NOT NULL,
    merchant_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

-- People of a tenant. A person of role merchant sees only that merchant's goods and orders.
CREATE TABLE platform.users (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    login text NOT NULL,
    name text NOT NULL,
    roles text[] NOT NULL,
    merchant_id uuid,
    disabled_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, login)
);

-- The journal: everything that ever happened, append-only. `seq` counts per subject from 1.
CREATE TABLE platform.events (
    tenant_id uuid NOT NULL,
    subject uuid NOT NULL,
    seq int NOT NULL CHECK (seq > 0),
    kind text NOT NULL,
    name text NOT NULL,
    act text,
    was text,
    now text,
    actor text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    facts jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, subject, seq)
);
CREATE INDEX events_by_time ON platform.events (tenant_id, recorded_at);

-- What is owed: one row per event and listener until done. Recurring rows are the timers.
CREATE TABLE platform.tasks (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    subject uuid NOT NULL,
    seq int NOT NULL,
    recurs_s double precision,
    due_at timestamptz NOT NULL DEFAULT now(),
    attempts int NOT NULL DEFAULT 0,
    fence int NOT NULL DEFAULT 0,
    leased_until timestamptz,
    error text,
    dead_at timestamptz,
    PRIMARY KEY (tenant_id, name, subject, seq)
);
CREATE INDEX tasks_due ON platform.tasks (tenant_id, due_at) WHERE dead_at IS NULL;
CREATE INDEX tasks_dead ON platform.tasks (tenant_id, dead_at) WHERE dead_at IS NOT NULL;

-- The first answer to each idempotency key.
CREATE TABLE platform.answers (
    tenant_id uuid NOT NULL,
    caller text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash bytea NOT NULL,
    status int NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, caller, key)
);
CREATE INDEX answers_by_age ON platform.answers (tenant_id, created_at);

-- Human numbers (orders, parcels, returns) count per tenant and series.
CREATE TABLE platform.counters (
    tenant_id uuid NOT NULL,
    series text NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (tenant_id, series)
);
