-- name: sites_to_plan
-- Sites where accepted fulfillment orders wait for a cart.
SELECT s.id AS site_id, s.start_x_mm, s.start_y_mm, fl.cart_slots, fl.cart_mass_g, fl.cart_volume_ml, fl.failures,
       (SELECT count(*)::int FROM warehouse.batches b
        WHERE b.tenant_id = %(tenant_id)s AND b.state = 'planned' AND b.site_id = s.id) AS ready
FROM warehouse.floors fl JOIN catalog.sites s ON s.tenant_id = fl.tenant_id AND s.id = fl.site_id
WHERE fl.tenant_id = %(tenant_id)s AND EXISTS (
    SELECT 1 FROM warehouse.fulfillments f
    JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
    WHERE f.tenant_id = %(tenant_id)s AND f.site_id = s.id AND f.state = 'waiting' AND o.state = 'accepted')
ORDER BY s.id;

-- name: waiting_needs
-- What the most urgent waiting fulfillment orders of a site still need, item by item.
WITH urgent AS (
    SELECT f.id, f.priority, f.ship_by FROM warehouse.fulfillments f
    JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
    WHERE f.tenant_id = %(tenant_id)s AND f.site_id = %(site_id)s AND f.state = 'waiting' AND o.state = 'accepted'
      AND (%(only)s::uuid[] IS NULL OR f.id = ANY (%(only)s::uuid[]))
    ORDER BY f.priority DESC, f.ship_by, f.id LIMIT %(most)s
)
SELECT urgent.id AS fulfillment_id, urgent.priority, urgent.ship_by, i.line_id, i.product_id,
       i.quantity - i.picked AS quantity, p.weight_g,
       (p.length_mm::bigint * p.width_mm * p.height_mm / 1000)::bigint AS volume_ml
FROM urgent
JOIN warehouse.items i ON i.tenant_id = %(tenant_id)s AND i.fulfillment_id = urgent.id
JOIN catalog.products p ON p.tenant_id = i.tenant_id AND p.id = i.product_id
WHERE i.quantity > i.picked
ORDER BY urgent.priority DESC, urgent.ship_by, urgent.id, i.line_id, i.product_id;

-- name: complete_waiting
-- Waiting fulfillment orders that need nothing more: all their units lie in totes already.
SELECT f.id FROM warehouse.fulfillments f
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
WHERE f.tenant_id = %(tenant_id)s AND f.site_id = %(site_id)s AND f.state = 'waiting' AND o.state = 'accepted'
  AND NOT EXISTS (SELECT 1 FROM warehouse.items i
                  WHERE i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id AND i.quantity > i.picked)
  AND EXISTS (SELECT 1 FROM warehouse.items i
              WHERE i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id AND i.picked > 0)
ORDER BY f.id;

-- name: shelves
-- Bins of a site that hold wanted products, and how many units are promised to no open pick, by their last day of sale: what expires
-- first is picked first, so promised units are taken off it. Lots that may not be sold and bins that wait for a count are left out.
SELECT bin.code AS place, b.product_id, bin.aisle, bin.y_mm, part.free, part.expires_on
FROM inventory.balances b
JOIN catalog.bins bin ON bin.tenant_id = b.tenant_id AND bin.site_id = b.site_id AND 'bin:' || bin.code = b.place
LEFT JOIN LATERAL (
    SELECT sum(p.quantity - p.picked - p.short) AS units FROM warehouse.picks p
    WHERE p.tenant_id = %(tenant_id)s AND p.site_id = b.site_id AND p.product_id = b.product_id AND p.place = b.place
      AND p.done_at IS NULL
) promised ON true
CROSS JOIN LATERAL (
    SELECT days.expires_on, least(days.units, days.upto - coalesce(promised.units, 0))::int AS free
    FROM (
        SELECT lots.expires_on, sum(lots.units) AS units, sum(sum(lots.units)) OVER (ORDER BY lots.expires_on NULLS LAST) AS upto
        FROM (
            SELECT CASE WHEN l.state = 'sellable' THEN l.expires_on END AS expires_on,
                   CASE WHEN l.state = 'sellable' THEN u.on_hand ELSE 0 END AS units
            FROM inventory.lot_units u
            JOIN inventory.lots l ON l.tenant_id = %(tenant_id)s AND l.product_id = u.product_id AND l.lot = u.lot
            WHERE u.tenant_id = %(tenant_id)s AND u.product_id = b.product_id AND u.site_id = b.site_id AND u.place = b.place
            UNION ALL
            SELECT NULL, b.on_hand - coalesce(sum(u.on_hand), 0) FROM inventory.lot_units u
            WHERE u.tenant_id = %(tenant_id)s AND u.product_id = b.product_id AND u.site_id = b.site_id AND u.place = b.place
        ) AS lots GROUP BY lots.expires_on
    ) AS days WHERE days.units > 0 AND days.upto > coalesce(promised.units, 0)
) AS part
WHERE b.tenant_id = %(tenant_id)s AND b.site_id = %(site_id)s AND b.product_id = ANY (%(product_ids)s::uuid[])
  AND b.on_hand > coalesce(promised.units, 0)
  AND NOT EXISTS (SELECT 1 FROM inventory.counts c
                  WHERE c.tenant_id = %(tenant_id)s AND c.site_id = b.site_id AND c.place = b.place
                    AND c.product_id = b.product_id AND c.counted_at IS NULL AND c.blocks)
