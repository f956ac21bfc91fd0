-- Bins that are picked from and are to be kept filled from bulk, and with how much of what.

-- How much of a product a face should hold at least, once what is promised is picked, and how much fits.
CREATE TABLE inventory.faces (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    place text NOT NULL CHECK (place LIKE 'bin:%'),
    min_units int NOT NULL CHECK (min_units >= 0),
    max_units int NOT NULL CHECK (max_units > min_units),
    PRIMARY KEY (tenant_id, site_id, product_id, place)
);

-- Walks from bulk to a face: so many units, and why. One at a time for a face.
CREATE TABLE inventory.refills (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    seq int NOT NULL DEFAULT 1,
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    from_place text NOT NULL,
    to_place text NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    why text NOT NULL,
    moved int CHECK (moved >= 0),
    taken_by text,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX one_open_refill ON inventory.refills (tenant_id, site_id, product_id, to_place)
    WHERE state IN ('waiting', 'taken');
CREATE INDEX refills_open ON inventory.refills (tenant_id, asked_at, id) WHERE state IN ('waiting', 'taken');
