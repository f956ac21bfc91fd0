-- name: basket
-- Goods that are kept for a basket; of one merchant when asked so.
SELECT c.id, c.merchant_id, m.code AS merchant, c.lines, c.until, c.order_id
FROM orders.baskets c JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = c.merchant_id
WHERE c.tenant_id = %(tenant_id)s AND c.id = %(id)s AND (%(own)s::uuid IS NULL OR c.merchant_id = %(own)s);

-- name: lock_basket
-- One change of a basket after the other.
SELECT FROM orders.baskets WHERE tenant_id = %(tenant_id)s AND id = %(id)s FOR UPDATE;

-- name: keep_basket
-- What is kept, and until when.
INSERT INTO orders.baskets (tenant_id, id, merchant_id, lines, until, made_at)
VALUES (%(tenant_id)s, %(id)s, %(merchant_id)s, %(lines)s, %(until)s, %(now)s)
ON CONFLICT (tenant_id, id) DO UPDATE SET lines = excluded.lines, until = excluded.until;

-- name: drop_basket
-- Nothing is kept any more.
DELETE FROM orders.baskets WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: baskets_of
-- Which of these baskets there are, and whose.
SELECT id, merchant_id FROM orders.baskets WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: give_baskets
-- Baskets are given to orders, each once.
UPDATE orders.baskets c SET order_id = given.order_id
FROM unnest(%(ids)s::uuid[], %(order_ids)s::uuid[]) AS given(id, order_id)
WHERE c.tenant_id = %(tenant_id)s AND c.id = given.id AND c.order_id IS NULL
RETURNING c.id;

-- name: take_baskets_back
-- Orders that baskets were given to were refused: the baskets are as before.
UPDATE orders.baskets c SET order_id = NULL
FROM catalog.merchants m
WHERE c.tenant_id = %(tenant_id)s AND c.order_id = ANY (%(order_ids)s::uuid[]) AND m.tenant_id = %(tenant_id)s AND m.id = c.merchant_id
RETURNING c.id, c.merchant_id, m.code AS merchant, c.lines, c.until, c.order_id;

-- name: forget_baskets
-- Baskets whose end is long over.
DELETE FROM orders.baskets WHERE tenant_id = %(tenant_id)s AND until < %(before)s;
