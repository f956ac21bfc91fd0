-- Goods on their way in, and what came of them.

-- Who sends goods to a merchant, and what is agreed: how much over is taken in, and whether counters see what is expected.
CREATE TABLE inventory.suppliers (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    code text NOT NULL CHECK (code <> ''),
    name text NOT NULL,
    over_percent int NOT NULL DEFAULT 0 CHECK (over_percent BETWEEN 0 AND 100),
    hides_expected boolean NOT NULL DEFAULT false,
    sends_unannounced boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT supplier_code_taken UNIQUE (tenant_id, merchant_id, code)
);

-- What a supplier is to bring, as ordered (the reference is the order's number) or announced, and how far it has come.
CREATE TABLE inventory.arrivals (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'expected',
    seq int NOT NULL DEFAULT 1,
    site_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    reference text NOT NULL CHECK (reference <> ''),
    announced boolean NOT NULL,
    expected_on date,
    carrier text NOT NULL DEFAULT '',
    carrier_reference text NOT NULL DEFAULT '',
    made_at timestamptz NOT NULL,
    began_at timestamptz,
    closed_at timestamptz CHECK (closed_at >= began_at),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT arrival_reference_taken UNIQUE (tenant_id, supplier_id, reference),
    FOREIGN KEY (tenant_id, supplier_id) REFERENCES inventory.suppliers (tenant_id, id)
);
CREATE INDEX arrivals_by_day ON inventory.arrivals (tenant_id, coalesce(expected_on, '9999-12-31'::date), id)
    WHERE state IN ('expected', 'arriving', 'open');
CREATE INDEX arrivals_by_age ON inventory.arrivals (tenant_id, id) WHERE state IN ('closed', 'canceled');
CREATE INDEX arrivals_of_supplier ON inventory.arrivals (tenant_id, supplier_id, closed_at);

-- How much of which product; nothing is expected of one that came without being announced. `why` explains a difference.
CREATE TABLE inventory.arrival_lines (
    tenant_id uuid NOT NULL,
    arrival_id uuid NOT NULL,
    product_id uuid NOT NULL,
    position int NOT NULL,
    expected int NOT NULL CHECK (expected >= 0),
    lot text NOT NULL DEFAULT '',
    expires_on date,
    why text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, arrival_id, product_id),
    FOREIGN KEY (tenant_id, arrival_id) REFERENCES inventory.arrivals (tenant_id, id)
);
CREATE INDEX arrival_lines_of_product ON inventory.arrival_lines (tenant_id, product_id);

-- The plates (SSCC) that an arrival comes on, which of them were scanned at the door, and since when what is on them is taken in
-- as a whole; `onto` is the plate that one stands on, if the supplier said so.
CREATE TABLE inventory.arrival_plates (
    tenant_id uuid NOT NULL,
    sscc text NOT NULL CHECK (sscc ~ '^[0-9]{18}$'),
    arrival_id uuid NOT NULL,
    onto text NOT NULL DEFAULT '' CHECK (onto <> sscc),
    arrived_at timestamptz,
    unloaded_at timestamptz CHECK (arrived_at IS NOT NULL OR unloaded_at IS NULL),
    CONSTRAINT plate_taken PRIMARY KEY (tenant_id, sscc),
    FOREIGN KEY (tenant_id, arrival_id) REFERENCES inventory.arrivals (tenant_id, id)
);
CREATE INDEX plates_of_arrival ON inventory.arrival_plates (tenant_id, arrival_id);

-- What a supplier says stands on a plate, without what stands on the plates on it: a part of the arrival's lines.
CREATE TABLE inventory.arrival_plate_lines (
    tenant_id uuid NOT NULL,
    sscc text NOT NULL,
    product_id uuid NOT NULL,
    lot text NOT NULL DEFAULT '',
    expires_on date,
    quantity int NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (tenant_id, sscc, product_id, lot),
    FOREIGN KEY (tenant_id, sscc) REFERENCES inventory.arrival_plates (tenant_id, sscc)
);

-- What later stages want of products and could not get, by whom it is wanted (an order): goods that come in go there first.
-- Kept for a while after it was filled, so that closing an arrival can say what it did.
CREATE TABLE inventory.wants (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    wanted_at timestamptz NOT NULL,
    filled_at timestamptz,
    PRIMARY KEY (tenant_id, order_id, product_id)
);
CREATE INDEX wants_of_product ON inventory.wants (tenant_id, product_id);
CREATE INDEX wants_open ON inventory.wants (tenant_id, order_id) WHERE filled_at IS NULL;
CREATE INDEX wants_filled ON inventory.wants (tenant_id, filled_at) WHERE filled_at IS NOT NULL;

-- Goods that somebody has to look at before they are sold: they lie in `quality_check`. `good` of them passed.
CREATE TABLE inventory.inspections (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    seq int NOT NULL DEFAULT 1,
    arrival_id uuid,
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    lot text NOT NULL DEFAULT '',
    quantity int NOT NULL CHECK (quantity > 0),
    good int CHECK (good BETWEEN 0 AND quantity),
    why text NOT NULL,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, arrival_id) REFERENCES inventory.arrivals (tenant_id, id)
);
CREATE INDEX inspections_waiting ON inventory.inspections (tenant_id, asked_at, id) WHERE state = 'waiting';

-- What was taken in of an arrival, scan by scan, in which condition, and where it was put: `offered` is the place that was offered
-- first, `placed_why` why another one was taken. What is refused goes back and never lies anywhere.
CREATE TABLE inventory.receipts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    arrival_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    condition text NOT NULL CHECK (condition IN ('accepted', 'quality_check', 'damaged', 'refused')),
    why text NOT NULL DEFAULT '',
    lot text NOT NULL DEFAULT '',
    plate text NOT NULL DEFAULT '',
    place text NOT NULL DEFAULT '',
    offered text NOT NULL DEFAULT '',
    placed_why text NOT NULL DEFAULT '',
    actor text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT refused_lies_nowhere CHECK ((condition = 'refused') = (place = '')),
    FOREIGN KEY (tenant_id, arrival_id) REFERENCES inventory.arrivals (tenant_id, id)
);
CREATE INDEX receipts_elsewhere ON inventory.receipts (tenant_id, offered) WHERE placed_why <> '';
CREATE INDEX receipts_of_arrival ON inventory.receipts (tenant_id, arrival_id, product_id);
