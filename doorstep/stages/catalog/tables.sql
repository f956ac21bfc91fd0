-- What exists: merchants, products, sites, boxes, carriers, vans.

CREATE SCHEMA catalog;

-- The sellers whose goods lie here, each with a face of their own.
CREATE TABLE catalog.merchants (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    brand_color text NOT NULL DEFAULT '#1f4b99' CHECK (brand_color ~ '^#[0-9a-f]{6}$'),
    logo bytea,
    message text NOT NULL DEFAULT '',
    sender_email text NOT NULL DEFAULT '',
    support_email text NOT NULL DEFAULT '',
    rounding_minor int NOT NULL DEFAULT 0 CHECK (rounding_minor >= 0),
    return_days int NOT NULL DEFAULT 30 CHECK (return_days >= 0),
    capture_parts boolean NOT NULL DEFAULT false,
    checks_mail boolean NOT NULL DEFAULT false,
    language text NOT NULL DEFAULT 'en',
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT merchant_code_taken UNIQUE (tenant_id, code)
);

-- What can be ordered. A kit is sold as one and stored as its components.
CREATE TABLE catalog.products (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL DEFAULT 'single' CHECK (kind IN ('single', 'kit')),
    length_mm int NOT NULL CHECK (length_mm > 0),
    width_mm int NOT NULL CHECK (width_mm > 0),
    height_mm int NOT NULL CHECK (height_mm > 0),
    weight_g int NOT NULL CHECK (weight_g > 0),
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    currency text NOT NULL,
    upright boolean NOT NULL DEFAULT false,
    fragile boolean NOT NULL DEFAULT false,
    picture text,
    hs_code text,
    origin_country text,
    asks_lot boolean NOT NULL DEFAULT false,
    asks_expiry boolean NOT NULL DEFAULT false,
    serials text NOT NULL DEFAULT 'none' CHECK (serials IN ('none', 'outbound', 'all')),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT product_sku_taken UNIQUE (tenant_id, merchant_id, sku),
    FOREIGN KEY (tenant_id, merchant_id) REFERENCES catalog.merchants (tenant_id, id)
);

-- Pictures of products that we keep ourselves; anybody may look at them.
CREATE TABLE catalog.pictures (
    tenant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    bytes bytea NOT NULL CHECK (length(bytes) <= 200000),
    PRIMARY KEY (tenant_id, product_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.products (tenant_id, id)
);

-- Scannable codes; a case code counts several units.
CREATE TABLE catalog.barcodes (
    tenant_id uuid NOT NULL,
    code text NOT NULL,
    product_id uuid NOT NULL,
    units int NOT NULL DEFAULT 1 CHECK (units > 0),
    CONSTRAINT barcode_taken PRIMARY KEY (tenant_id, code),
    FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.products (tenant_id, id)
);
CREATE INDEX barcodes_of_product ON catalog.barcodes (tenant_id, product_id);

-- What a kit is made of.
CREATE TABLE catalog.kit_components (
    tenant_id uuid NOT NULL,
    kit_id uuid NOT NULL,
    component_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (tenant_id, kit_id, component_id),
    FOREIGN KEY (tenant_id, kit_id) REFERENCES catalog.products (tenant_id, id),
    FOREIGN KEY (tenant_id, component_id) REFERENCES catalog.products (tenant_id, id)
);

-- Warehouses, and the local centers that serve the last mile.
CREATE TABLE catalog.sites (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('warehouse', 'center')),
    street text NOT NULL,
    city text NOT NULL,
    region text NOT NULL DEFAULT '',
    postal_code text NOT NULL,
    country text NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    timezone text NOT NULL,
    cutoff time NOT NULL DEFAULT '16:00',
    start_x_mm int NOT NULL DEFAULT 0,
    start_y_mm int NOT NULL DEFAULT 0,
    gs1_prefix text NOT NULL DEFAULT '0000000',
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT site_code_taken UNIQUE (tenant_id, code)
);

