-- name: know_serial
-- The first time that a unit's number is scanned; whoever scans it at the same time waits here.
INSERT INTO inventory.serials (tenant_id, id, product_id, serial) VALUES (%(tenant_id)s, %(id)s, %(product_id)s, %(serial)s)
ON CONFLICT (tenant_id, serial, product_id) DO NOTHING RETURNING id;

-- name: serial
-- A unit by its number, locked.
SELECT id, product_id, serial, state, order_id, line_id, parcel_id FROM inventory.serials
WHERE tenant_id = %(tenant_id)s AND serial = %(serial)s AND product_id = %(product_id)s FOR NO KEY UPDATE;

-- name: bind_serial
-- For what a unit was packed.
UPDATE inventory.serials SET order_id = %(order_id)s, line_id = %(line_id)s, parcel_id = %(parcel_id)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: begin_serials
-- Units that come in with their numbers; those that were known before are left out.
INSERT INTO inventory.serials (tenant_id, id, product_id, serial)
SELECT %(tenant_id)s, u.id, u.product_id, u.serial FROM unnest(%(ids)s::uuid[], %(product_ids)s::uuid[], %(serials)s::text[]) AS u(id, product_id, serial)
ORDER BY u.serial, u.product_id
ON CONFLICT (tenant_id, serial, product_id) DO NOTHING RETURNING id;

-- name: serials_known
-- Which of some units are known.
SELECT s.id, s.product_id, s.serial, s.state, s.order_id, s.line_id, s.parcel_id
FROM unnest(%(product_ids)s::uuid[], %(serials)s::text[]) AS u(product_id, serial)
JOIN inventory.serials s ON s.tenant_id = %(tenant_id)s AND s.serial = u.serial AND s.product_id = u.product_id
ORDER BY s.serial, s.product_id;

-- name: serials_in
-- Units in parcels.
SELECT id FROM inventory.serials WHERE tenant_id = %(tenant_id)s AND parcel_id = ANY (%(parcel_ids)s::uuid[]) AND state = 'packed'
ORDER BY id;

-- name: serials_of
-- Units that were packed for orders.
SELECT id, product_id, serial, state, order_id, line_id, parcel_id FROM inventory.serials
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]) AND state <> 'known' ORDER BY order_id, line_id, serial;

-- name: serials_called
-- Units that carry a number, of whatever product; of one merchant when asked so.
SELECT s.id, s.product_id, s.serial, s.state, s.order_id, s.line_id, s.parcel_id FROM inventory.serials s
JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = s.product_id
WHERE s.tenant_id = %(tenant_id)s AND s.serial = %(serial)s AND (%(own)s::uuid IS NULL OR p.merchant_id = %(own)s)
ORDER BY p.sku, s.id LIMIT 100;
