-- name: depots
-- The sites that may ship, in a steady order.
SELECT id, code, name, country, lat, lon, timezone, cutoff FROM catalog.sites
WHERE tenant_id = %(tenant_id)s AND kind = 'warehouse' ORDER BY code;

-- name: house_terms
-- What the house reckons with, if it said so.
SELECT currency, parcel_minor, kg_minor, km100_minor, split_minor, late_minor, scarcity_minor, rank_minor, target_days, reject_days
FROM orders.routing WHERE tenant_id = %(tenant_id)s;

-- name: site_terms
-- What the sites' work costs and how much they can do.
SELECT site_id, order_minor, line_minor, daily_orders, hard FROM orders.routing_sites WHERE tenant_id = %(tenant_id)s;

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

-- name: drop_shares
-- Orders that are called off are no work any more.
DELETE FROM orders.shares WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]);

-- name: sourcings
-- Everything that was decided about where an order leaves from, newest first.
SELECT id, order_id, cause, decided_at, actor, decision FROM orders.sourcings
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]) ORDER BY order_id, id DESC;

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