ORDER BY bin.code, b.product_id, part.expires_on NULLS LAST;

-- name: aisles
-- The aisles of a site.
SELECT number, x_mm, front_y_mm, back_y_mm FROM catalog.aisles
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s ORDER BY number;

-- name: site_start
-- Where walks of a site begin and end.
SELECT start_x_mm, start_y_mm FROM catalog.sites WHERE tenant_id = %(tenant_id)s AND id = %(site_id)s;

-- name: bins_at
-- Where some bins of a site are.
SELECT code AS place, aisle, y_mm FROM catalog.bins
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND code = ANY (%(codes)s::text[]) ORDER BY code;

-- name: units_needed
-- How many units fulfillment orders still need, to see whether a plan still covers them.
SELECT i.fulfillment_id, sum(i.quantity - i.picked)::int FROM warehouse.items i
WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = ANY (%(fulfillment_ids)s::uuid[]) GROUP BY i.fulfillment_id;

-- name: lock_floor
-- Bins of a site are promised by one plan at a time.
SELECT fl.failures FROM warehouse.floors fl WHERE fl.tenant_id = %(tenant_id)s AND fl.site_id = %(site_id)s
FOR NO KEY UPDATE OF fl;

-- name: count_failure
-- A plan that could not be thought out is remembered, so that the next try takes the plain way.
UPDATE warehouse.floors SET failures = failures + 1 WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s;

-- name: forget_failures
-- The plan was thought out again.
UPDATE warehouse.floors SET failures = 0 WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND failures > 0;

-- name: add_batches
-- The carts of a plan.
INSERT INTO warehouse.batches (tenant_id, id, number, site_id, priority, ship_by, walk_mm, s_shape_mm, reasons, planned_at)
SELECT %(tenant_id)s, id, number, %(site_id)s, priority, ship_by, walk_mm, s_shape_mm, reasons, %(now)s
FROM unnest(%(ids)s::uuid[], %(numbers)s::bigint[], %(prioritys)s::int[], %(ship_bys)s::timestamptz[],
            %(walk_mms)s::bigint[], %(s_shape_mms)s::bigint[], %(reasonss)s::jsonb[])
  AS b(id, number, priority, ship_by, walk_mm, s_shape_mm, reasons);

-- name: add_picks
-- The stops of walks.
INSERT INTO warehouse.picks (tenant_id, id, batch_id, site_id, position, fulfillment_id, line_id, product_id, place, quantity)
SELECT %(tenant_id)s, id, batch_id, %(site_id)s, position, fulfillment_id, line_id, product_id, 'bin:' || place, quantity
FROM unnest(%(ids)s::uuid[], %(batch_ids)s::uuid[], %(positions)s::int[], %(fulfillment_ids)s::uuid[],
            %(line_ids)s::uuid[], %(product_ids)s::uuid[], %(places)s::text[], %(quantitys)s::int[])
  AS p(id, batch_id, position, fulfillment_id, line_id, product_id, place, quantity);

-- name: assign_slots
-- Which cart and slot a fulfillment order is picked into.
UPDATE warehouse.fulfillments f SET batch_id = a.batch_id, slot = a.slot, stuck = NULL
FROM unnest(%(fulfillment_ids)s::uuid[], %(batch_ids)s::uuid[], %(slots)s::int[]) AS a(fulfillment_id, batch_id, slot)
WHERE f.tenant_id = %(tenant_id)s AND f.id = a.fulfillment_id;

