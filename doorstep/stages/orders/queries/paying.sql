-- name: payments
-- Payments by id.
SELECT id, order_id, state, processor, method, token, amount_minor, captured_minor, refunded_minor, released_minor, currency,
       reference, declined, attempt, asked_at, called_at, due_minor, parts
FROM orders.payments WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) ORDER BY id;

-- name: payments_of
-- The payments of orders.
SELECT id, order_id, state, processor, method, token, amount_minor, captured_minor, refunded_minor, released_minor, currency,
       reference, declined, attempt, asked_at, called_at, due_minor, parts
FROM orders.payments WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(ids)s::uuid[]) ORDER BY order_id, id;

-- name: lock_payments_of
-- The payments of orders, locked in id order before money is divided over them.
SELECT id, order_id, state, processor, method, token, amount_minor, captured_minor, refunded_minor, released_minor, currency,
       reference, declined, attempt, asked_at, called_at, due_minor, parts
FROM orders.payments WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(ids)s::uuid[]) ORDER BY id FOR UPDATE;

-- name: note_asked
-- The processor is about to be asked; from here on the outcome may be unknown.
UPDATE orders.payments SET asked_at = %(now)s, called_at = coalesce(called_at, %(called_at)s)
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: note_answer
-- What the processor calls the payment, or why it declined.
UPDATE orders.payments SET reference = coalesce(%(reference)s, reference), declined = %(declined)s,
    expires_at = %(expires_at)s, parts = %(parts)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: next_attempt
-- A declined payment is asked anew, under a new name of ours; the shop may bring another token.
UPDATE orders.payments SET attempt = attempt + 1, asked_at = NULL, called_at = NULL, declined = NULL, reference = NULL,
    expires_at = NULL, token = coalesce(%(token)s, token),
    amount_minor = amount_minor - released_minor, released_minor = 0, due_minor = 0
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: forget_asked
-- The processor never did it: it may be asked under the same name as if for the first time.
UPDATE orders.payments SET asked_at = NULL WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: lapsing
-- Promises of open orders that end before long, the next first.
SELECT p.id FROM orders.payments p JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = p.order_id
WHERE p.tenant_id = %(tenant_id)s AND p.state = 'authorized' AND p.expires_at <= %(before)s
  AND o.state IN ('placed', 'held', 'accepted')
ORDER BY p.expires_at, p.id LIMIT %(most)s;

-- name: shipped_of
-- Those of these orders that something has left of.
SELECT id FROM orders.orders
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) AND shipped_at IS NOT NULL AND state <> 'canceled' ORDER BY id;

-- name: note_captured
-- What the order needs of the promise was taken, and with it every part that was wanted.
WITH taken AS (
    UPDATE orders.takings SET taken_at = %(now)s
    WHERE tenant_id = %(tenant_id)s AND payment_id = ANY (%(ids)s::uuid[]) AND taken_at IS NULL
)
UPDATE orders.payments SET captured_minor = amount_minor - released_minor
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: refunds_asked
-- Refunds of orders that were asked under these references before.
SELECT DISTINCT order_id, reference FROM orders.refunds
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(ids)s::uuid[]);

-- name: ask_refunds
-- Writes refunds down and takes them off what can still be given back, in one statement.
WITH asked AS (
    INSERT INTO orders.refunds (tenant_id, id, payment_id, order_id, amount_minor, reason, reference)
    SELECT %(tenant_id)s, id, payment_id, order_id, amount_minor, reason, reference
    FROM unnest(%(ids)s::uuid[], %(payment_ids)s::uuid[], %(order_ids)s::uuid[], %(amounts)s::bigint[], %(reasons)s::text[],
                %(references)s::text[]) AS r(id, payment_id, order_id, amount_minor, reason, reference)
    RETURNING payment_id, amount_minor
), sums AS (
    SELECT payment_id, sum(amount_minor) AS amount_minor FROM asked GROUP BY payment_id
)
UPDATE orders.payments p SET refunded_minor = p.refunded_minor + sums.amount_minor
FROM sums WHERE p.tenant_id = %(tenant_id)s AND p.id = sums.payment_id;

-- name: undo_refund
-- The processor refused: the money can be given back in another way.
UPDATE orders.payments p SET refunded_minor = p.refunded_minor - r.amount_minor
FROM orders.refunds r
WHERE p.tenant_id = %(tenant_id)s AND r.tenant_id = %(tenant_id)s AND r.id = %(id)s AND p.id = r.payment_id;

-- name: refunds
-- Refunds with where they go.
SELECT r.id, r.payment_id, r.order_id, r.state, r.amount_minor, p.currency, r.reason, r.reference, p.processor,
       p.reference AS payment_reference
FROM orders.refunds r JOIN orders.payments p ON p.tenant_id = %(tenant_id)s AND p.id = r.payment_id
WHERE r.tenant_id = %(tenant_id)s AND (r.id = ANY (%(ids)s::uuid[]) OR r.order_id = ANY (%(order_ids)s::uuid[]))
ORDER BY r.id;
