-- Tables of orders from merchants, and what their columns mean.

-- name: keep_upload
-- A table waits until somebody has looked at it.
INSERT INTO orders.uploads (tenant_id, id, merchant_id, name, layout, rows, body, made_by, made_at)
VALUES (%(tenant_id)s, %(id)s, %(merchant_id)s, %(name)s, %(layout)s, %(rows)s, %(body)s, %(actor)s, %(now)s);

-- name: upload
-- One table; only the caller's own merchant's when it is bound to one.
SELECT id, merchant_id, name, layout, columns, rows, body, made_by, made_at, imported_at FROM orders.uploads
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND (%(own)s::uuid IS NULL OR merchant_id = %(own)s);

-- name: uploads
-- The newest tables that were sent.
SELECT u.id, m.name AS merchant, u.name, u.rows, u.made_by, u.made_at, u.imported_at
FROM orders.uploads u JOIN catalog.merchants m ON m.tenant_id = u.tenant_id AND m.id = u.merchant_id
WHERE u.tenant_id = %(tenant_id)s AND (%(own)s::uuid IS NULL OR u.merchant_id = %(own)s)
ORDER BY u.made_at DESC, u.id DESC LIMIT %(most)s;

-- name: set_columns
-- Somebody said which column means what.
UPDATE orders.uploads SET columns = %(columns)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: imported
-- The table was imported; importing it again finds its orders there.
UPDATE orders.uploads SET imported_at = %(now)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: forget_uploads
-- Tables hold people's addresses: they go after a week.
DELETE FROM orders.uploads WHERE tenant_id = %(tenant_id)s AND made_at < %(before)s;

-- name: layout
-- What the columns meant last time.
SELECT columns FROM orders.layouts
WHERE tenant_id = %(tenant_id)s AND merchant_id = %(merchant_id)s AND layout = %(layout)s;

-- name: remember_layout
-- The newest word on a layout counts.
INSERT INTO orders.layouts (tenant_id, merchant_id, layout, columns, used_at)
VALUES (%(tenant_id)s, %(merchant_id)s, %(layout)s, %(columns)s, %(now)s)
ON CONFLICT (tenant_id, merchant_id, layout) DO UPDATE SET columns = excluded.columns, used_at = excluded.used_at;

-- name: known_skus
-- Which of some texts are article numbers of a merchant.
SELECT p.sku FROM catalog.products p
WHERE p.tenant_id = %(tenant_id)s AND p.merchant_id = %(merchant_id)s AND p.sku = ANY (%(skus)s::text[]);
