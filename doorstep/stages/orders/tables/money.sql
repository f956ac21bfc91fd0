-- Money of orders: what is asked, promised, taken and given back, and the accounts that do it.

-- Money asked, promised, taken and given back; one row per payment of an order. `reference` is the processor's name for
-- it; ours is the id and the attempt, which grows when a declined payment is tried again. `called_at` is the real time of the first
-- call of an attempt, `expires_at` when the promise ends by itself. `released_minor` is what the
-- order needs no more of it since it was changed: it is not taken, or was given back. `due_minor` is what parcels that have left
-- want of it, where money is taken by parts; `parts` says that the promise can be taken so.
CREATE TABLE orders.payments (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'owed',
    seq int NOT NULL DEFAULT 1,
    order_id uuid NOT NULL,
    processor text NOT NULL,
    method text NOT NULL, token text NOT NULL DEFAULT '',
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    captured_minor bigint NOT NULL DEFAULT 0 CHECK (captured_minor BETWEEN 0 AND amount_minor),
    refunded_minor bigint NOT NULL DEFAULT 0,
    released_minor bigint NOT NULL DEFAULT 0 CHECK (released_minor BETWEEN 0 AND amount_minor),
    due_minor bigint NOT NULL DEFAULT 0 CHECK (due_minor BETWEEN 0 AND amount_minor),
    parts boolean NOT NULL DEFAULT false,
    currency text NOT NULL, reference text, declined text,
    attempt int NOT NULL DEFAULT 1 CHECK (attempt > 0),
    asked_at timestamptz, called_at timestamptz, expires_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT refund_above_capture CHECK (refunded_minor BETWEEN 0 AND captured_minor)
);
CREATE INDEX payments_of_order ON orders.payments (tenant_id, order_id);
CREATE INDEX payments_by_reference ON orders.payments (tenant_id, reference) WHERE reference IS NOT NULL;
CREATE INDEX payments_in_trouble ON orders.payments (tenant_id, state, order_id) WHERE state IN ('declined', 'unknown', 'lapsed');
CREATE INDEX promises_ending ON orders.payments (tenant_id, expires_at) WHERE state = 'authorized' AND expires_at IS NOT NULL;

-- Accounts of merchants at payment processors, with sealed keys.
CREATE TABLE orders.accounts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('stripe')),
    merchant_id uuid NOT NULL,
    base_url text NOT NULL, api_key text NOT NULL, hook_secret text NOT NULL,
    renews boolean NOT NULL,
    made_at timestamptz NOT NULL,
    heard_at timestamptz, error text, error_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT one_account_a_kind UNIQUE (tenant_id, merchant_id, kind)
);

-- Their calls by name: a repeated one is known for a week.
CREATE TABLE orders.account_calls (
    tenant_id uuid NOT NULL, account_id uuid NOT NULL, call_id text NOT NULL, heard_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id, call_id)
);
CREATE INDEX account_calls_by_age ON orders.account_calls (tenant_id, heard_at);

-- Refunds asked of a payment, each done at most once under its own reference.
CREATE TABLE orders.refunds (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'owed',
    seq int NOT NULL DEFAULT 1,
    payment_id uuid NOT NULL,
    order_id uuid NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    reason text NOT NULL, reference text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT refund_asked_twice UNIQUE (tenant_id, payment_id, reference)
);
CREATE INDEX refunds_of_order ON orders.refunds (tenant_id, order_id);

-- Parts of payments that parcels want when they leave, each taken once under its own id.
CREATE TABLE orders.takings (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    payment_id uuid NOT NULL,
    order_id uuid NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    asked_at timestamptz NOT NULL, taken_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX takings_of_payment ON orders.takings (tenant_id, payment_id);
