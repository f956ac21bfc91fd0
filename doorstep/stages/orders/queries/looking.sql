-- name: orders
-- Orders as they are kept, with whom they go to.
SELECT o.id, o.state, o.number, o.merchant_id, m.code AS merchant, m.name AS merchant_name, o.channel, o.external_ref, o.placed_at,
       o.currency, o.subtotal_minor, o.discount_minor, o.shipping_minor, o.tax_minor, o.total_minor, o.rounding_minor, o.delivery,
       o.gift, o.note, o.language, o.promised_from, o.promised_until, o.leave_by, o.ships_on, o.shipped_at, o.changes, o.merged_into, o.regrouped, c.name, c.company, c.email, c.phone,
       c.street, c.street2, c.city, c.region, c.postal_code, c.country
FROM orders.orders o
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = o.merchant_id
JOIN orders.contacts c ON c.tenant_id = %(tenant_id)s AND c.order_id = o.id
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(ids)s::uuid[])
  AND (%(merchant_id)s::uuid IS NULL OR o.merchant_id = %(merchant_id)s)
ORDER BY o.placed_at DESC, o.id DESC;

-- name: lines
-- The lines of orders, as they were ordered.
SELECT id, order_id, position, product_id, sku, name, quantity, unit_minor, discount_minor, tax_minor, total_minor, sold_as
FROM orders.lines WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(ids)s::uuid[]) ORDER BY order_id, position;

-- name: holds
-- Every hold of orders, released ones too.
SELECT id, order_id, reason, note, owner, placed_by, placed_at, release_at, cancel_at, released_at, released_by, scope, line_id,
       site_id
FROM orders.holds WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(ids)s::uuid[]) ORDER BY order_id, placed_at, id;

-- name: page
-- One page of the list, newest first, by any state and merchant.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND (o.placed_at, o.id) < (%(before)s, %(before_id)s) ORDER BY o.placed_at DESC, o.id DESC
LIMIT %(most)s;

-- name: page_of_merchant
-- One page of a merchant's orders, newest first.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.merchant_id = %(merchant_id)s AND (o.placed_at, o.id) < (%(before)s, %(before_id)s)
ORDER BY o.placed_at DESC, o.id DESC LIMIT %(most)s;

-- name: page_of_state
-- One page of orders in one state, newest first; of one merchant when asked so.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.state = %(state)s AND (o.placed_at, o.id) < (%(before)s, %(before_id)s)
  AND (%(merchant_id)s::uuid IS NULL OR o.merchant_id = %(merchant_id)s)
ORDER BY o.placed_at DESC, o.id DESC LIMIT %(most)s;

-- name: page_of_risk
-- One page of the open orders that have not left, those first that must leave first; of one merchant when asked so.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.leave_by IS NOT NULL AND o.shipped_at IS NULL
  AND o.state IN ('placed', 'held', 'accepted') AND (o.leave_by, o.id) > (%(before)s, %(before_id)s)
  AND (%(leave_before)s::timestamptz IS NULL OR o.leave_by < %(leave_before)s)
  AND (%(promised_before)s::timestamptz IS NULL OR o.promised_until < %(promised_before)s)
  AND (%(among)s::uuid[] IS NULL OR o.id = ANY (%(among)s))
  AND (%(state)s::text IS NULL OR o.state = %(state)s)
  AND (%(merchant_id)s::uuid IS NULL OR o.merchant_id = %(merchant_id)s)
ORDER BY o.leave_by, o.id LIMIT %(most)s;

-- name: page_among
-- One page of orders of a set, newest first; of those that a hold or a payment keeps only unfinished ones.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(among)s::uuid[]) AND (o.placed_at, o.id) < (%(before)s, %(before_id)s)
  AND (NOT %(unfinished)s OR o.state IN ('placed', 'held', 'accepted'))
  AND (%(state)s::text IS NULL OR o.state = %(state)s)
  AND (%(merchant_id)s::uuid IS NULL OR o.merchant_id = %(merchant_id)s)
ORDER BY o.placed_at DESC, o.id DESC LIMIT %(most)s;

-- name: held_for
-- Orders that are held for one reason, the newest.
SELECT h.order_id FROM orders.holds h
WHERE h.tenant_id = %(tenant_id)s AND h.reason = %(reason)s AND h.released_at IS NULL ORDER BY h.order_id DESC LIMIT %(most)s;

