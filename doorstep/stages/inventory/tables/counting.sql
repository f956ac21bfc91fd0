-- Counting: places that somebody should count, what counters found there, and how a site wants it.

-- What a counter finds is judged against the balance as it was when they began. `stage` says who is asked next: anybody, somebody
-- else than who counted so far, or a lead, who says `why` it differs. Nothing is picked from a place that `blocks`. `version` is
-- the place's when the count ended: what changed since was not counted.
CREATE TABLE inventory.counts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    place text NOT NULL CHECK (place ~ '^(bin:.+|quarantine)$'),
    product_id uuid NOT NULL,
    reason text NOT NULL,
    asked_at timestamptz NOT NULL,
    blocks boolean NOT NULL DEFAULT true,
    stage text NOT NULL DEFAULT 'open' CHECK (stage IN ('open', 'other', 'lead')),
    tries int NOT NULL DEFAULT 0,
    counted_at timestamptz,
    counted int CHECK (counted >= 0),
    difference int,
    version int,
    why text,
    note text NOT NULL DEFAULT '',
    actor text,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX one_open_count ON inventory.counts (tenant_id, site_id, place, product_id) WHERE counted_at IS NULL;
CREATE INDEX counts_open ON inventory.counts (tenant_id, asked_at) WHERE counted_at IS NULL;
CREATE INDEX counts_done ON inventory.counts (tenant_id, site_id, place, product_id, counted_at) WHERE counted_at IS NOT NULL;

-- What somebody found, try by try, and of which version of the place; by number where each unit is known by it.
CREATE TABLE inventory.tallies (
    tenant_id uuid NOT NULL,
    count_id uuid NOT NULL,
    n int NOT NULL,
    counter text NOT NULL,
    counted_at timestamptz NOT NULL,
    quantity int NOT NULL CHECK (quantity >= 0),
    version int NOT NULL,
    serials text[],
    PRIMARY KEY (tenant_id, count_id, n)
);

-- How a site wants to be counted: from which difference on a second person confirms it (units, or value in minor units), every how many
-- days products of each class are counted, how many counts a day are asked for so (0: none), and whether emptied bins are looked at.
CREATE TABLE inventory.count_terms (
    tenant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    units int NOT NULL CHECK (units >= 0),
    value_minor bigint NOT NULL CHECK (value_minor >= 0),
    days_a int NOT NULL CHECK (days_a > 0),
    days_b int NOT NULL CHECK (days_b > 0),
    days_c int NOT NULL CHECK (days_c > 0),
    per_day int NOT NULL CHECK (per_day >= 0),
    empties boolean NOT NULL,
    PRIMARY KEY (tenant_id, site_id)
);
