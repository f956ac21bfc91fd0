-- Goods that are kept before an order, and orders that are not yet binding.

-- Goods kept for a basket until a moment: its reservations have this id in place of an order's. `order_id` is the order that they were
-- given to.
CREATE TABLE orders.baskets (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    lines jsonb NOT NULL,
    until timestamptz NOT NULL,
    made_at timestamptz NOT NULL,
    order_id uuid,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX baskets_by_end ON orders.baskets (tenant_id, until);

-- Orders made by hand, by phone for instance, until they are placed or dropped. `body` is the order as it would be sent, maybe not whole
-- yet; it is emptied when the draft ends. `basket_id` are the goods that are kept for it.
CREATE TABLE orders.drafts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open',
    seq int NOT NULL DEFAULT 1,
    merchant_id uuid NOT NULL,
    body jsonb NOT NULL,
    basket_id uuid, order_id uuid,
    made_by text NOT NULL, made_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX drafts_newest ON orders.drafts (tenant_id, state, changed_at DESC, id);
