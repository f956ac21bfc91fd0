-- name: availability
-- What can be sold of products right now, over all warehouses; a kit as often as its scarcest component allows.
WITH parts AS MATERIALIZED (
    SELECT p.product_id, coalesce(k.component_id, p.product_id) AS component_id, coalesce(k.quantity, 1) AS quantity
    FROM unnest(%(product_ids)s::uuid[]) AS p(product_id)
    LEFT JOIN catalog.kit_components k ON k.tenant_id = %(tenant_id)s AND k.kit_id = p.product_id
), free AS MATERIALIZED (
    SELECT s.product_id AS component_id, sum(s.free) AS units FROM inventory.stock s
    WHERE s.tenant_id = %(tenant_id)s AND s.product_id = ANY (ARRAY(SELECT component_id FROM parts)) GROUP BY s.product_id
)
SELECT parts.product_id, min(coalesce(free.units, 0) / parts.quantity)::int AS available
FROM parts LEFT JOIN free USING (component_id) GROUP BY parts.product_id;

-- name: places_of
-- Where products lie at a site, in bins only.
SELECT site_id, product_id, place, on_hand FROM inventory.balances
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND product_id = ANY (%(product_ids)s::uuid[])
  AND on_hand > 0 AND place LIKE 'bin:%%' ORDER BY product_id, place;

-- name: levels
-- What each site holds and has promised of products.
SELECT product_id, site_id, on_hand, reserved FROM inventory.stock
WHERE tenant_id = %(tenant_id)s AND product_id = ANY (%(product_ids)s::uuid[]) ORDER BY product_id, site_id;

-- name: lying
-- Every place in which products lie.
SELECT site_id, product_id, place, on_hand FROM inventory.balances
WHERE tenant_id = %(tenant_id)s AND product_id = ANY (%(product_ids)s::uuid[]) AND on_hand > 0
ORDER BY site_id, product_id, place;

-- name: lies_in
-- What lies in one place.
SELECT site_id, product_id, place, on_hand FROM inventory.balances
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND place = %(place)s AND on_hand > 0 ORDER BY product_id;

-- name: held_by
-- Who holds units of a product, oldest order first.
SELECT order_id, line_id, site_id, product_id, quantity - shipped AS quantity, expires_at FROM inventory.reservations
WHERE tenant_id = %(tenant_id)s AND product_id = %(product_id)s AND phase = 'pending'
ORDER BY order_id, line_id LIMIT %(most)s;

-- name: reserved_for
-- What is still promised to orders.
SELECT order_id, line_id, site_id, product_id, quantity - shipped AS quantity, expires_at FROM inventory.reservations
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]) AND phase = 'pending'
ORDER BY order_id, line_id, site_id, product_id;

-- name: ledger_of
-- How a product came to be where it is, newest first.
SELECT id, site_id, product_id, from_place, to_place, quantity, reason, reference, order_id, lot, actor, occurred_at
FROM inventory.movements
WHERE tenant_id = %(tenant_id)s AND product_id = %(product_id)s AND id < %(before)s::uuid ORDER BY id DESC LIMIT %(most)s;

-- name: overview
-- What each site holds and has promised of the products on a page, and what is set aside there.
SELECT s.product_id, s.site_id, s.on_hand, s.reserved,
       coalesce((SELECT sum(b.on_hand) FROM inventory.balances b
                 WHERE b.tenant_id = %(tenant_id)s AND b.site_id = s.site_id AND b.product_id = s.product_id
                   AND b.place IN ('quarantine', 'quality_check', 'damaged')), 0)::int AS quarantined, s.safety
FROM inventory.stock s
WHERE s.tenant_id = %(tenant_id)s AND s.product_id = ANY (%(product_ids)s::uuid[]) ORDER BY s.product_id, s.site_id;

-- name: waiting_for
-- Orders that want a product and got none of it yet, who wants it longest first.
SELECT order_id, quantity, wanted_at FROM inventory.wants
WHERE tenant_id = %(tenant_id)s AND product_id = %(product_id)s AND filled_at IS NULL ORDER BY wanted_at, order_id LIMIT %(most)s;

-- name: coming
-- What suppliers are to bring of a product and nobody has begun to take in, what comes first in front.
SELECT a.id, a.reference, s.name AS supplier, a.site_id, a.expected_on, l.expected AS quantity
FROM inventory.arrival_lines l
JOIN inventory.arrivals a ON a.tenant_id = %(tenant_id)s AND a.id = l.arrival_id AND a.state IN ('expected', 'arriving')
JOIN inventory.suppliers s ON s.tenant_id = %(tenant_id)s AND s.id = a.supplier_id
WHERE l.tenant_id = %(tenant_id)s AND l.product_id = %(product_id)s AND l.expected > 0
ORDER BY a.expected_on NULLS LAST, a.id LIMIT %(most)s;
