-- name: depots
-- The sites that may ship, in a steady order.
SELECT id, code, name, country, region, lat, lon, timezone, cutoff FROM catalog.sites
WHERE tenant_id = %(tenant_id)s AND kind = 'warehouse' ORDER BY code;

-- name: house_terms
-- What the house reckons with, if it said so.
SELECT currency, parcel_minor, kg_minor, km100_minor, split_minor, late_minor, scarcity_minor, rank_minor, target_days, reject_days
FROM orders.routing WHERE tenant_id = %(tenant_id)s;

-- name: site_terms
-- What the sites' work costs and how much they can do.
SELECT site_id, order_minor, line_minor, daily_orders, hard, weekdays, closed, holidays FROM orders.routing_sites WHERE tenant_id = %(tenant_id)s;

-- name: lanes
-- Freight and transit from every site.
SELECT site_id, country, postal_prefix, base_minor, kg_minor, days FROM orders.lanes
WHERE tenant_id = %(tenant_id)s ORDER BY site_id, country, postal_prefix;

-- name: merchant_terms
-- The rules of all merchants that have some.
SELECT merchant_id, ranked, excluded, home_market, whole, split_from_minor FROM orders.routing_merchants
WHERE tenant_id = %(tenant_id)s;

-- name: service_days
-- What each service level promises at most, in working days.
SELECT code, max(days_max)::int FROM catalog.services WHERE tenant_id = %(tenant_id)s AND active GROUP BY code;

-- name: rejected
-- Goods that floors did not find lately.
SELECT product_id, site_id FROM orders.rejections WHERE tenant_id = %(tenant_id)s AND until > %(now)s;

-- name: site_loads
-- How many orders sites have to do on their next day of work and later.
SELECT s.site_id, count(*)::int FROM unnest(%(site_ids)s::uuid[], %(days)s::date[]) AS asked(site_id, day)
JOIN orders.shares s ON s.tenant_id = %(tenant_id)s AND s.site_id = asked.site_id AND s.leaves >= asked.day
GROUP BY s.site_id;

-- name: keep_sourcings
-- What was decided about orders, and from where they leave now. `whole` decisions replace the sites that an order had.
WITH kept AS (
    INSERT INTO orders.sourcings (tenant_id, id, order_id, cause, decided_at, actor, decision)
    SELECT %(tenant_id)s, id, order_id, %(cause)s, %(now)s, %(actor)s, decision
    FROM unnest(%(ids)s::uuid[], %(order_ids)s::uuid[], %(decisions)s::jsonb[]) AS d(id, order_id, decision)
), now AS (
    SELECT order_id, site_id, leaves
    FROM unnest(%(share_order_ids)s::uuid[], %(share_site_ids)s::uuid[], %(share_leavess)s::date[]) AS s(order_id, site_id, leaves)
), gone AS (
    DELETE FROM orders.shares s
    WHERE %(whole)s AND s.tenant_id = %(tenant_id)s AND s.order_id = ANY (%(order_ids)s::uuid[])
      AND NOT EXISTS (SELECT FROM now WHERE now.order_id = s.order_id AND now.site_id = s.site_id)
)
INSERT INTO orders.shares (tenant_id, order_id, site_id, leaves)
SELECT %(tenant_id)s, order_id, site_id, leaves FROM now ORDER BY order_id, site_id
ON CONFLICT (tenant_id, order_id, site_id) DO UPDATE SET leaves = excluded.leaves;

-- name: add_shares
-- Other sites help out with an order.
INSERT INTO orders.shares (tenant_id, order_id, site_id, leaves)
SELECT %(tenant_id)s, order_id, site_id, leaves
FROM unnest(%(order_ids)s::uuid[], %(site_ids)s::uuid[], %(leavess)s::date[]) AS s(order_id, site_id, leaves)
ORDER BY order_id, site_id ON CONFLICT (tenant_id, order_id, site_id) DO NOTHING;

-- name: drop_shares
-- Orders that are called off are no work any more.
DELETE FROM orders.shares WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]);

-- name: sourcings
-- Everything that was decided about where an order leaves from, newest first.
SELECT id, order_id, cause, decided_at, actor, decision FROM orders.sourcings
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]) ORDER BY order_id, id DESC;

-- name: sourced
-- How orders are served, by the last decision about the whole of each.
SELECT DISTINCT ON (order_id) order_id, cause, jsonb_array_length(decision -> 'candidates' -> 0 -> 'shares') AS sites,
       (decision ->> 'exact')::boolean AS exact, decision -> 'candidates' -> 0 -> 'costs' AS costs
FROM orders.sourcings
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]) AND cause IN ('placed', 'batch')
ORDER BY order_id, id DESC;

-- name: note_rejections
-- A site is not asked for a product until then; the longer time counts.
INSERT INTO orders.rejections AS r (tenant_id, site_id, product_id, until, reason, order_id, noted_at)
SELECT %(tenant_id)s, site_id, product_id, %(until)s, %(reason)s, %(order_id)s, %(now)s
FROM unnest(%(site_ids)s::uuid[], %(product_ids)s::uuid[]) AS x(site_id, product_id)
ON CONFLICT (tenant_id, site_id, product_id) DO UPDATE
SET until = greatest(r.until, excluded.until), reason = excluded.reason, order_id = excluded.order_id, noted_at = excluded.noted_at;

-- name: baskets
-- Orders as sourcing sees them.
SELECT o.id AS order_id, o.merchant_id, c.country, c.postal_code, c.lat, c.lon, o.subtotal_minor AS value_minor, o.delivery,
       o.promised_until
