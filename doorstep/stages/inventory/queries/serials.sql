-- name: know_serial
-- The first time that a unit's number is scanned; whoever scans it at the same time waits here.
INSERT INTO inventory.serials (tenant_id, id, product_id, serial) VALUES (%(tenant_id)s, %(id)s, %(product_id)s, %(serial)s)
ON CONFLICT (tenant_id, serial, product_id) DO NOTHING RETURNING id;

-- name: serial
-- A unit by its number, locked.
SELECT id, product_id, serial, state, order_id, line_id, parcel_id, site_id, place FROM inventory.serials
WHERE tenant_id = %(tenant_id)s AND serial = %(serial)s AND product_id = %(product_id)s FOR NO KEY UPDATE;

-- name: bind_serial
-- For what a unit was packed.
UPDATE inventory.serials SET order_id = %(order_id)s, line_id = %(line_id)s, parcel_id = %(parcel_id)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: begin_serials
-- Units that come in with their numbers; those that were known before are left out.
INSERT INTO inventory.serials (tenant_id, id, product_id, serial, site_id, place)
SELECT %(tenant_id)s, u.id, u.product_id, u.serial, u.site_id, u.place
FROM unnest(%(ids)s::uuid[], %(product_ids)s::uuid[], %(serials)s::text[], %(site_ids)s::uuid[], %(places)s::text[])
  AS u(id, product_id, serial, site_id, place)
ORDER BY u.serial, u.product_id
ON CONFLICT (tenant_id, serial, product_id) DO NOTHING RETURNING id;

-- name: serials_known
-- Which of some units are known.
SELECT s.id, s.product_id, s.serial, s.state, s.order_id, s.line_id, s.parcel_id, s.site_id, s.place
FROM unnest(%(product_ids)s::uuid[], %(serials)s::text[]) AS u(product_id, serial)
JOIN inventory.serials s ON s.tenant_id = %(tenant_id)s AND s.serial = u.serial AND s.product_id = u.product_id
ORDER BY s.serial, s.product_id;

-- name: serials_in
-- Units in parcels.
SELECT id FROM inventory.serials WHERE tenant_id = %(tenant_id)s AND parcel_id = ANY (%(parcel_ids)s::uuid[]) AND state = 'packed'
ORDER BY id;

-- name: serials_of
-- Units that were packed for orders.
SELECT id, product_id, serial, state, order_id, line_id, parcel_id, site_id, place FROM inventory.serials
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]) AND state <> 'known' ORDER BY order_id, line_id, serial;

-- name: serials_called
-- Units that carry a number, of whatever product; of one merchant when asked so.
SELECT s.id, s.product_id, s.serial, s.state, s.order_id, s.line_id, s.parcel_id, s.site_id, s.place FROM inventory.serials s
JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = s.product_id
WHERE s.tenant_id = %(tenant_id)s AND s.serial = %(serial)s AND (%(own)s::uuid IS NULL OR p.merchant_id = %(own)s)
ORDER BY p.sku, s.id LIMIT 100;

-- name: numbered_products
-- Of which of some products every unit in stock is known by its number.
SELECT id FROM catalog.products WHERE tenant_id = %(tenant_id)s AND id = ANY (%(product_ids)s::uuid[]) AND serials = 'all';

-- name: lock_serials
-- Units that are named, and those of which some may be meant: what lies in places, and what went out for orders; locked in id order.
SELECT s.id, s.product_id, s.serial, s.state, s.order_id, s.line_id, s.parcel_id, s.site_id, s.place FROM inventory.serials s
WHERE s.tenant_id = %(tenant_id)s AND s.id IN (
    SELECT n.id FROM unnest(%(product_ids)s::uuid[], %(serials)s::text[]) AS u(product_id, serial)
    JOIN inventory.serials n ON n.tenant_id = %(tenant_id)s AND n.serial = u.serial AND n.product_id = u.product_id
    UNION ALL
    SELECT l.id FROM unnest(%(from_products)s::uuid[], %(from_sites)s::uuid[], %(from_places)s::text[]) AS u(product_id, site_id, place)
    JOIN inventory.serials l ON l.tenant_id = %(tenant_id)s AND l.product_id = u.product_id AND l.site_id = u.site_id AND l.place = u.place
    UNION ALL
    SELECT o.id FROM unnest(%(out_products)s::uuid[], %(out_orders)s::uuid[]) AS u(product_id, order_id)
    JOIN inventory.serials o ON o.tenant_id = %(tenant_id)s AND o.order_id = u.order_id AND o.product_id = u.product_id)
ORDER BY s.id FOR NO KEY UPDATE;

-- name: place_serials
-- Units lie elsewhere now, or no longer within our walls.
UPDATE inventory.serials s SET site_id = u.site_id, place = u.place
FROM unnest(%(ids)s::uuid[], %(site_ids)s::uuid[], %(places)s::text[]) AS u(id, site_id, place)
WHERE s.tenant_id = %(tenant_id)s AND s.id = u.id;

-- name: serials_lying
-- Units of products that lie in some places.
SELECT id, product_id, serial, state, order_id, line_id, parcel_id, site_id, place FROM inventory.serials
WHERE tenant_id = %(tenant_id)s AND product_id = ANY (%(product_ids)s::uuid[]) AND site_id = %(site_id)s AND place = ANY (%(places)s::text[])
ORDER BY serial, id;

-- name: serials_packed
-- Units that are packed into a parcel, of products whose units lie in places by number.
SELECT id, product_id, serial, state, order_id, line_id, parcel_id, site_id, place FROM inventory.serials
WHERE tenant_id = %(tenant_id)s AND parcel_id = %(parcel_id)s AND state = 'packed' AND place IS NOT NULL ORDER BY serial, id;

-- name: serials_by_place
-- How many units of a product lie where by number.
SELECT site_id, place, count(*)::int AS units FROM inventory.serials
WHERE tenant_id = %(tenant_id)s AND product_id = %(product_id)s AND place IS NOT NULL GROUP BY site_id, place ORDER BY place, site_id;

-- name: find_serials
-- Units of a product, some at once: in one place or anywhere, with numbers that begin as was asked, in the order of their numbers.
SELECT id, product_id, serial, state, order_id, line_id, parcel_id, site_id, place FROM inventory.serials
WHERE tenant_id = %(tenant_id)s AND product_id = %(product_id)s AND starts_with(serial, %(begins)s) AND serial > %(after)s
  AND (%(place)s = '' OR place = %(place)s) AND (%(state)s = '' OR state = %(state)s)
ORDER BY serial LIMIT %(most)s;
