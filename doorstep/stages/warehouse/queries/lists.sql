-- Working by list: carts and benches whose whole work is reported at once.

-- name: lock_batches
-- Carts are locked in id order, with who has them.
SELECT b.id, b.number, b.state, b.site_id, b.holder, b.picker, b.taken_at, b.walk_mm, b.s_shape_mm, b.ship_by
FROM warehouse.batches b WHERE b.tenant_id = %(tenant_id)s AND b.id = ANY (%(batch_ids)s::uuid[])
ORDER BY b.id FOR NO KEY UPDATE OF b;

-- name: riding
-- Which fulfillment orders ride on some carts.
SELECT f.id FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.batch_id = ANY (%(batch_ids)s::uuid[]) AND f.state IN ('batched', 'picking')
ORDER BY f.id;

-- name: set_holders
-- Who pushes some carts.
UPDATE warehouse.batches SET holder = %(holder)s, picker = %(picker)s, taken_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(batch_ids)s::uuid[]);

-- name: stops_of_carts
-- Every stop ahead of some carts, in the order of their walks, with all that the rules judge by.
SELECT p.batch_id, p.id, p.position, p.fulfillment_id, p.line_id, p.product_id, substr(p.place, 5) AS bin, p.quantity, p.picked,
       p.counted, p.numbers, p.short, p.arrived_at IS NOT NULL AS arrived, f.slot, f.state AS fulfillment_state, f.order_id,
       o.number AS order_number, o.state AS order_state, f.ship_by, g.sku, g.name, g.picture, g.serials, coalesce(c.codes, '{}') AS codes,
       t.code AS tote, kept.held,
       asked.units > coalesce(CASE WHEN kept.held THEN r.shipped ELSE r.quantity END, 0) AS changed
FROM warehouse.picks p
JOIN warehouse.fulfillments f ON f.tenant_id = %(tenant_id)s AND f.id = p.fulfillment_id
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
JOIN catalog.products g ON g.tenant_id = %(tenant_id)s AND g.id = p.product_id
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(b.code, b.units) AS codes FROM catalog.barcodes b
    WHERE b.tenant_id = %(tenant_id)s AND b.product_id = p.product_id
) c ON true
LEFT JOIN LATERAL (
    SELECT t.code FROM warehouse.totes t
    WHERE t.tenant_id = %(tenant_id)s AND t.fulfillment_id = p.fulfillment_id AND t.full_at IS NULL
    ORDER BY t.bound_at DESC LIMIT 1
) t ON true
LEFT JOIN inventory.reservations r ON r.tenant_id = %(tenant_id)s AND r.line_id = p.line_id AND r.site_id = f.site_id
  AND r.product_id = p.product_id AND r.phase IN ('pending', 'posted')
CROSS JOIN LATERAL (
    SELECT sum(i.quantity) AS units FROM warehouse.fulfillments x
    JOIN warehouse.items i ON i.tenant_id = x.tenant_id AND i.fulfillment_id = x.id
    WHERE x.tenant_id = %(tenant_id)s AND x.order_id = f.order_id AND x.site_id = f.site_id AND x.state <> 'canceled'
      AND i.line_id = p.line_id AND i.product_id = p.product_id
) asked
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM orders.holds h WHERE h.tenant_id = %(tenant_id)s AND h.order_id = f.order_id AND h.scope <> 'order'
                   AND h.released_at IS NULL AND (h.line_id = p.line_id OR h.site_id = f.site_id)) AS held
) kept
WHERE p.tenant_id = %(tenant_id)s AND p.batch_id = ANY (%(batch_ids)s::uuid[]) AND p.done_at IS NULL
ORDER BY p.batch_id, p.skipped, p.position, p.id;

-- name: bind_totes
-- Empty totes are given to fulfillment orders; those that another had first are not answered.
INSERT INTO warehouse.totes (tenant_id, site_id, code, fulfillment_id, bound_at)
SELECT %(tenant_id)s, site_id, code, fulfillment_id, %(now)s
FROM unnest(%(site_ids)s::uuid[], %(codes)s::text[], %(fulfillment_ids)s::uuid[]) AS t(site_id, code, fulfillment_id)
ORDER BY site_id, code
ON CONFLICT (tenant_id, site_id, code) DO NOTHING RETURNING site_id, code;

-- name: put_all
-- Units of many stops leave the bins for totes; stops with nothing left are done.
WITH put AS (
    SELECT * FROM unnest(%(pick_ids)s::uuid[], %(unitss)s::int[]) AS put(pick_id, units)
), done AS (
    UPDATE warehouse.picks p SET picked = p.picked + put.units, counted = 0, numbers = '{}', arrived_at = coalesce(p.arrived_at, %(now)s),
        done_at = CASE WHEN p.picked + put.units + p.short = p.quantity THEN %(now)s::timestamptz END
    FROM put WHERE p.tenant_id = %(tenant_id)s AND p.id = put.pick_id
    RETURNING p.fulfillment_id, p.line_id, p.product_id, put.units
), sums AS (
    SELECT fulfillment_id, line_id, product_id, sum(units)::int AS units FROM done GROUP BY fulfillment_id, line_id, product_id
)
UPDATE warehouse.items i SET picked = i.picked + sums.units FROM sums
WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = sums.fulfillment_id AND i.line_id = sums.line_id
  AND i.product_id = sums.product_id;

-- name: picked_whole
-- Which fulfillment orders have all their units in totes and no stop ahead.
SELECT f.id FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.id = ANY (%(fulfillment_ids)s::uuid[]) AND f.state = 'picking'
  AND NOT EXISTS (SELECT 1 FROM warehouse.picks p
                  WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = f.id AND p.done_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM warehouse.items i
                  WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = f.id AND (i.picked < i.quantity OR i.missing > 0))
  AND EXISTS (SELECT 1 FROM warehouse.items i
              WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = f.id AND i.quantity > 0)
