-- name: list_fulfillments
-- The floor's work, newest first, by state, site, order or merchant.
SELECT f.id, f.state, f.order_id, o.number AS order_number, o.state AS order_state, f.site_id, s.code AS site, f.merchant_id,
       f.priority, f.ship_by, f.released_at, f.batch_id, f.stuck, w.units, w.picked, w.packed, w.missing,
       coalesce(t.totes, '{}') AS totes
FROM warehouse.fulfillments f
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
JOIN catalog.sites s ON s.tenant_id = f.tenant_id AND s.id = f.site_id
LEFT JOIN LATERAL (
    SELECT coalesce(sum(i.quantity), 0)::int AS units, coalesce(sum(i.picked), 0)::int AS picked,
           coalesce(sum(i.packed), 0)::int AS packed, coalesce(sum(i.missing), 0)::int AS missing
    FROM warehouse.items i WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = f.id
) w ON true
LEFT JOIN LATERAL (
    SELECT array_agg(t.code ORDER BY t.code) AS totes FROM warehouse.totes t
    WHERE t.tenant_id = %(tenant_id)s AND t.fulfillment_id = f.id
) t ON true
WHERE f.tenant_id = %(tenant_id)s AND (%(state)s::text IS NULL OR f.state = %(state)s)
  AND (%(site_id)s::uuid IS NULL OR f.site_id = %(site_id)s) AND (%(order_id)s::uuid IS NULL OR f.order_id = %(order_id)s)
  AND (%(merchant_id)s::uuid IS NULL OR f.merchant_id = %(merchant_id)s)
  AND (%(before)s::uuid IS NULL OR f.id < %(before)s)
ORDER BY f.id DESC LIMIT %(most)s;

-- name: queue
-- The work of one state in the order in which it has to leave.
SELECT f.id, f.state, f.order_id, o.number AS order_number, o.state AS order_state, f.site_id, s.code AS site, f.merchant_id,
       f.priority, f.ship_by, f.released_at, f.batch_id, f.stuck, w.units, w.picked, w.packed, w.missing,
       coalesce(t.totes, '{}') AS totes
FROM warehouse.fulfillments f
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
JOIN catalog.sites s ON s.tenant_id = f.tenant_id AND s.id = f.site_id
LEFT JOIN LATERAL (
    SELECT coalesce(sum(i.quantity), 0)::int AS units, coalesce(sum(i.picked), 0)::int AS picked,
           coalesce(sum(i.packed), 0)::int AS packed, coalesce(sum(i.missing), 0)::int AS missing
    FROM warehouse.items i WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = f.id
) w ON true
LEFT JOIN LATERAL (
    SELECT array_agg(t.code ORDER BY t.code) AS totes FROM warehouse.totes t
    WHERE t.tenant_id = %(tenant_id)s AND t.fulfillment_id = f.id
) t ON true
WHERE f.tenant_id = %(tenant_id)s AND f.state = %(state)s AND (%(site_id)s::uuid IS NULL OR f.site_id = %(site_id)s)
ORDER BY f.priority DESC, f.ship_by, f.id LIMIT %(most)s;

-- name: count_states
-- How much work is in which state, and what of it is late.
SELECT f.state, count(*)::int AS orders, (count(*) FILTER (WHERE f.ship_by < %(now)s))::int AS late, min(f.ship_by) AS first
FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.state IN ('waiting', 'batched', 'picking', 'picked', 'short')
  AND (%(site_id)s::uuid IS NULL OR f.site_id = %(site_id)s)
GROUP BY f.state;

-- name: list_batches
-- Carts, the most urgent first.
SELECT b.id, b.number, b.state, b.site_id, s.code AS site, b.priority, b.ship_by, b.walk_mm, b.s_shape_mm, b.reasons,
       b.planned_at, b.picker, b.taken_at, w.orders, w.lines, w.done, w.units
FROM warehouse.batches b
JOIN catalog.sites s ON s.tenant_id = b.tenant_id AND s.id = b.site_id
LEFT JOIN LATERAL (
    SELECT count(DISTINCT p.fulfillment_id)::int AS orders, count(*)::int AS lines,
           (count(*) FILTER (WHERE p.done_at IS NOT NULL))::int AS done, coalesce(sum(p.quantity), 0)::int AS units
    FROM warehouse.picks p WHERE p.tenant_id = %(tenant_id)s AND p.batch_id = b.id AND NOT p.dropped
) w ON true
WHERE b.tenant_id = %(tenant_id)s AND b.state = ANY (%(states)s::text[])
  AND (%(site_id)s::uuid IS NULL OR b.site_id = %(site_id)s) AND (%(batch_id)s::uuid IS NULL OR b.id = %(batch_id)s)
ORDER BY b.priority DESC, b.ship_by, b.id LIMIT %(most)s;

-- name: stops_of
-- A cart's walk, bin by bin.
SELECT p.id, substr(p.place, 5) AS bin, g.sku, g.name, p.quantity, p.picked, p.counted, p.short, p.short_reason,
       p.done_at IS NOT NULL AS done, p.dropped, f.slot, o.number AS order_number
