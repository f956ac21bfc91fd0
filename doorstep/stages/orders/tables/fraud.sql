-- What makes an order suspicious of fraud, as the company says it.

-- Rules: an order that one of them hits is held for `fraud`. `merchant_id` NULL: of every merchant. A `velocity` rule hits the order after
-- `most` of the last `hours` that have the same `same_by`; an amount is in minor units of `currency`.
CREATE TABLE orders.fraud_rules (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    merchant_id uuid,
    kind text NOT NULL CHECK (kind IN ('velocity', 'amount', 'first_amount', 'phone_abroad')),
    same_by text CHECK (same_by IN ('email', 'phone', 'address', 'card')),
    most int CHECK (most > 0),
    hours int CHECK (hours BETWEEN 1 AND 720),
    amount_minor bigint CHECK (amount_minor > 0),
    currency text CHECK (currency ~ '^[A-Z]{3}$'),
    made_by text NOT NULL, made_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT velocity_is_whole CHECK (kind <> 'velocity' OR (same_by IS NOT NULL AND most IS NOT NULL AND hours IS NOT NULL)),
    CONSTRAINT amount_is_whole CHECK (kind NOT IN ('amount', 'first_amount') OR (amount_minor IS NOT NULL AND currency IS NOT NULL))
);

-- Whom an order is held for whenever it comes: `value` is folded, so that another spelling is the same.
CREATE TABLE orders.fraud_blocks (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    merchant_id uuid,
    field text NOT NULL CHECK (field IN ('email', 'domain', 'phone', 'name', 'address', 'card')),
    value text NOT NULL, shown text NOT NULL,
    note text NOT NULL DEFAULT '',
    made_by text NOT NULL, made_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT blocked_already UNIQUE NULLS NOT DISTINCT (tenant_id, field, value, merchant_id)
);

-- What velocity rules count, written only where there is such a rule: that an order of then had this in it, as a digest. Forgotten after
-- thirty days.
CREATE TABLE orders.fraud_marks (
    tenant_id uuid NOT NULL,
    mark text NOT NULL,
    placed_at timestamptz NOT NULL,
    order_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, mark, placed_at, order_id)
);
CREATE INDEX fraud_marks_by_age ON orders.fraud_marks (tenant_id, placed_at);
