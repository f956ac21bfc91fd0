-- name: orders_told
-- What webhooks may tell of orders.
SELECT o.id, o.merchant_id, m.code AS merchant, o.number, o.external_ref AS reference, o.channel
FROM orders.orders o JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = o.merchant_id
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(ids)s::uuid[]);

-- name: refunds_told
-- What webhooks may tell of refunds.
SELECT r.id, r.order_id, jsonb_build_object('amount_minor', r.amount_minor, 'currency', p.currency) AS data,
       '/api/orders/' || r.order_id AS path
FROM orders.refunds r JOIN orders.payments p ON p.tenant_id = %(tenant_id)s AND p.id = r.payment_id
WHERE r.tenant_id = %(tenant_id)s AND r.id = ANY (%(ids)s::uuid[]);
