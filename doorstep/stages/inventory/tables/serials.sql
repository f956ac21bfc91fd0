-- Units that carry a number of their own, from the first time that one is scanned; the parcel and the line are those that it was last
-- packed for. One unit is in one parcel at a time.
CREATE TABLE inventory.serials (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'known',
    seq int NOT NULL DEFAULT 1,
    product_id uuid NOT NULL,
    serial text NOT NULL CHECK (serial <> ''),
    order_id uuid,
    line_id uuid,
    parcel_id uuid,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT serial_taken UNIQUE (tenant_id, serial, product_id)
);
CREATE INDEX serials_of_order ON inventory.serials (tenant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX serials_of_parcel ON inventory.serials (tenant_id, parcel_id) WHERE parcel_id IS NOT NULL;