-- name: in_trouble_with
-- Orders with a payment in one of the states that a person looks after, the newest.
SELECT DISTINCT p.order_id FROM orders.payments p
WHERE p.tenant_id = %(tenant_id)s AND p.state = %(payment)s AND p.state IN ('declined', 'unknown', 'lapsed')
ORDER BY p.order_id DESC LIMIT %(most)s;

-- name: search
-- Orders by number, external reference, e-mail address, SKU, serial number, the beginning of a name, or what later stages found; each by its
-- own index, the newest of each.
WITH found AS (
    (SELECT o.id FROM orders.orders o WHERE o.tenant_id = %(tenant_id)s AND o.number = %(number)s::bigint)
    UNION
    (SELECT o.id FROM orders.orders o WHERE o.tenant_id = %(tenant_id)s AND o.external_ref = %(q)s LIMIT %(widest)s)
    UNION
    (SELECT c.order_id FROM orders.contacts c WHERE c.tenant_id = %(tenant_id)s AND c.email_key = lower(%(q)s)
     ORDER BY c.order_id DESC LIMIT %(widest)s)
    UNION
    (SELECT l.order_id FROM catalog.products p CROSS JOIN LATERAL (
        SELECT l.order_id FROM orders.lines l WHERE l.tenant_id = %(tenant_id)s AND l.product_id = p.id
        ORDER BY l.order_id DESC LIMIT %(widest)s) AS l
     WHERE p.tenant_id = %(tenant_id)s AND p.sku = %(q)s)
    UNION
    (SELECT c.order_id FROM orders.contacts c
     WHERE c.tenant_id = %(tenant_id)s AND lower(c.name) COLLATE "C" >= lower(%(name)s::text)
       AND lower(c.name) COLLATE "C" < lower(%(name)s::text) || chr(1114111)
     ORDER BY lower(c.name) COLLATE "C", c.order_id DESC LIMIT %(widest)s)
    UNION
    (SELECT s.order_id FROM inventory.serials s WHERE s.tenant_id = %(tenant_id)s AND s.serial = %(q)s AND s.order_id IS NOT NULL
     LIMIT %(widest)s)
    UNION
    SELECT unnest(%(named)s::uuid[])
)
SELECT o.id FROM found JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = found.id
WHERE (o.placed_at, o.id) < (%(before)s, %(before_id)s)
  AND (%(among)s::uuid[] IS NULL OR o.id = ANY (%(among)s))
  AND (NOT %(unfinished)s OR o.state IN ('placed', 'held', 'accepted'))
  AND (%(state)s::text IS NULL OR o.state = %(state)s)
  AND (%(merchant_id)s::uuid IS NULL OR o.merchant_id = %(merchant_id)s)
ORDER BY o.placed_at DESC, o.id DESC LIMIT %(most)s;

-- name: counts
-- How many orders are open per state, for the chips above the list; finished ones are not counted.
SELECT o.state, count(*)::int AS count FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.state = ANY (ARRAY['placed', 'held', 'accepted'])
  AND (%(merchant_id)s::uuid IS NULL OR o.merchant_id = %(merchant_id)s)
GROUP BY o.state;

-- name: standing
-- How the orders of a channel stand, each with its external reference, open holds and money.
SELECT o.external_ref, m.code AS merchant, o.id, o.state, o.shipped_at IS NOT NULL AS shipped, o.total_minor, o.rounding_minor,
       coalesce(h.reasons, '{}') AS holds, coalesce(p.promised, 0)::bigint AS payments_minor,
       coalesce(p.captured, 0)::bigint AS captured_minor, coalesce(p.refunded, 0)::bigint AS refunded_minor,
       o.promised_until
FROM orders.orders o
JOIN catalog.merchants m ON m.tenant_id = o.tenant_id AND m.id = o.merchant_id
LEFT JOIN LATERAL (
    SELECT array_agg(x.reason ORDER BY x.reason) AS reasons FROM orders.holds x
    WHERE x.tenant_id = %(tenant_id)s AND x.order_id = o.id AND x.released_at IS NULL AND x.scope = 'order'
) h ON true
LEFT JOIN LATERAL (
    SELECT sum(x.amount_minor - x.released_minor) AS promised, sum(x.captured_minor) AS captured, sum(x.refunded_minor) AS refunded
    FROM orders.payments x WHERE x.tenant_id = %(tenant_id)s AND x.order_id = o.id
) p ON true
WHERE o.tenant_id = %(tenant_id)s AND o.channel = %(channel)s AND o.external_ref IS NOT NULL
  AND (%(ids)s::uuid[] IS NULL OR o.id = ANY (%(ids)s::uuid[]))
ORDER BY o.external_ref, m.code;
