-- name: lines_left
-- Of orders whose money is taken by parts: what each line comes to, its pieces, and how many of them have left the house.
SELECT o.id AS order_id, o.discount_minor, o.shipping_minor, o.tax_minor, o.rounding_minor, l.total_minor,
       coalesce(sum(want.pieces), 0)::bigint AS pieces, coalesce(sum(least(got.shipped, want.pieces)), 0)::bigint AS gone
FROM orders.orders o
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = o.merchant_id
JOIN orders.lines l ON l.tenant_id = %(tenant_id)s AND l.order_id = o.id
LEFT JOIN LATERAL (
    SELECT k.component_id AS product_id, l.quantity * k.quantity AS pieces FROM catalog.kit_components k
    WHERE k.tenant_id = %(tenant_id)s AND k.kit_id = l.product_id
    UNION ALL
    SELECT p.id, l.quantity FROM catalog.products p
    WHERE p.tenant_id = %(tenant_id)s AND p.id = l.product_id AND p.kind = 'single'
) AS want ON true
LEFT JOIN LATERAL (
    SELECT sum(r.shipped) AS shipped FROM inventory.reservations r
    WHERE r.tenant_id = %(tenant_id)s AND r.line_id = l.id AND r.product_id = want.product_id
) AS got ON true
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(ids)s::uuid[])
  AND (m.capture_parts OR EXISTS (SELECT FROM orders.payments p WHERE p.tenant_id = %(tenant_id)s AND p.order_id = o.id AND p.due_minor > 0))
GROUP BY o.id, o.discount_minor, o.shipping_minor, o.tax_minor, o.rounding_minor, l.id, l.position, l.total_minor
ORDER BY o.id, l.position;

-- name: ask_takings
-- Writes down what parcels want of payments, and adds it to what is due of each, in one statement.
WITH asked AS (
    INSERT INTO orders.takings (tenant_id, id, payment_id, order_id, amount_minor, asked_at)
    SELECT %(tenant_id)s, id, payment_id, order_id, amount_minor, %(now)s
    FROM unnest(%(ids)s::uuid[], %(payment_ids)s::uuid[], %(order_ids)s::uuid[], %(amounts)s::bigint[])
        AS t(id, payment_id, order_id, amount_minor)
    RETURNING payment_id, amount_minor
)
UPDATE orders.payments p SET due_minor = p.due_minor + asked.amount_minor
FROM asked WHERE p.tenant_id = %(tenant_id)s AND p.id = asked.payment_id;

-- name: owed_takings
-- Parts of a payment that are not taken yet, in the order in which they were wanted.
SELECT id, amount_minor FROM orders.takings
WHERE tenant_id = %(tenant_id)s AND payment_id = %(payment_id)s AND taken_at IS NULL ORDER BY id;

-- name: note_taken
-- Parts were taken; what was noted before is not counted again.
WITH done AS (
    UPDATE orders.takings SET taken_at = %(now)s
    WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) AND taken_at IS NULL
    RETURNING payment_id, amount_minor
), sums AS (
    SELECT payment_id, sum(amount_minor) AS amount_minor FROM done GROUP BY payment_id
)
UPDATE orders.payments p SET captured_minor = p.captured_minor + sums.amount_minor
FROM sums WHERE p.tenant_id = %(tenant_id)s AND p.id = sums.payment_id;

-- name: drop_takings
-- What was wanted of these payments and not taken will not be; it is wanted of what takes their place.
DELETE FROM orders.takings
WHERE tenant_id = %(tenant_id)s AND payment_id = ANY (%(ids)s::uuid[]) AND taken_at IS NULL;

-- name: keep_of_payments
-- Of these payments no more is needed than this; the rest is asked for anew.
UPDATE orders.payments p SET released_minor = p.amount_minor - k.kept, due_minor = k.kept
FROM unnest(%(ids)s::uuid[], %(kepts)s::bigint[]) AS k(id, kept)
WHERE p.tenant_id = %(tenant_id)s AND p.id = k.id;

-- name: nothing_due
-- Payments of whose promise nothing was taken start anew.
UPDATE orders.payments SET due_minor = 0 WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);
