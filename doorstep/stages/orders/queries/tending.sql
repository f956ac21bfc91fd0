-- name: holds_queue
-- Open holds of unfinished orders by owner and age; of one owner, of one merchant when asked so.
SELECT h.id, h.order_id, o.number, o.state, m.code AS merchant, m.name AS merchant_name, c.name AS customer, h.reason, h.note,
       h.scope, coalesce(l.name, s.name, '') AS part, h.line_id, h.site_id, h.owner, h.placed_by, h.placed_at, h.release_at, h.cancel_at, o.leave_by
FROM orders.holds h
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = h.order_id AND o.state IN ('placed', 'held', 'accepted')
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = o.merchant_id
JOIN orders.contacts c ON c.tenant_id = %(tenant_id)s AND c.order_id = o.id
LEFT JOIN orders.lines l ON l.tenant_id = %(tenant_id)s AND l.id = h.line_id
LEFT JOIN catalog.sites s ON s.tenant_id = %(tenant_id)s AND s.id = h.site_id
WHERE h.tenant_id = %(tenant_id)s AND h.released_at IS NULL
  AND (h.owner, h.placed_at, h.id) > (%(after_owner)s, %(after_at)s::timestamptz, %(after_id)s::uuid)
  AND (%(owner)s::text IS NULL OR h.owner = %(owner)s)
  AND (%(merchant_id)s::uuid IS NULL OR o.merchant_id = %(merchant_id)s)
ORDER BY h.owner, h.placed_at, h.id LIMIT %(most)s;

-- name: holds_by_owner
-- How many open holds of unfinished orders wait for each owner.
SELECT h.owner, count(*)::int FROM orders.holds h
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = h.order_id AND o.state IN ('placed', 'held', 'accepted')
WHERE h.tenant_id = %(tenant_id)s AND h.released_at IS NULL
  AND (%(merchant_id)s::uuid IS NULL OR o.merchant_id = %(merchant_id)s)
GROUP BY h.owner ORDER BY h.owner;

-- name: holds_due
-- Open holds of unfinished orders whose time has come, the oldest first.
SELECT h.id, h.order_id, h.scope, h.reason, h.cancel_at IS NOT NULL AND h.cancel_at <= %(now)s AS canceled
FROM orders.holds h
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = h.order_id AND o.state IN ('placed', 'held', 'accepted')
WHERE h.tenant_id = %(tenant_id)s AND h.released_at IS NULL AND least(h.release_at, h.cancel_at) <= %(now)s
  AND (h.release_at IS NOT NULL OR h.cancel_at IS NOT NULL)
ORDER BY least(h.release_at, h.cancel_at), h.id LIMIT %(most)s;

-- name: waiting_for_stock
-- Orders that wait for goods, held or with a part on its way, and want one of the products that just came in, first promised first,
-- then first placed.
SELECT o.id FROM (
    SELECT h.order_id FROM orders.holds h
    WHERE h.tenant_id = %(tenant_id)s AND h.reason = 'out_of_stock' AND h.released_at IS NULL
      AND EXISTS (SELECT FROM orders.lines l
                  LEFT JOIN catalog.kit_components k ON k.tenant_id = %(tenant_id)s AND k.kit_id = l.product_id
                  WHERE l.tenant_id = %(tenant_id)s AND l.order_id = h.order_id
                    AND coalesce(k.component_id, l.product_id) = ANY (%(product_ids)s::uuid[]))
    UNION
    SELECT w.order_id FROM inventory.wants w
    WHERE w.tenant_id = %(tenant_id)s AND w.product_id = ANY (%(product_ids)s::uuid[]) AND w.filled_at IS NULL
) AS waiting
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = waiting.order_id AND o.state IN ('held', 'accepted')
ORDER BY o.promised_until NULLS LAST, o.placed_at, o.id LIMIT %(most)s;

-- name: could_be_filled
-- Orders that wait for goods all of which are free somewhere now, first promised first, then first placed.
SELECT o.id FROM orders.orders o
JOIN (
    SELECT w.order_id FROM inventory.wants w
    LEFT JOIN LATERAL (SELECT sum(s.free) AS units FROM inventory.stock s
                       WHERE s.tenant_id = %(tenant_id)s AND s.product_id = w.product_id) AS free ON true
    WHERE w.tenant_id = %(tenant_id)s AND w.filled_at IS NULL
    GROUP BY w.order_id HAVING bool_and(coalesce(free.units, 0) >= w.quantity)
) AS ready ON ready.order_id = o.id
WHERE o.tenant_id = %(tenant_id)s AND o.state IN ('held', 'accepted')
ORDER BY o.promised_until NULLS LAST, o.placed_at, o.id LIMIT %(most)s;

-- name: held_for_stock
-- Which of some orders wait for goods: they are held for it, or owed some while what is there leaves.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(ids)s::uuid[]) AND o.state IN ('held', 'accepted')
  AND (EXISTS (SELECT FROM orders.holds h WHERE h.tenant_id = %(tenant_id)s AND h.order_id = o.id
               AND h.reason = 'out_of_stock' AND h.released_at IS NULL)
       OR EXISTS (SELECT FROM inventory.backorders b WHERE b.tenant_id = %(tenant_id)s AND b.order_id = o.id)) ORDER BY o.id;
