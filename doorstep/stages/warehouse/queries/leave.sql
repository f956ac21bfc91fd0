-- name: fulfillments_of_orders
-- Fulfillment orders of orders that may still be stopped.
SELECT f.id FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.order_id = ANY (%(order_ids)s::uuid[]) AND f.state = ANY (%(states)s::text[])
ORDER BY f.id;

-- name: orders_in_state
-- Which of some orders are in one of these states right now: an event may be worked off late.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[]) AND o.state = ANY (%(states)s::text[]) ORDER BY o.id;

-- name: empty_open_parcels
-- Boxes that were never closed are unpacked: their goods still lie in the totes.
WITH emptied AS (
    DELETE FROM warehouse.parcel_items pi USING warehouse.parcels p
    WHERE pi.tenant_id = %(tenant_id)s AND p.tenant_id = %(tenant_id)s AND p.id = pi.parcel_id AND p.state = 'open'
      AND p.fulfillment_id = ANY (%(fulfillment_ids)s::uuid[])
    RETURNING p.fulfillment_id, pi.line_id, pi.product_id, pi.quantity
)
UPDATE warehouse.items i SET packed = i.packed - emptied.quantity FROM emptied
WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = emptied.fulfillment_id AND i.line_id = emptied.line_id
  AND i.product_id = emptied.product_id;

-- name: parcels_in
-- The boxes of fulfillment orders.
SELECT p.id FROM warehouse.parcels p
WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = ANY (%(fulfillment_ids)s::uuid[]) ORDER BY p.id;

-- name: tote_to_put_back
-- Whose goods lie in a tote, and whether they go back: all, or what was changed away.
SELECT t.site_id, t.fulfillment_id, f.order_id, f.state, o.number AS order_number, o.state AS order_state,
       EXISTS (SELECT FROM warehouse.items i WHERE i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id AND i.surplus > 0) AS surplus
FROM warehouse.totes t
JOIN warehouse.fulfillments f ON f.tenant_id = t.tenant_id AND f.id = t.fulfillment_id
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
WHERE t.tenant_id = %(tenant_id)s AND t.code = %(code)s AND (%(site_id)s::uuid IS NULL OR t.site_id = %(site_id)s)
ORDER BY t.site_id FOR NO KEY UPDATE OF f;

-- name: parcel_to_put_back
-- A canceled box whose goods go back.
SELECT p.id, p.site_id, p.fulfillment_id, p.order_id, p.state, o.number AS order_number
FROM warehouse.parcels p JOIN orders.orders o ON o.tenant_id = p.tenant_id AND o.id = p.order_id
WHERE p.tenant_id = %(tenant_id)s AND p.number = %(number)s AND (%(site_id)s::uuid IS NULL OR p.site_id = %(site_id)s)
FOR NO KEY UPDATE OF p;

-- name: in_tote
-- What lies in a tote, and how it is scanned.
SELECT b.product_id, b.on_hand AS units, g.sku, g.name, g.serials, coalesce(c.codes, '{}') AS codes
FROM inventory.balances b
JOIN catalog.products g ON g.tenant_id = b.tenant_id AND g.id = b.product_id
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(bc.code, bc.units) AS codes FROM catalog.barcodes bc
    WHERE bc.tenant_id = %(tenant_id)s AND bc.product_id = b.product_id
) c ON true
WHERE b.tenant_id = %(tenant_id)s AND b.site_id = %(site_id)s AND b.place = %(place)s AND b.on_hand > 0
ORDER BY g.sku;

-- name: surplus_in_tote
-- What lies in a tote and was changed away, and how it is scanned.
SELECT b.product_id, least(b.on_hand, too_much.units)::int AS units, g.sku, g.name, g.serials, coalesce(c.codes, '{}') AS codes
FROM (SELECT i.product_id, sum(i.surplus) AS units FROM warehouse.items i
      WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s AND i.surplus > 0 GROUP BY i.product_id) too_much
JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = %(site_id)s AND b.place = %(place)s
  AND b.product_id = too_much.product_id AND b.on_hand > 0
JOIN catalog.products g ON g.tenant_id = b.tenant_id AND g.id = b.product_id
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(bc.code, bc.units) AS codes FROM catalog.barcodes bc
    WHERE bc.tenant_id = %(tenant_id)s AND bc.product_id = b.product_id
) c ON true
ORDER BY g.sku;

-- name: return_surplus
-- Units that were changed away are back in their bin; lines are taken in order. Answers how many there were.
WITH rest AS (
    SELECT i.line_id, i.surplus, sum(i.surplus) OVER (ORDER BY i.line_id) - i.surplus AS before
    FROM warehouse.items i
    WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s AND i.product_id = %(product_id)s
), back AS (
    SELECT line_id, least(surplus, %(units)s - before) AS units FROM rest WHERE before < %(units)s
), done AS (
    UPDATE warehouse.items i SET surplus = i.surplus - back.units
    FROM back WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s AND i.line_id = back.line_id
      AND i.product_id = %(product_id)s
)
SELECT coalesce(sum(units), 0)::int FROM back;