ORDER BY f.id;

-- name: lock_jobs
-- Fulfillment orders on benches are locked in id order.
SELECT f.id, f.state, f.order_id, f.site_id, f.merchant_id, f.ship_by, f.cartons, o.number AS order_number,
       o.state AS order_state, o.gift, o.delivery, c.name AS customer, m.name AS merchant,
       EXISTS (SELECT FROM warehouse.items i
               JOIN orders.holds h ON h.tenant_id = %(tenant_id)s AND h.order_id = f.order_id AND h.scope <> 'order'
                 AND h.released_at IS NULL AND (h.line_id = i.line_id OR h.site_id = f.site_id)
               WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = f.id AND i.quantity > 0) AS part_held,
       (SELECT count(*)::int FROM warehouse.parcels p
        WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = f.id AND p.state IN ('packed', 'handed_over')) AS boxes
FROM warehouse.fulfillments f
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
JOIN orders.contacts c ON c.tenant_id = o.tenant_id AND c.order_id = o.id
JOIN catalog.merchants m ON m.tenant_id = f.tenant_id AND m.id = f.merchant_id
WHERE f.tenant_id = %(tenant_id)s AND f.id = ANY (%(fulfillment_ids)s::uuid[]) ORDER BY f.id FOR NO KEY UPDATE OF f;

-- name: being_packed
-- Which fulfillment orders have a box open on a bench, and who packs it.
SELECT p.fulfillment_id, p.packed_by FROM warehouse.parcels p
WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = ANY (%(fulfillment_ids)s::uuid[]) AND p.state = 'open';

-- name: lines_to_fill
-- The lines of fulfillment orders that still want units in boxes.
SELECT i.fulfillment_id, i.product_id, i.line_id, i.picked - i.packed AS units FROM warehouse.items i
WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = ANY (%(fulfillment_ids)s::uuid[]) AND i.picked > i.packed
ORDER BY i.fulfillment_id, i.product_id, i.line_id;

-- name: add_parcels
-- Boxes as they were packed.
INSERT INTO warehouse.parcels (tenant_id, id, number, fulfillment_id, order_id, site_id, merchant_id, box_id, suggested_box_id,
                               box_reason, length_mm, width_mm, height_mm, expected_g, weight_g, weight_reason, packed_by, packed_at)
SELECT %(tenant_id)s, id, number, fulfillment_id, order_id, site_id, merchant_id, box_id, suggested_box_id, box_reason,
       length_mm, width_mm, height_mm, expected_g, weight_g, weight_reason, %(packed_by)s, %(now)s
FROM unnest(%(ids)s::uuid[], %(numbers)s::bigint[], %(fulfillment_ids)s::uuid[], %(order_ids)s::uuid[], %(site_ids)s::uuid[],
            %(merchant_ids)s::uuid[], %(box_ids)s::uuid[], %(suggested_box_ids)s::uuid[], %(box_reasons)s::text[],
            %(length_mms)s::int[], %(width_mms)s::int[], %(height_mms)s::int[], %(expected_gs)s::int[], %(weight_gs)s::int[],
            %(weight_reasons)s::text[])
  AS p(id, number, fulfillment_id, order_id, site_id, merchant_id, box_id, suggested_box_id, box_reason, length_mm, width_mm,
       height_mm, expected_g, weight_g, weight_reason)
ORDER BY id;

-- name: fill_parcels
-- What lies in boxes, line by line; the fulfillment orders count it as packed.
WITH filled AS (
    SELECT * FROM unnest(%(parcel_ids)s::uuid[], %(fulfillment_ids)s::uuid[], %(line_ids)s::uuid[], %(product_ids)s::uuid[],
                         %(unitss)s::int[]) AS filled(parcel_id, fulfillment_id, line_id, product_id, units)
), sums AS (
    SELECT fulfillment_id, line_id, product_id, sum(units)::int AS units FROM filled GROUP BY fulfillment_id, line_id, product_id
), counted AS (
    UPDATE warehouse.items i SET packed = i.packed + sums.units FROM sums
    WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = sums.fulfillment_id AND i.line_id = sums.line_id
      AND i.product_id = sums.product_id
)
INSERT INTO warehouse.parcel_items (tenant_id, parcel_id, line_id, product_id, quantity)
SELECT %(tenant_id)s, parcel_id, line_id, product_id, units FROM filled ORDER BY parcel_id, line_id, product_id;

-- name: keep_slips
-- The slips that lie in boxes.
UPDATE warehouse.parcels p SET slip = s.slip
FROM unnest(%(parcel_ids)s::uuid[], %(slips)s::bytea[]) AS s(parcel_id, slip)
WHERE p.tenant_id = %(tenant_id)s AND p.id = s.parcel_id;

-- name: packed_whole
-- Which fulfillment orders have all their units in boxes, and how many boxes they are.
SELECT f.id, (SELECT count(*)::int FROM warehouse.parcels p
              WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = f.id AND p.state IN ('packed', 'handed_over')) AS boxes
FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.id = ANY (%(fulfillment_ids)s::uuid[]) AND f.state = 'picked'
  AND NOT EXISTS (SELECT 1 FROM warehouse.items i
                  WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = f.id AND i.picked > i.packed)
ORDER BY f.id;

-- name: work_of_orders
-- How far the floor is with some orders: their fulfillment orders, not those called off.
SELECT f.order_id, f.id AS fulfillment_id, f.state, f.site_id, f.batch_id, f.stuck FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.order_id = ANY (%(order_ids)s::uuid[]) AND f.state <> 'canceled'
ORDER BY f.order_id, f.id;