FROM orders.orders o JOIN orders.contacts c ON c.tenant_id = o.tenant_id AND c.order_id = o.id
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(ids)s::uuid[]) ORDER BY o.id;

-- name: weights
-- What one unit of each product weighs.
SELECT id, weight_g FROM catalog.products WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: set_house
-- One row says what the house reckons with.
INSERT INTO orders.routing (tenant_id, currency, parcel_minor, kg_minor, km100_minor, split_minor, late_minor, scarcity_minor,
                            rank_minor, target_days, reject_days)
VALUES (%(tenant_id)s, %(currency)s, %(parcel_minor)s, %(kg_minor)s, %(km100_minor)s, %(split_minor)s, %(late_minor)s,
        %(scarcity_minor)s, %(rank_minor)s, %(target_days)s, %(reject_days)s)
ON CONFLICT (tenant_id) DO UPDATE
SET currency = excluded.currency, parcel_minor = excluded.parcel_minor, kg_minor = excluded.kg_minor,
    km100_minor = excluded.km100_minor, split_minor = excluded.split_minor, late_minor = excluded.late_minor,
    scarcity_minor = excluded.scarcity_minor, rank_minor = excluded.rank_minor, target_days = excluded.target_days,
    reject_days = excluded.reject_days;

-- name: set_site
-- What one site's work costs, and how much it can do.
INSERT INTO orders.routing_sites (tenant_id, site_id, order_minor, line_minor, daily_orders, hard, weekdays, closed, holidays)
VALUES (%(tenant_id)s, %(site_id)s, %(order_minor)s, %(line_minor)s, %(daily_orders)s, %(hard)s, %(weekdays)s::int[],
        %(closed)s::date[], %(holidays)s)
ON CONFLICT (tenant_id, site_id) DO UPDATE
SET order_minor = excluded.order_minor, line_minor = excluded.line_minor, daily_orders = excluded.daily_orders,
    hard = excluded.hard, weekdays = excluded.weekdays, closed = excluded.closed, holidays = excluded.holidays;

-- name: drop_lanes
-- A site's lanes are set as a whole.
DELETE FROM orders.lanes WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s;

-- name: add_lanes
-- The lanes of a site.
INSERT INTO orders.lanes (tenant_id, site_id, country, postal_prefix, base_minor, kg_minor, days)
SELECT %(tenant_id)s, %(site_id)s, country, postal_prefix, base_minor, kg_minor, days
FROM unnest(%(countrys)s::text[], %(postal_prefixs)s::text[], %(base_minors)s::int[], %(kg_minors)s::int[], %(dayss)s::int[])
  AS l(country, postal_prefix, base_minor, kg_minor, days);

-- name: set_merchant
-- A merchant's own rules.
INSERT INTO orders.routing_merchants (tenant_id, merchant_id, ranked, excluded, home_market, whole, split_from_minor)
VALUES (%(tenant_id)s, %(merchant_id)s, %(ranked)s::uuid[], %(excluded)s::uuid[], %(home_market)s, %(whole)s, %(split_from_minor)s)
ON CONFLICT (tenant_id, merchant_id) DO UPDATE
SET ranked = excluded.ranked, excluded = excluded.excluded, home_market = excluded.home_market, whole = excluded.whole,
    split_from_minor = excluded.split_from_minor;

-- name: open_promises
-- What is promised to orders that are open and not on any floor yet, and of which no site's part is held: the oldest orders of the last
-- weeks, placed first.
SELECT r.order_id, r.line_id, r.site_id, r.product_id, r.quantity - r.shipped AS quantity, r.expires_at
FROM (
    SELECT o.id FROM orders.orders o
    WHERE o.tenant_id = %(tenant_id)s AND o.state = ANY (ARRAY['placed', 'held', 'accepted']) AND o.floor_at IS NULL
      AND o.placed_at > %(since)s AND (%(ids)s::uuid[] IS NULL OR o.id = ANY (%(ids)s::uuid[]))
      AND NOT EXISTS (SELECT FROM orders.holds h WHERE h.tenant_id = %(tenant_id)s AND h.order_id = o.id AND h.site_id IS NOT NULL
                      AND h.released_at IS NULL)
    ORDER BY o.placed_at, o.id LIMIT %(most)s
) AS o
JOIN inventory.reservations r ON r.tenant_id = %(tenant_id)s AND r.order_id = o.id AND r.phase = 'pending'
ORDER BY r.order_id, r.line_id, r.site_id, r.product_id;

-- name: lock_before_floor
-- Locks open orders that are not on any floor, in id order: what holds them is not released meanwhile.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(ids)s::uuid[]) AND o.state IN ('placed', 'held', 'accepted') AND o.floor_at IS NULL
ORDER BY o.id FOR NO KEY UPDATE;

-- name: with_held_sites
-- Orders of which what one site sends is held: its goods stay there, or the hold would keep nothing.
SELECT DISTINCT h.order_id FROM orders.holds h
WHERE h.tenant_id = %(tenant_id)s AND h.order_id = ANY (%(ids)s::uuid[]) AND h.site_id IS NOT NULL AND h.released_at IS NULL
ORDER BY h.order_id;

-- name: reach_floor
-- A floor has work of these orders now; the first time counts.
UPDATE orders.orders SET floor_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) AND floor_at IS NULL;

-- name: numbers_of
-- What people call some orders.
SELECT id, number FROM orders.orders WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);