-- The aisles of a warehouse: straight, between a front and a back cross-aisle.
CREATE TABLE catalog.aisles (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    number int NOT NULL,
    x_mm int NOT NULL,
    front_y_mm int NOT NULL,
    back_y_mm int NOT NULL CHECK (back_y_mm > front_y_mm),
    PRIMARY KEY (tenant_id, site_id, number)
);

-- Where goods lie: a scannable place on an aisle. What comes in is put away by what it is for (faces are picked from, bulk feeds
-- them, docks are passed through), how much it holds if that is known, and whether lots of a product may lie in it together.
CREATE TABLE catalog.bins (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    code text NOT NULL,
    aisle int NOT NULL,
    x_mm int NOT NULL,
    y_mm int NOT NULL,
    level int NOT NULL DEFAULT 1,
    pick_seq int NOT NULL DEFAULT 0,
    kind text NOT NULL DEFAULT 'face' CHECK (kind IN ('face', 'bulk', 'dock')),
    capacity_ml bigint CHECK (capacity_ml > 0),
    mixes_lots boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT bin_code_taken UNIQUE (tenant_id, site_id, code),
    FOREIGN KEY (tenant_id, site_id, aisle) REFERENCES catalog.aisles (tenant_id, site_id, number)
);
CREATE INDEX bins_by_walk ON catalog.bins (tenant_id, site_id, kind, pick_seq, code);

-- The cartons to pack into.
CREATE TABLE catalog.boxes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    inner_length_mm int NOT NULL CHECK (inner_length_mm > 0),
    inner_width_mm int NOT NULL CHECK (inner_width_mm > 0),
    inner_height_mm int NOT NULL CHECK (inner_height_mm > 0),
    outer_length_mm int NOT NULL CHECK (outer_length_mm >= inner_length_mm),
    outer_width_mm int NOT NULL CHECK (outer_width_mm >= inner_width_mm),
    outer_height_mm int NOT NULL CHECK (outer_height_mm >= inner_height_mm),
    tare_g int NOT NULL CHECK (tare_g >= 0),
    max_gross_g int NOT NULL CHECK (max_gross_g > tare_g),
    price_minor bigint NOT NULL DEFAULT 0 CHECK (price_minor >= 0),
    currency text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT box_code_taken UNIQUE (tenant_id, code)
);

-- Who carries parcels: outside carriers behind an API, those without one (we make the labels), and the in-house fleet.
CREATE TABLE catalog.carriers (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('rate_table', 'own_labels', 'fleet')),
    base_url text,
    api_key text,
    hook_secret text,
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT carrier_code_taken UNIQUE (tenant_id, code),
    CONSTRAINT carrier_needs_address CHECK (kind <> 'rate_table' OR base_url IS NOT NULL)
);

-- A carrier's products: how fast, how heavy, for how much to which zone.
CREATE TABLE catalog.services (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    carrier_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    days_min int NOT NULL CHECK (days_min >= 0),
    days_max int NOT NULL CHECK (days_max >= days_min),
    tracking_prefix text NOT NULL,
    dim_divisor int NOT NULL DEFAULT 5000 CHECK (dim_divisor > 0),
    max_weight_g int NOT NULL CHECK (max_weight_g > 0),
    rates jsonb NOT NULL,
    zones jsonb NOT NULL,
    currency text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT service_code_taken UNIQUE (tenant_id, carrier_id, code),
    FOREIGN KEY (tenant_id, carrier_id) REFERENCES catalog.carriers (tenant_id, id)
);

-- The vans of a local center.
CREATE TABLE catalog.vans (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    code text NOT NULL,
    capacity_g int NOT NULL CHECK (capacity_g > 0),
    capacity_ml bigint NOT NULL CHECK (capacity_ml > 0),
    shift_start time NOT NULL,
    shift_end time NOT NULL CHECK (shift_end > shift_start),
    driver_user_id uuid,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT van_code_taken UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, site_id) REFERENCES catalog.sites (tenant_id, id)
);
