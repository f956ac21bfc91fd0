-- Where orders leave from, and what that rests on.

-- What sourcing reckons with in this house: costs in minor units of one currency. Without a row the built-in figures count.
CREATE TABLE orders.routing (
    tenant_id uuid NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    parcel_minor int NOT NULL CHECK (parcel_minor >= 0),
    kg_minor int NOT NULL CHECK (kg_minor >= 0),
    km100_minor int NOT NULL CHECK (km100_minor >= 0),
    split_minor int NOT NULL CHECK (split_minor >= 0),
    late_minor int NOT NULL CHECK (late_minor >= 0),
    scarcity_minor int NOT NULL CHECK (scarcity_minor >= 0),
    rank_minor int NOT NULL CHECK (rank_minor >= 0),
    target_days int NOT NULL CHECK (target_days BETWEEN 0 AND 60),
    reject_days int NOT NULL CHECK (reject_days BETWEEN 0 AND 60),
    PRIMARY KEY (tenant_id)
);

-- What the work of a site costs, how many orders can leave it on a working day, and which days those are: its weekdays (Monday is
-- 1), less the days it is closed and, unless it works on them, the public holidays of its country and region.
CREATE TABLE orders.routing_sites (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    order_minor int NOT NULL DEFAULT 0 CHECK (order_minor >= 0),
    line_minor int NOT NULL DEFAULT 0 CHECK (line_minor >= 0),
    daily_orders int CHECK (daily_orders > 0),
    hard boolean NOT NULL DEFAULT false,
    weekdays int[] NOT NULL DEFAULT '{1,2,3,4,5,6}' CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND cardinality(weekdays) > 0),
    closed date[] NOT NULL DEFAULT '{}',
    holidays boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, site_id)
);

-- Freight and transit from a site to a country, or to those of its postal codes that begin so; the longest beginning counts.
CREATE TABLE orders.lanes (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    postal_prefix text NOT NULL DEFAULT '' CHECK (postal_prefix ~ '^[0-9A-Z-]{0,10}$'),
    base_minor int NOT NULL CHECK (base_minor >= 0),
    kg_minor int NOT NULL CHECK (kg_minor >= 0),
    days int NOT NULL CHECK (days BETWEEN 0 AND 60),
    PRIMARY KEY (tenant_id, site_id, country, postal_prefix)
);

-- A merchant's own rules of where its orders leave from.
CREATE TABLE orders.routing_merchants (
    tenant_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    ranked uuid[] NOT NULL DEFAULT '{}',
    excluded uuid[] NOT NULL DEFAULT '{}',
    home_market boolean NOT NULL DEFAULT false,
    whole boolean NOT NULL DEFAULT false,
    split_from_minor bigint NOT NULL DEFAULT 0 CHECK (split_from_minor >= 0),
    PRIMARY KEY (tenant_id, merchant_id)
);

-- Goods that the floor of a site did not find: sourcing does not ask the site for them until then.
CREATE TABLE orders.rejections (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    product_id uuid NOT NULL,
    until timestamptz NOT NULL,
    reason text NOT NULL,
    order_id uuid NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, site_id, product_id)
);

-- Where an order leaves from, and why: every decision as it was taken, with its candidates. Tenants with one site have none.
CREATE TABLE orders.sourcings (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    cause text NOT NULL CHECK (cause IN ('placed', 'refilled', 'rejected', 'batch', 'changed')),
    decided_at timestamptz NOT NULL, actor text NOT NULL,
    decision jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX sourcings_of_order ON orders.sourcings (tenant_id, order_id, id);

-- The sites that an order leaves from now, and the day on which it should: what a site has to do is counted here.
CREATE TABLE orders.shares (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    site_id uuid NOT NULL,
    leaves date NOT NULL,
    PRIMARY KEY (tenant_id, order_id, site_id)
);
CREATE INDEX shares_of_day ON orders.shares (tenant_id, site_id, leaves);
