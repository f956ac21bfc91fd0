-- name: fraud_rules
-- The rules of the house and of its merchants; of one merchant when asked so.
SELECT r.id, r.merchant_id, m.name AS merchant, r.kind, r.same_by, r.most, r.hours, r.amount_minor, r.currency, r.made_by, r.made_at
FROM orders.fraud_rules r LEFT JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = r.merchant_id
WHERE r.tenant_id = %(tenant_id)s AND (%(own)s::uuid IS NULL OR r.merchant_id = %(own)s)
ORDER BY r.made_at, r.id;

-- name: add_fraud_rule
-- A rule more.
INSERT INTO orders.fraud_rules (tenant_id, id, merchant_id, kind, same_by, most, hours, amount_minor, currency, made_by, made_at)
VALUES (%(tenant_id)s, %(id)s, %(merchant_id)s, %(kind)s, %(same_by)s, %(most)s, %(hours)s, %(amount_minor)s, %(currency)s, %(actor)s, %(now)s);

-- name: drop_fraud_rule
-- A rule less.
DELETE FROM orders.fraud_rules
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND (%(own)s::uuid IS NULL OR merchant_id = %(own)s);

-- name: fraud_blocks
-- Who is blocked, newest first; by one merchant when asked so.
SELECT b.id, b.merchant_id, m.name AS merchant, b.field, b.shown, b.note, b.made_by, b.made_at
FROM orders.fraud_blocks b LEFT JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = b.merchant_id
WHERE b.tenant_id = %(tenant_id)s AND (%(own)s::uuid IS NULL OR b.merchant_id = %(own)s)
ORDER BY b.made_at DESC, b.id LIMIT %(most)s;

-- name: any_fraud_block
-- Whether anybody is blocked at all.
SELECT EXISTS (SELECT FROM orders.fraud_blocks WHERE tenant_id = %(tenant_id)s);

-- name: add_fraud_block
-- One more; the same again changes its note.
INSERT INTO orders.fraud_blocks (tenant_id, id, merchant_id, field, value, shown, note, made_by, made_at)
VALUES (%(tenant_id)s, %(id)s, %(merchant_id)s, %(field)s, %(value)s, %(shown)s, %(note)s, %(actor)s, %(now)s)
ON CONFLICT (tenant_id, field, value, merchant_id) DO UPDATE SET note = excluded.note
RETURNING id;

-- name: drop_fraud_block
-- One less.
DELETE FROM orders.fraud_blocks
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND (%(own)s::uuid IS NULL OR merchant_id = %(own)s);

-- name: blocked
-- Which of these are blocked, by the house or by the merchant.
SELECT asked.n FROM unnest(%(ns)s::int[], %(fields)s::text[], %(values)s::text[], %(merchant_ids)s::uuid[]) AS asked(n, field, value, merchant_id)
WHERE EXISTS (
    SELECT FROM orders.fraud_blocks b
    WHERE b.tenant_id = %(tenant_id)s AND b.field = asked.field AND b.value = asked.value
      AND (b.merchant_id IS NULL OR b.merchant_id = asked.merchant_id)
);

-- name: count_marks
-- How many orders had a mark in the time before a moment, of one merchant when asked so.
SELECT (
    SELECT count(*)::int FROM orders.fraud_marks f
    WHERE f.tenant_id = %(tenant_id)s AND f.mark = asked.mark AND f.placed_at > asked.since AND f.placed_at <= asked.until
      AND (asked.merchant_id IS NULL OR f.merchant_id = asked.merchant_id)
)
FROM unnest(%(marks)s::text[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[], %(merchant_ids)s::uuid[])
  WITH ORDINALITY AS asked(mark, since, until, merchant_id, n)
ORDER BY asked.n;

-- name: keep_marks
-- What orders had in them.
INSERT INTO orders.fraud_marks (tenant_id, mark, placed_at, order_id, merchant_id)
SELECT %(tenant_id)s, mark, placed_at, order_id, merchant_id
FROM unnest(%(marks)s::text[], %(placed_ats)s::timestamptz[], %(order_ids)s::uuid[], %(merchant_ids)s::uuid[])
  AS m(mark, placed_at, order_id, merchant_id)
ON CONFLICT (tenant_id, mark, placed_at, order_id) DO NOTHING;

-- name: forget_marks
-- Marks that no rule looks back to.
DELETE FROM orders.fraud_marks WHERE tenant_id = %(tenant_id)s AND placed_at < %(before)s;

-- name: known_customers
-- Which of these e-mail addresses have ordered before.
SELECT asked.email FROM unnest(%(emails)s::text[]) AS asked(email)
WHERE EXISTS (
    SELECT FROM orders.contacts c WHERE c.tenant_id = %(tenant_id)s AND c.email_key = asked.email
);

-- name: suspects
-- The newest orders as fraud rules see them, newest first; of one merchant when asked so.
SELECT o.id, o.number, o.merchant_id, o.placed_at, o.total_minor, o.currency, c.name, c.email, c.phone, c.street, c.city, c.postal_code,
       c.country, coalesce(p.tokens, '{}') AS tokens
FROM orders.orders o
JOIN orders.contacts c ON c.tenant_id = %(tenant_id)s AND c.order_id = o.id
LEFT JOIN LATERAL (
    SELECT array_agg(token) AS tokens FROM orders.payments p
    WHERE p.tenant_id = %(tenant_id)s AND p.order_id = o.id AND p.token <> ''
) AS p ON true
WHERE o.tenant_id = %(tenant_id)s AND (%(own)s::uuid IS NULL OR o.merchant_id = %(own)s)
ORDER BY o.placed_at DESC, o.id DESC LIMIT %(most)s;
