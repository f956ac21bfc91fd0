-- name: open_orders
-- Locks the orders that are not finished, in id order, so that holds and moves see one truth.
SELECT id FROM orders.orders
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) AND state IN ('placed', 'held', 'accepted')
ORDER BY id FOR UPDATE;

-- name: place_holds
-- One open hold per order and reason; one that is there stays.
INSERT INTO orders.holds (tenant_id, id, order_id, reason, note, owner, placed_by, placed_at, release_at, cancel_at)
SELECT %(tenant_id)s, id, order_id, reason, note, owner, %(actor)s, %(now)s, %(release_at)s, %(cancel_at)s
FROM unnest(%(ids)s::uuid[], %(order_ids)s::uuid[], %(reasons)s::text[], %(notes)s::text[], %(owners)s::text[])
  AS h(id, order_id, reason, note, owner)
ORDER BY order_id, reason
ON CONFLICT (tenant_id, order_id, reason) WHERE released_at IS NULL AND scope = 'order' DO NOTHING
RETURNING order_id;

-- name: release_holds
-- Lets go of one reason; other holds of the order stay.
UPDATE orders.holds SET released_at = %(now)s, released_by = %(actor)s
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(ids)s::uuid[]) AND reason = %(reason)s AND released_at IS NULL
  AND scope = 'order'
RETURNING order_id;

-- name: place_part_holds
-- One open hold per part of an order and reason; one that is there stays.
INSERT INTO orders.holds (tenant_id, id, order_id, scope, line_id, site_id, reason, note, owner, placed_by, placed_at, release_at)
SELECT %(tenant_id)s, id, %(order_id)s, CASE WHEN line_id IS NULL THEN 'fulfillment' ELSE 'line' END, line_id, site_id, %(reason)s,
       %(note)s, %(owner)s, %(actor)s, %(now)s, %(release_at)s
FROM unnest(%(ids)s::uuid[], %(line_ids)s::uuid[], %(site_ids)s::uuid[]) AS h(id, line_id, site_id)
ORDER BY line_id, site_id
ON CONFLICT (tenant_id, order_id, coalesce(line_id, site_id), reason) WHERE released_at IS NULL AND scope <> 'order' DO NOTHING
RETURNING id, order_id, line_id, site_id, reason;

-- name: open_part_holds
-- The holds of parts of an order.
SELECT id, order_id, line_id, site_id, reason FROM orders.holds
WHERE tenant_id = %(tenant_id)s AND order_id = %(order_id)s AND released_at IS NULL AND scope <> 'order' ORDER BY id;

-- name: release_part_holds
-- Lets go of holds of parts; other holds of the same parts stay.
UPDATE orders.holds SET released_at = %(now)s, released_by = %(actor)s
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) AND released_at IS NULL
RETURNING id, order_id, line_id, site_id, reason;

-- name: ready_orders
-- Orders that nothing keeps: no open hold of the whole, and every payment promised or taken.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(ids)s::uuid[]) AND o.state IN ('placed', 'held')
  AND NOT EXISTS (SELECT FROM orders.holds h
                  WHERE h.tenant_id = %(tenant_id)s AND h.order_id = o.id AND h.released_at IS NULL AND h.scope = 'order')
  AND NOT EXISTS (SELECT FROM orders.payments p WHERE p.tenant_id = %(tenant_id)s AND p.order_id = o.id
                  AND p.amount_minor > p.released_minor AND p.state NOT IN ('authorized', 'capturing', 'captured'))
ORDER BY o.id;

-- name: lacking
-- What lines of orders want that is neither promised nor shipped; kits by component; orders as they are given.
SELECT l.order_id, l.id AS line_id, want.product_id, (want.quantity - coalesce(got.quantity, 0))::int AS quantity
FROM orders.lines l
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = l.order_id AND o.state IN ('placed', 'held', 'accepted')
CROSS JOIN LATERAL (
    SELECT k.component_id AS product_id, k.quantity * l.quantity AS quantity FROM catalog.kit_components k
    WHERE k.tenant_id = %(tenant_id)s AND k.kit_id = l.product_id
    UNION ALL
    SELECT p.id, l.quantity FROM catalog.products p
    WHERE p.tenant_id = %(tenant_id)s AND p.id = l.product_id AND p.kind = 'single'
) AS want
LEFT JOIN LATERAL (
    SELECT sum(CASE WHEN r.phase IN ('pending', 'posted') THEN r.quantity ELSE r.shipped END) AS quantity
    FROM inventory.reservations r
    WHERE r.tenant_id = %(tenant_id)s AND r.order_id = l.order_id AND r.line_id = l.id AND r.product_id = want.product_id
) AS got ON true
WHERE l.tenant_id = %(tenant_id)s AND l.order_id = ANY (%(ids)s::uuid[]) AND want.quantity > coalesce(got.quantity, 0)
ORDER BY array_position(%(ids)s::uuid[], l.order_id), l.position, want.product_id;

-- name: orders_short
-- Orders with broken promises that were not made anew, with one of the products that are missing.
SELECT s.order_id, min(p.name) AS name, sum(s.quantity - s.replaced)::int AS units
FROM inventory.shortages s JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = s.product_id
WHERE s.tenant_id = %(tenant_id)s AND s.id = ANY (%(ids)s::uuid[]) AND s.quantity > s.replaced
GROUP BY s.order_id ORDER BY s.order_id;

-- name: unpaid_orders
-- Unfinished orders that lost their goods because they were not paid in time.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.state IN ('placed', 'held')
  AND o.id IN (SELECT s.order_id FROM inventory.shortages s
               WHERE s.tenant_id = %(tenant_id)s AND s.id = ANY (%(ids)s::uuid[]))
  AND EXISTS (SELECT FROM orders.payments p WHERE p.tenant_id = %(tenant_id)s AND p.order_id = o.id
              AND p.amount_minor > p.released_minor AND p.state NOT IN ('authorized', 'capturing', 'captured'))
ORDER BY o.id;

-- name: mails_of
-- The e-mail addresses of unfinished orders that have not left, while their merchant wants the domains checked.
SELECT o.id, c.email FROM orders.orders o
JOIN orders.contacts c ON c.tenant_id = o.tenant_id AND c.order_id = o.id
JOIN catalog.merchants m ON m.tenant_id = o.tenant_id AND m.id = o.merchant_id
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(ids)s::uuid[]) AND m.checks_mail AND c.email <> '' AND o.shipped_at IS NULL
  AND o.state IN ('placed', 'held', 'accepted')
ORDER BY o.id;