-- name: note_stuck
-- Why a fulfillment order finds no bins, for the desk to see.
UPDATE warehouse.fulfillments f SET stuck = s.why
FROM unnest(%(fulfillment_ids)s::uuid[], %(whys)s::text[]) AS s(fulfillment_id, why)
WHERE f.tenant_id = %(tenant_id)s AND f.id = s.fulfillment_id AND f.stuck IS DISTINCT FROM s.why;

-- name: stranded_by_refills
-- Fulfillment orders with stops at bins that faces were filled from, where too few units lie for all stops now.
SELECT DISTINCT p.fulfillment_id FROM warehouse.picks p
JOIN inventory.refills r ON r.tenant_id = %(tenant_id)s AND r.id = ANY (%(refill_ids)s::uuid[]) AND r.site_id = p.site_id
  AND r.product_id = p.product_id AND r.from_place = p.place
WHERE p.tenant_id = %(tenant_id)s AND p.done_at IS NULL
  AND (SELECT sum(o.quantity - o.picked - o.short) FROM warehouse.picks o
       WHERE o.tenant_id = %(tenant_id)s AND o.site_id = p.site_id AND o.product_id = p.product_id AND o.place = p.place
         AND o.done_at IS NULL)
    > (SELECT b.on_hand FROM inventory.balances b
       WHERE b.tenant_id = %(tenant_id)s AND b.site_id = p.site_id AND b.product_id = p.product_id AND b.place = p.place)
ORDER BY p.fulfillment_id;

-- name: stranded_by_plates
-- Fulfillment orders with stops for products on plates that were moved, at bins where too few units lie for all stops now.
SELECT DISTINCT p.fulfillment_id FROM inventory.plates l
JOIN inventory.plate_contents c ON c.tenant_id = %(tenant_id)s AND c.plate_id = l.id
JOIN warehouse.picks p ON p.tenant_id = %(tenant_id)s AND p.site_id = l.site_id AND p.product_id = c.product_id AND p.done_at IS NULL
WHERE l.tenant_id = %(tenant_id)s AND l.id = ANY (%(plate_ids)s::uuid[])
  AND (SELECT sum(o.quantity - o.picked - o.short) FROM warehouse.picks o
       WHERE o.tenant_id = %(tenant_id)s AND o.site_id = p.site_id AND o.product_id = p.product_id AND o.place = p.place
         AND o.done_at IS NULL)
    > (SELECT b.on_hand FROM inventory.balances b
       WHERE b.tenant_id = %(tenant_id)s AND b.site_id = p.site_id AND b.product_id = p.product_id AND b.place = p.place)
ORDER BY p.fulfillment_id;

-- name: stranded_by_lots
-- Fulfillment orders with stops at bins where lots lie that may not be sold any more, and too few units besides them.
SELECT DISTINCT p.fulfillment_id FROM warehouse.picks p
JOIN (
    SELECT u.site_id, u.product_id, u.place FROM inventory.lots l
    JOIN inventory.lot_units u ON u.tenant_id = %(tenant_id)s AND u.product_id = l.product_id AND u.lot = l.lot AND u.on_hand > 0
    WHERE l.tenant_id = %(tenant_id)s AND l.id = ANY (%(lot_ids)s::uuid[]) AND l.state <> 'sellable'
) AS blocked ON blocked.site_id = p.site_id AND blocked.product_id = p.product_id AND blocked.place = p.place
WHERE p.tenant_id = %(tenant_id)s AND p.done_at IS NULL
  AND (SELECT sum(o.quantity - o.picked - o.short) FROM warehouse.picks o
       WHERE o.tenant_id = %(tenant_id)s AND o.site_id = p.site_id AND o.product_id = p.product_id AND o.place = p.place
         AND o.done_at IS NULL)
    > (SELECT b.on_hand FROM inventory.balances b
       WHERE b.tenant_id = %(tenant_id)s AND b.site_id = p.site_id AND b.product_id = p.product_id AND b.place = p.place)
    - (SELECT sum(u.on_hand) FROM inventory.lot_units u
       JOIN inventory.lots l ON l.tenant_id = %(tenant_id)s AND l.product_id = u.product_id AND l.lot = u.lot AND l.state <> 'sellable'
       WHERE u.tenant_id = %(tenant_id)s AND u.site_id = p.site_id AND u.product_id = p.product_id AND u.place = p.place)
ORDER BY p.fulfillment_id;