-- name: in_canceled_parcel
-- What still lies in a canceled box, and how it is scanned.
SELECT pi.product_id, sum(pi.quantity - pi.returned)::int AS units, g.sku, g.name, g.serials, coalesce(c.codes, '{}') AS codes
FROM warehouse.parcel_items pi
JOIN catalog.products g ON g.tenant_id = pi.tenant_id AND g.id = pi.product_id
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(bc.code, bc.units) AS codes FROM catalog.barcodes bc
    WHERE bc.tenant_id = %(tenant_id)s AND bc.product_id = pi.product_id
) c ON true
WHERE pi.tenant_id = %(tenant_id)s AND pi.parcel_id = %(parcel_id)s
GROUP BY pi.product_id, g.sku, g.name, g.serials, c.codes HAVING sum(pi.quantity - pi.returned) > 0 ORDER BY g.sku;

-- name: unpick_items
-- Units put back to a bin are no longer picked; lines are taken in order.
WITH rest AS (
    SELECT i.line_id, i.picked - i.packed AS units,
           sum(i.picked - i.packed) OVER (ORDER BY i.line_id) - (i.picked - i.packed) AS before
    FROM warehouse.items i
    WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s AND i.product_id = %(product_id)s
)
UPDATE warehouse.items i SET picked = i.picked - least(rest.units, %(units)s - rest.before)
FROM rest WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s AND i.line_id = rest.line_id
  AND i.product_id = %(product_id)s AND rest.before < %(units)s;

-- name: unpack_items
-- Units of a canceled box are back in their bins; lines are taken in order.
WITH rest AS (
    SELECT pi.line_id, pi.quantity - pi.returned AS units,
           sum(pi.quantity - pi.returned) OVER (ORDER BY pi.line_id) - (pi.quantity - pi.returned) AS before
    FROM warehouse.parcel_items pi
    WHERE pi.tenant_id = %(tenant_id)s AND pi.parcel_id = %(parcel_id)s AND pi.product_id = %(product_id)s
)
UPDATE warehouse.parcel_items pi SET returned = pi.returned + least(rest.units, %(units)s - rest.before)
FROM rest WHERE pi.tenant_id = %(tenant_id)s AND pi.parcel_id = %(parcel_id)s AND pi.line_id = rest.line_id
  AND pi.product_id = %(product_id)s AND rest.before < %(units)s;

-- name: free_totes
-- Totes with nothing left in them are free for anybody.
DELETE FROM warehouse.totes t
WHERE t.tenant_id = %(tenant_id)s AND t.fulfillment_id = ANY (%(fulfillment_ids)s::uuid[]) AND NOT EXISTS (
    SELECT 1 FROM inventory.balances b
    WHERE b.tenant_id = %(tenant_id)s AND b.site_id = t.site_id AND b.place = 'tote:' || t.code AND b.on_hand > 0);

-- name: put_backs
-- What goes back to its bins, and a bin where more of it lies: totes and boxes of orders that are canceled or held, and what was
-- changed away of others.
WITH due AS (
    SELECT t.site_id, t.code AS source, f.order_id, b.product_id, b.on_hand AS units
    FROM warehouse.totes t
    JOIN warehouse.fulfillments f ON f.tenant_id = t.tenant_id AND f.id = t.fulfillment_id
    JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
    JOIN inventory.balances b ON b.tenant_id = t.tenant_id AND b.site_id = t.site_id AND b.place = 'tote:' || t.code
    WHERE t.tenant_id = %(tenant_id)s AND b.on_hand > 0 AND (%(site_id)s::uuid IS NULL OR t.site_id = %(site_id)s)
      AND (f.state = 'canceled' OR (f.state = 'waiting' AND o.state <> 'accepted'))
    UNION ALL
    SELECT t.site_id, t.code, f.order_id, b.product_id, least(b.on_hand, sum(i.surplus))::int
    FROM warehouse.totes t
    JOIN warehouse.fulfillments f ON f.tenant_id = t.tenant_id AND f.id = t.fulfillment_id
    JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
    JOIN warehouse.items i ON i.tenant_id = t.tenant_id AND i.fulfillment_id = t.fulfillment_id AND i.surplus > 0
    JOIN inventory.balances b ON b.tenant_id = t.tenant_id AND b.site_id = t.site_id AND b.place = 'tote:' || t.code
      AND b.product_id = i.product_id
    WHERE t.tenant_id = %(tenant_id)s AND b.on_hand > 0 AND (%(site_id)s::uuid IS NULL OR t.site_id = %(site_id)s)
      AND f.state <> 'canceled' AND (f.state <> 'waiting' OR o.state = 'accepted')
    GROUP BY t.site_id, t.code, f.order_id, b.product_id, b.on_hand
    UNION ALL
    SELECT p.site_id, 'P-' || p.number, p.order_id, pi.product_id, sum(pi.quantity - pi.returned)::int
    FROM warehouse.parcels p
    JOIN warehouse.parcel_items pi ON pi.tenant_id = p.tenant_id AND pi.parcel_id = p.id
    WHERE p.tenant_id = %(tenant_id)s AND p.state = 'canceled' AND pi.quantity > pi.returned
      AND (%(site_id)s::uuid IS NULL OR p.site_id = %(site_id)s)
    GROUP BY p.site_id, p.number, p.order_id, pi.product_id
)
SELECT due.site_id, due.source, o.number AS order_number, o.state AS order_state, g.sku, g.name, due.units, home.bin
FROM due
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = due.order_id
JOIN catalog.products g ON g.tenant_id = %(tenant_id)s AND g.id = due.product_id
LEFT JOIN LATERAL (
    SELECT substr(b.place, 5) AS bin FROM inventory.balances b
    WHERE b.tenant_id = %(tenant_id)s AND b.site_id = due.site_id AND b.product_id = due.product_id
      AND b.place LIKE 'bin:%%' ORDER BY b.on_hand DESC, b.place LIMIT 1
) home ON true
ORDER BY due.source, g.sku LIMIT 500;

