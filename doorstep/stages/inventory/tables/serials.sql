-- Units that carry a number of their own, from the first time that one is scanned; the parcel and the line are those that it was last
-- packed for. One unit is in one parcel at a time. Of products whose units are all known by number, `site_id` and `place` say where one lies.
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
    site_id uuid,
    place text CHECK ((place IS NULL) = (site_id IS NULL)),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT serial_taken UNIQUE (tenant_id, serial, product_id)
);
CREATE INDEX serials_of_order ON inventory.serials (tenant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX serials_of_parcel ON inventory.serials (tenant_id, parcel_id) WHERE parcel_id IS NOT NULL;
CREATE INDEX serials_of_product ON inventory.serials (tenant_id, product_id, serial);
CREATE INDEX serials_in_place ON inventory.serials (tenant_id, product_id, site_id, place) WHERE place IS NOT NULL;
