-- Plates: pallets and cases with a number of their own, and which part of what lies in a place stands on them.

-- A plate stands in a place, by itself or on another plate that stands there too. Its code may come again once it has ended.
CREATE TABLE inventory.plates (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'standing',
    seq int NOT NULL DEFAULT 1,
    code text NOT NULL CHECK (code ~ '^([0-9]{18}|[A-Z][A-Z0-9-]{2,29})$'),
    site_id uuid NOT NULL,
    place text NOT NULL CHECK (place ~ '^(bin:.+|quarantine|damaged)$'),
    parent_id uuid CHECK (parent_id <> id),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES inventory.plates (tenant_id, id)
);
CREATE UNIQUE INDEX plate_code_taken ON inventory.plates (tenant_id, code) WHERE state = 'standing';
CREATE INDEX plates_by_code ON inventory.plates (tenant_id, code, id);
CREATE INDEX plates_by_place ON inventory.plates (tenant_id, site_id, place) WHERE state = 'standing';
CREATE INDEX plates_on_plates ON inventory.plates (tenant_id, parent_id) WHERE state = 'standing';

-- What stands on a plate: a part of the balance of the plate's place, written under the lock of that balance; '': no known lot.
CREATE TABLE inventory.plate_contents (
    tenant_id uuid NOT NULL,
    plate_id uuid NOT NULL,
    product_id uuid NOT NULL,
    lot text NOT NULL DEFAULT '',
    quantity int NOT NULL,
    PRIMARY KEY (tenant_id, plate_id, product_id, lot),
    CONSTRAINT plate_holds_something CHECK (quantity > 0),
    FOREIGN KEY (tenant_id, plate_id) REFERENCES inventory.plates (tenant_id, id)
);
CREATE INDEX contents_of_product ON inventory.plate_contents (tenant_id, product_id);
