-- name: lock_orders
-- Orders whose floor work changes are locked in id order, so that nothing is released twice.
SELECT o.id FROM orders.orders o WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[])
ORDER BY o.id FOR NO KEY UPDATE OF o;

-- name: unreleased
-- What is reserved at a site for accepted orders and in no fulfillment order yet; parts that are held wait.
WITH had AS (
    SELECT f.order_id, f.site_id, i.line_id, i.product_id, sum(i.quantity)::int AS quantity
    FROM warehouse.fulfillments f
    JOIN warehouse.items i ON i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id
    WHERE f.tenant_id = %(tenant_id)s AND f.order_id = ANY (%(order_ids)s::uuid[]) AND f.state <> 'canceled'
    GROUP BY f.order_id, f.site_id, i.line_id, i.product_id
)
SELECT r.order_id, r.site_id, o.merchant_id, o.delivery, r.line_id, r.product_id,
       r.quantity - coalesce(had.quantity, 0) AS quantity, s.cutoff, s.timezone, s.country, s.region,
       coalesce(t.weekdays, '{1,2,3,4,5,6}') AS weekdays, coalesce(t.closed, '{}') AS closed, coalesce(t.holidays, true) AS holidays
FROM inventory.reservations r
JOIN orders.orders o ON o.tenant_id = r.tenant_id AND o.id = r.order_id
JOIN catalog.sites s ON s.tenant_id = r.tenant_id AND s.id = r.site_id
LEFT JOIN orders.routing_sites t ON t.tenant_id = r.tenant_id AND t.site_id = r.site_id
LEFT JOIN had ON (had.order_id, had.site_id, had.line_id, had.product_id)
               = (r.order_id, r.site_id, r.line_id, r.product_id)
WHERE r.tenant_id = %(tenant_id)s AND r.order_id = ANY (%(order_ids)s::uuid[]) AND r.phase = 'pending'
  AND o.state = 'accepted' AND r.quantity > coalesce(had.quantity, 0)
  AND NOT EXISTS (SELECT FROM orders.holds h WHERE h.tenant_id = %(tenant_id)s AND h.order_id = r.order_id AND h.scope <> 'order'
                  AND h.released_at IS NULL AND (h.line_id = r.line_id OR h.site_id = r.site_id))
ORDER BY r.order_id, r.site_id, r.line_id, r.product_id;

-- name: short_of_orders
-- Fulfillment orders of accepted orders that waited for goods: what they lacked is promised again, here or elsewhere.
WITH short AS (
    SELECT f.id FROM warehouse.fulfillments f
    JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
    WHERE f.tenant_id = %(tenant_id)s AND f.order_id = ANY (%(order_ids)s::uuid[]) AND f.state = 'short'
      AND o.state = 'accepted'
    ORDER BY f.id FOR NO KEY UPDATE OF f
), found AS (
    UPDATE warehouse.items i SET missing = 0 FROM short
    WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = short.id AND i.missing > 0
)
SELECT short.id FROM short ORDER BY short.id;

-- name: waiting_of_orders
-- Fulfillment orders that may still take more items on; locked, so that no plan takes them meanwhile.
SELECT f.id, f.order_id, f.site_id FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.order_id = ANY (%(order_ids)s::uuid[]) AND f.state = 'waiting'
ORDER BY f.id FOR NO KEY UPDATE OF f;

-- name: add_floors
-- A site gets its cart's measures with its first work.
INSERT INTO warehouse.floors (tenant_id, site_id)
SELECT %(tenant_id)s, site_id FROM unnest(%(site_ids)s::uuid[]) AS site(site_id) ORDER BY site_id
ON CONFLICT (tenant_id, site_id) DO NOTHING;

-- name: add_fulfillments
-- One row per order and site.
INSERT INTO warehouse.fulfillments (tenant_id, id, order_id, site_id, merchant_id, priority, ship_by, released_at)
SELECT %(tenant_id)s, id, order_id, site_id, merchant_id, priority, ship_by, %(now)s
FROM unnest(%(ids)s::uuid[], %(order_ids)s::uuid[], %(site_ids)s::uuid[], %(merchant_ids)s::uuid[],
            %(prioritys)s::int[], %(ship_bys)s::timestamptz[])
  AS f(id, order_id, site_id, merchant_id, priority, ship_by);

-- name: add_items
-- What a fulfillment order has to pick; more of the same is added up.
INSERT INTO warehouse.items (tenant_id, fulfillment_id, line_id, product_id, quantity)
SELECT %(tenant_id)s, fulfillment_id, line_id, product_id, quantity
FROM unnest(%(fulfillment_ids)s::uuid[], %(line_ids)s::uuid[], %(product_ids)s::uuid[], %(quantitys)s::int[])
  AS i(fulfillment_id, line_id, product_id, quantity)
ORDER BY fulfillment_id, line_id, product_id
ON CONFLICT (tenant_id, fulfillment_id, line_id, product_id)
DO UPDATE SET quantity = warehouse.items.quantity + excluded.quantity;
