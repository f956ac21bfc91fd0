-- name: sums_do_not_add_up
-- What an order comes to is the sum of its lines less discount, plus shipping and tax, up to the rounding that is shown on it.
SELECT o.id, o.number, o.total_minor, o.subtotal_minor, sum(l.total_minor) AS lines_minor
FROM orders.orders o JOIN orders.lines l ON l.tenant_id = %(tenant_id)s AND l.order_id = o.id
WHERE o.tenant_id = %(tenant_id)s
GROUP BY o.tenant_id, o.id
HAVING sum(l.total_minor) <> o.subtotal_minor
    OR (o.rounding_minor = 0
        AND o.total_minor <> o.subtotal_minor - o.discount_minor + o.shipping_minor + o.tax_minor)
LIMIT 50;

-- name: paid_and_total_differ
-- The payments of an order, less what it needs no more of them, add up to what its lines come to and the rounding shown on it.
SELECT o.id, o.number, o.total_minor, sum(p.amount_minor - p.released_minor) AS paid_minor
FROM orders.orders o JOIN orders.payments p ON p.tenant_id = %(tenant_id)s AND p.order_id = o.id
WHERE o.tenant_id = %(tenant_id)s
GROUP BY o.tenant_id, o.id
HAVING sum(p.amount_minor - p.released_minor) <> o.subtotal_minor - o.discount_minor + o.shipping_minor + o.tax_minor + o.rounding_minor
LIMIT 50;

-- name: held_order_goes_on
-- An order with an open hold of the whole must be held (or finished); here it goes on.
SELECT DISTINCT o.id, o.number, o.state FROM orders.orders o
JOIN orders.holds h ON h.tenant_id = %(tenant_id)s AND h.order_id = o.id AND h.released_at IS NULL AND h.scope = 'order'
WHERE o.tenant_id = %(tenant_id)s AND o.state IN ('placed', 'accepted') LIMIT 50;

-- name: accepted_without_money
-- An accepted order has every payment promised or taken.
SELECT DISTINCT o.id, o.number, p.state FROM orders.orders o
JOIN orders.payments p ON p.tenant_id = %(tenant_id)s AND p.order_id = o.id
WHERE o.tenant_id = %(tenant_id)s AND o.state = 'accepted' AND p.amount_minor > p.released_minor
  AND p.state NOT IN ('authorized', 'capturing', 'captured')
LIMIT 50;

-- name: refunds_differ_from_payments
-- What a payment counts as given back is the sum of its refunds that were not refused.
SELECT p.id, p.refunded_minor, coalesce(sum(r.amount_minor), 0) AS refunds_minor
FROM orders.payments p LEFT JOIN orders.refunds r
  ON r.tenant_id = %(tenant_id)s AND r.payment_id = p.id AND r.state <> 'refused'
WHERE p.tenant_id = %(tenant_id)s
GROUP BY p.tenant_id, p.id HAVING p.refunded_minor <> coalesce(sum(r.amount_minor), 0) LIMIT 50;

-- name: canceled_order_holds_goods
-- A canceled order has given its goods back, a merged one has passed them on.
SELECT DISTINCT o.id, o.number FROM orders.orders o
JOIN inventory.reservations r ON r.tenant_id = %(tenant_id)s AND r.order_id = o.id AND r.phase = 'pending'
WHERE o.tenant_id = %(tenant_id)s AND o.state IN ('canceled', 'merged') LIMIT 50;