FROM warehouse.picks p
JOIN warehouse.fulfillments f ON f.tenant_id = p.tenant_id AND f.id = p.fulfillment_id
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
JOIN catalog.products g ON g.tenant_id = p.tenant_id AND g.id = p.product_id
WHERE p.tenant_id = %(tenant_id)s AND p.batch_id = %(batch_id)s ORDER BY p.done_at IS NULL, p.skipped, p.position, p.id;

-- name: list_parcels
-- Parcels, newest first, by state, site, order or merchant.
SELECT p.id, p.number, p.state, p.order_id, o.number AS order_number, p.fulfillment_id, p.site_id, p.merchant_id,
       b.code AS box, p.length_mm, p.width_mm, p.height_mm, p.expected_g, p.weight_g, p.packed_by, p.packed_at,
       p.slip IS NOT NULL AS has_slip
FROM warehouse.parcels p
JOIN orders.orders o ON o.tenant_id = p.tenant_id AND o.id = p.order_id
LEFT JOIN catalog.boxes b ON b.tenant_id = p.tenant_id AND b.id = p.box_id
WHERE p.tenant_id = %(tenant_id)s AND (%(state)s::text IS NULL OR p.state = %(state)s)
  AND (%(site_id)s::uuid IS NULL OR p.site_id = %(site_id)s) AND (%(order_id)s::uuid IS NULL OR p.order_id = %(order_id)s)
  AND (%(merchant_id)s::uuid IS NULL OR p.merchant_id = %(merchant_id)s)
  AND (%(parcel_id)s::uuid IS NULL OR p.id = %(parcel_id)s) AND (%(before)s::uuid IS NULL OR p.id < %(before)s)
ORDER BY p.id DESC LIMIT %(most)s;

-- name: contents_of
-- What lies in a parcel.
SELECT pi.line_id, pi.product_id, g.sku, g.name, pi.quantity FROM warehouse.parcel_items pi
JOIN catalog.products g ON g.tenant_id = pi.tenant_id AND g.id = pi.product_id
WHERE pi.tenant_id = %(tenant_id)s AND pi.parcel_id = %(parcel_id)s ORDER BY g.sku, pi.line_id;

-- name: floor_sites
-- Sites that have a floor.
SELECT s.id, s.code, s.name, s.timezone FROM warehouse.floors fl
JOIN catalog.sites s ON s.tenant_id = fl.tenant_id AND s.id = fl.site_id
WHERE fl.tenant_id = %(tenant_id)s ORDER BY s.code;

-- name: floor_of
-- How far floors are with orders: of each the part that is farthest behind and has not left.
SELECT DISTINCT ON (f.order_id) f.order_id, f.state FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.order_id = ANY (%(order_ids)s::uuid[]) AND f.state NOT IN ('canceled', 'handed_over')
ORDER BY f.order_id, array_position(ARRAY['short', 'waiting', 'batched', 'picking', 'picked', 'packed'], f.state);

-- name: orders_on_floor
-- Orders of which some part is in one unfinished state on a floor, the newest.
SELECT DISTINCT f.order_id FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.state = %(state)s AND f.state IN ('waiting', 'batched', 'picking', 'picked', 'short')
ORDER BY f.order_id DESC LIMIT %(most)s;

-- name: order_of_parcel_number
-- The order whose goods lie in a parcel, by the parcel's number.
SELECT p.order_id FROM warehouse.parcels p WHERE p.tenant_id = %(tenant_id)s AND p.number = %(number)s::bigint;

-- name: floor_work_of
-- What floors have in hand of an order and has not left: where, on whose cart, what is missing, in which parcels.
SELECT f.state, s.name AS site, f.stuck, f.ship_by, b.number AS cart, b.picker,
       (SELECT coalesce(sum(i.missing), 0) FROM warehouse.items i
        WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = f.id)::int AS missing
FROM warehouse.fulfillments f
JOIN catalog.sites s ON s.tenant_id = %(tenant_id)s AND s.id = f.site_id
LEFT JOIN warehouse.batches b ON b.tenant_id = %(tenant_id)s AND b.id = f.batch_id
WHERE f.tenant_id = %(tenant_id)s AND f.order_id = %(order_id)s AND f.state NOT IN ('packed', 'handed_over', 'canceled')
ORDER BY f.ship_by, f.id;

-- name: known_to_floor
-- Whether any floor ever got work of an order.
SELECT EXISTS (SELECT FROM warehouse.fulfillments f WHERE f.tenant_id = %(tenant_id)s AND f.order_id = %(order_id)s);

-- name: floor_units
-- Pieces of each line of an order that were picked, packed and handed over.
SELECT i.line_id, sum(i.picked)::int AS picked, sum(i.packed)::int AS packed, coalesce(max(gone.units), 0)::int AS shipped
FROM warehouse.fulfillments f
JOIN warehouse.items i ON i.tenant_id = %(tenant_id)s AND i.fulfillment_id = f.id
LEFT JOIN LATERAL (
    SELECT sum(x.quantity) AS units FROM warehouse.parcels p
    JOIN warehouse.parcel_items x ON x.tenant_id = %(tenant_id)s AND x.parcel_id = p.id AND x.line_id = i.line_id
    WHERE p.tenant_id = %(tenant_id)s AND p.order_id = %(order_id)s AND p.state = 'handed_over'
) gone ON true
WHERE f.tenant_id = %(tenant_id)s AND f.order_id = %(order_id)s AND f.state <> 'canceled' GROUP BY i.line_id;
