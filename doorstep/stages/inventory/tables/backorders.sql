-- Products that may be ordered beyond what is there: up to how many units may be owed at once, and from which day on goods leave (a
-- pre-order until then). `owed` is the sum of the backorders; the row is locked by whoever changes it.
CREATE TABLE inventory.backorder_terms (
    tenant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    most int NOT NULL CHECK (most >= 0),
    ships_on date,
    owed int NOT NULL DEFAULT 0 CHECK (owed >= 0),
    PRIMARY KEY (tenant_id, product_id)
) WITH (fillfactor = 70);

-- Units that were ordered without being there: a reservation takes their place when goods come in.
CREATE TABLE inventory.backorders (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    line_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    owed_since timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, order_id, line_id, product_id)
);