-- name: items_of_parcels
-- What lies in parcels.
SELECT pi.parcel_id, pi.line_id, pi.product_id, pi.quantity FROM warehouse.parcel_items pi
WHERE pi.tenant_id = %(tenant_id)s AND pi.parcel_id = ANY (%(parcel_ids)s::uuid[])
ORDER BY pi.parcel_id, pi.line_id, pi.product_id;

-- name: parcels_of
-- Parcels by id.
SELECT p.id, p.number, p.state, p.order_id, p.fulfillment_id, p.site_id, p.merchant_id, p.box_id, p.length_mm, p.width_mm,
       p.height_mm, p.weight_g, p.packed_at
FROM warehouse.parcels p WHERE p.tenant_id = %(tenant_id)s AND p.id = ANY (%(parcel_ids)s::uuid[]) ORDER BY p.id;

-- name: gone_fulfillments
-- Fulfillment orders whose boxes have all left the house.
SELECT f.id FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.state = 'packed' AND f.id IN (
    SELECT p.fulfillment_id FROM warehouse.parcels p
    WHERE p.tenant_id = %(tenant_id)s AND p.id = ANY (%(parcel_ids)s::uuid[]))
  AND NOT EXISTS (SELECT 1 FROM warehouse.parcels p
                  WHERE p.tenant_id = f.tenant_id AND p.fulfillment_id = f.id AND p.state IN ('open', 'packed'))
ORDER BY f.id;

-- name: orders_of_shortages
-- Whose promises were broken.
SELECT DISTINCT s.order_id FROM inventory.shortages s
WHERE s.tenant_id = %(tenant_id)s AND s.id = ANY (%(shortage_ids)s::uuid[]) ORDER BY s.order_id;

-- name: overpromised
-- Fulfillment orders that still are to pick more than is reserved for them, and by how much.
WITH asked AS (
    SELECT f.order_id, f.site_id, i.line_id, i.product_id, sum(i.quantity)::int AS quantity
    FROM warehouse.fulfillments f
    JOIN warehouse.items i ON i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id
    WHERE f.tenant_id = %(tenant_id)s AND f.order_id = ANY (%(order_ids)s::uuid[]) AND f.state <> 'canceled'
    GROUP BY f.order_id, f.site_id, i.line_id, i.product_id
)
SELECT f.id AS fulfillment_id, i.line_id, i.product_id, i.quantity - i.picked AS open,
       asked.quantity - coalesce(r.quantity, 0) AS excess
FROM asked
JOIN warehouse.fulfillments f ON f.tenant_id = %(tenant_id)s AND f.order_id = asked.order_id AND f.site_id = asked.site_id
JOIN warehouse.items i ON i.tenant_id = %(tenant_id)s AND i.fulfillment_id = f.id AND i.line_id = asked.line_id
  AND i.product_id = asked.product_id
LEFT JOIN inventory.reservations r ON r.tenant_id = %(tenant_id)s AND r.line_id = asked.line_id
  AND r.site_id = asked.site_id AND r.product_id = asked.product_id AND r.phase IN ('pending', 'posted')
WHERE f.state IN ('waiting', 'batched', 'picking', 'short') AND asked.quantity > coalesce(r.quantity, 0)
  AND i.quantity > i.picked
ORDER BY f.id, i.line_id, i.product_id;

-- name: empty_fulfillments
-- Fulfillment orders that have nothing to pick and nothing missing any more.
SELECT f.id FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.id = ANY (%(fulfillment_ids)s::uuid[]) AND f.state = 'waiting'
  AND NOT EXISTS (SELECT 1 FROM warehouse.items i
                  WHERE i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id AND i.quantity + i.missing > 0)
ORDER BY f.id;
