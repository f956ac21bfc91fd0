-- name: merge_candidates
-- Orders of the same merchant and currency that have not begun to leave, of a customer with the same e-mail address or name.
WITH me AS (
    SELECT email_key, lower(name) AS name FROM orders.contacts WHERE tenant_id = %(tenant_id)s AND order_id = %(order_id)s
), kin AS (
    (SELECT c.order_id FROM me JOIN orders.contacts c ON c.tenant_id = %(tenant_id)s AND c.email_key = me.email_key
     WHERE me.email_key <> '' ORDER BY c.order_id DESC LIMIT 200)
    UNION
    (SELECT c.order_id FROM me JOIN orders.contacts c ON c.tenant_id = %(tenant_id)s AND lower(c.name) COLLATE "C" = me.name
     ORDER BY c.order_id DESC LIMIT 200)
)
SELECT o.id FROM kin JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = kin.order_id
WHERE o.id <> %(order_id)s AND o.state = 'accepted' AND o.shipped_at IS NULL
  AND o.merchant_id = %(merchant_id)s AND o.currency = %(currency)s
ORDER BY o.placed_at, o.id;

-- name: lock_to_merge
-- The orders of a merge are changed by one; locked in id order, as everywhere.
SELECT id FROM orders.orders WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) ORDER BY id FOR UPDATE;

-- name: line_ids
-- The lines of orders.
SELECT id FROM orders.lines WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(ids)s::uuid[]) ORDER BY id;

-- name: take_in
-- What an order comes to after others joined it, with the promise that was made first to any of them.
UPDATE orders.orders SET subtotal_minor = %(subtotal_minor)s, discount_minor = %(discount_minor)s,
    shipping_minor = %(shipping_minor)s, tax_minor = %(tax_minor)s, total_minor = %(total_minor)s,
    rounding_minor = %(rounding_minor)s, note = %(note)s, promised_from = %(promised_from)s,
    promised_until = %(promised_until)s, leave_by = %(leave_by)s, regrouped = true
WHERE tenant_id = %(tenant_id)s AND id = %(order_id)s;

-- name: join
-- Orders that joined another one come to nothing themselves.
UPDATE orders.orders SET subtotal_minor = 0, discount_minor = 0, shipping_minor = 0, tax_minor = 0, total_minor = 0,
    rounding_minor = 0, merged_into = %(order_id)s, regrouped = true
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: take_shares
-- The sites that joined orders leave from are sites of the order now; each keeps the earlier day.
INSERT INTO orders.shares (tenant_id, order_id, site_id, leaves)
SELECT %(tenant_id)s, %(order_id)s, s.site_id, min(s.leaves) FROM orders.shares s
WHERE s.tenant_id = %(tenant_id)s AND s.order_id = ANY (%(ids)s::uuid[]) GROUP BY s.site_id ORDER BY s.site_id
ON CONFLICT (tenant_id, order_id, site_id) DO UPDATE SET leaves = least(shares.leaves, excluded.leaves);
