-- name: make_draft
-- A draft; its state is its birth's.
INSERT INTO orders.drafts (tenant_id, id, merchant_id, body, made_by, made_at, changed_at)
VALUES (%(tenant_id)s, %(id)s, %(merchant_id)s, %(body)s, %(actor)s, %(now)s, %(now)s);

-- name: drafts
-- Drafts in a state, the last changed first; of one merchant when asked so.
SELECT d.id, d.state, d.merchant_id, m.code AS merchant, m.name AS merchant_name, m.currency, d.body, d.basket_id, d.order_id,
       o.number AS order_number, d.made_by, d.made_at, d.changed_at
FROM orders.drafts d
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = d.merchant_id
LEFT JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = d.order_id
WHERE d.tenant_id = %(tenant_id)s AND d.state = %(state)s AND (%(own)s::uuid IS NULL OR d.merchant_id = %(own)s)
ORDER BY d.changed_at DESC, d.id LIMIT %(most)s;

-- name: draft
-- One draft; of one merchant when asked so.
SELECT d.id, d.state, d.merchant_id, m.code AS merchant, m.name AS merchant_name, m.currency, d.body, d.basket_id, d.order_id,
       o.number AS order_number, d.made_by, d.made_at, d.changed_at
FROM orders.drafts d
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = d.merchant_id
LEFT JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = d.order_id
WHERE d.tenant_id = %(tenant_id)s AND d.id = %(id)s AND (%(own)s::uuid IS NULL OR d.merchant_id = %(own)s);

-- name: lock_draft
-- One act on a draft after the other.
SELECT FROM orders.drafts WHERE tenant_id = %(tenant_id)s AND id = %(id)s FOR UPDATE;

-- name: write_draft
-- What the order says now.
UPDATE orders.drafts SET body = %(body)s, changed_at = %(now)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: keep_for_draft
-- Which goods are kept for it.
UPDATE orders.drafts SET basket_id = %(basket_id)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: end_draft
-- It ends: whom it was for is forgotten here, and stands with the order.
UPDATE orders.drafts SET body = '{}', basket_id = NULL, order_id = %(order_id)s, changed_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;
