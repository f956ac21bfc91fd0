-- name: open_by_tote
-- Whose goods lie in a tote.
SELECT t.fulfillment_id FROM warehouse.totes t
WHERE t.tenant_id = %(tenant_id)s AND t.code = %(code)s AND (%(site_id)s::uuid IS NULL OR t.site_id = %(site_id)s)
ORDER BY t.fulfillment_id LIMIT 2;

-- name: open_by_number
-- The fulfillment orders of an order, what is ready to pack first.
SELECT f.id FROM warehouse.fulfillments f
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
WHERE f.tenant_id = %(tenant_id)s AND o.number = %(number)s AND (%(site_id)s::uuid IS NULL OR f.site_id = %(site_id)s)
ORDER BY CASE f.state WHEN 'picked' THEN 0 WHEN 'packed' THEN 2 WHEN 'handed_over' THEN 2 WHEN 'canceled' THEN 3 ELSE 1 END,
         f.id LIMIT 1;

-- name: open_by_item
-- The most urgent picked order that consists of one piece of a scanned product, and that nobody is packing yet.
SELECT f.id FROM warehouse.fulfillments f
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
JOIN warehouse.items i ON i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id
JOIN catalog.barcodes b ON b.tenant_id = i.tenant_id AND b.product_id = i.product_id
WHERE f.tenant_id = %(tenant_id)s AND f.state = 'picked' AND o.state = 'accepted' AND i.picked = 1 AND i.packed = 0
  AND b.code = ANY (%(codes)s::text[]) AND b.units = 1 AND (%(site_id)s::uuid IS NULL OR f.site_id = %(site_id)s)
  AND NOT EXISTS (SELECT 1 FROM warehouse.items other
                  WHERE other.tenant_id = f.tenant_id AND other.fulfillment_id = f.id AND other.quantity > 0
                    AND (other.line_id, other.product_id) <> (i.line_id, i.product_id))
  AND NOT EXISTS (SELECT 1 FROM warehouse.parcels p
                  WHERE p.tenant_id = f.tenant_id AND p.fulfillment_id = f.id AND p.state <> 'canceled')
ORDER BY f.priority DESC, f.ship_by, f.id LIMIT 1;

-- name: lock_job
-- A fulfillment order on a bench is worked by one scan at a time.
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
WHERE f.tenant_id = %(tenant_id)s AND f.id = %(fulfillment_id)s FOR NO KEY UPDATE OF f;

-- name: pack_lines
-- What packers have to put into boxes, product by product.
SELECT i.fulfillment_id, i.product_id, g.sku, g.name, g.picture, g.fragile, g.upright, g.weight_g, g.length_mm, g.width_mm,
       g.height_mm, sum(i.picked)::int AS need, sum(i.packed)::int AS packed, g.serials
FROM warehouse.items i JOIN catalog.products g ON g.tenant_id = i.tenant_id AND g.id = i.product_id
WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = ANY (%(fulfillment_ids)s::uuid[]) AND i.quantity > 0
GROUP BY i.fulfillment_id, i.product_id, g.sku, g.name, g.picture, g.fragile, g.upright, g.weight_g, g.length_mm, g.width_mm,
         g.height_mm, g.serials
ORDER BY i.fulfillment_id, g.sku;

-- name: scanned_line
-- The product of a fulfillment order that a code stands for; a barcode goes before a SKU.
WITH meant AS (
    SELECT DISTINCT ON (product_id) product_id, units FROM (
        SELECT b.product_id, b.units, 1 AS rank FROM catalog.barcodes b
        WHERE b.tenant_id = %(tenant_id)s AND b.code = ANY (%(codes)s::text[])
        UNION ALL
        SELECT p.id, 1, 2 FROM catalog.products p
        WHERE p.tenant_id = %(tenant_id)s AND p.merchant_id = %(merchant_id)s AND p.sku = ANY (%(skus)s::text[])
    ) candidate ORDER BY product_id, rank
)
SELECT g.id AS product_id, g.sku, g.name, g.picture, g.fragile, g.upright, g.weight_g, g.length_mm, g.width_mm, g.height_mm,
       line.need, line.packed, g.serials, meant.units
FROM meant
JOIN catalog.products g ON g.tenant_id = %(tenant_id)s AND g.id = meant.product_id
CROSS JOIN LATERAL (
    SELECT sum(i.picked)::int AS need, sum(i.packed)::int AS packed FROM warehouse.items i
    WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s AND i.product_id = meant.product_id
      AND i.quantity > 0
) line
WHERE line.need IS NOT NULL LIMIT 1;

-- name: unpacked
-- Units of a fulfillment order that lie in totes and in no box.
SELECT coalesce(sum(i.picked - i.packed), 0)::int FROM warehouse.items i
WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s;

-- name: not_picked
-- What is still to be picked of a fulfillment order, for a packer who asks too early.
SELECT g.sku, (i.quantity - i.picked)::int AS units FROM warehouse.items i
JOIN catalog.products g ON g.tenant_id = i.tenant_id AND g.id = i.product_id
WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s AND i.quantity > i.picked
ORDER BY g.sku LIMIT 5;

-- name: open_parcel
-- The box that is open for a fulfillment order.
SELECT p.id, p.number, p.state, p.box_id, p.suggested_box_id, p.expected_g, p.weight_g, p.holder, p.packed_by, b.code AS box,
       s.code AS suggested, b.tare_g, b.max_gross_g, p.asks
FROM warehouse.parcels p
LEFT JOIN catalog.boxes b ON b.tenant_id = p.tenant_id AND b.id = p.box_id
LEFT JOIN catalog.boxes s ON s.tenant_id = p.tenant_id AND s.id = p.suggested_box_id
WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = %(fulfillment_id)s AND p.state = 'open';

-- name: parcel_by_id
-- A box of a fulfillment order, open or not.
SELECT p.id, p.number, p.state, p.box_id, p.suggested_box_id, p.expected_g, p.weight_g, p.holder, p.packed_by, b.code AS box,
       s.code AS suggested, b.tare_g, b.max_gross_g, p.asks
FROM warehouse.parcels p
LEFT JOIN catalog.boxes b ON b.tenant_id = p.tenant_id AND b.id = p.box_id
LEFT JOIN catalog.boxes s ON s.tenant_id = p.tenant_id AND s.id = p.suggested_box_id
WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = %(fulfillment_id)s AND p.id = %(parcel_id)s;

-- name: fulfillment_of_parcel
-- To which work a box belongs.
SELECT fulfillment_id FROM warehouse.parcels WHERE tenant_id = %(tenant_id)s AND id = %(parcel_id)s;

-- name: add_parcel
-- A box on a bench.
INSERT INTO warehouse.parcels (tenant_id, id, number, fulfillment_id, order_id, site_id, merchant_id, box_id, suggested_box_id,
                               length_mm, width_mm, height_mm, expected_g, holder, packed_by)
VALUES (%(tenant_id)s, %(id)s, %(number)s, %(fulfillment_id)s, %(order_id)s, %(site_id)s, %(merchant_id)s, %(box_id)s,
        %(box_id)s, %(length_mm)s, %(width_mm)s, %(height_mm)s, %(tare_g)s, %(holder)s, %(packed_by)s);

-- name: hold_parcel
-- Another device goes on with an open box.
UPDATE warehouse.parcels SET holder = %(holder)s, packed_by = %(packed_by)s
WHERE tenant_id = %(tenant_id)s AND id = %(parcel_id)s;

-- name: change_box
-- Another box for the same goods; the expected weight follows.
UPDATE warehouse.parcels p SET box_id = b.id, box_reason = %(reason)s, length_mm = b.outer_length_mm,
    width_mm = b.outer_width_mm, height_mm = b.outer_height_mm, expected_g = p.expected_g - %(old_tare_g)s + b.tare_g
FROM catalog.boxes b
WHERE p.tenant_id = %(tenant_id)s AND p.id = %(parcel_id)s AND b.tenant_id = %(tenant_id)s AND b.id = %(box_id)s;

-- name: lines_to_pack
-- The lines that still want units of a product.
SELECT i.line_id, i.picked - i.packed AS units FROM warehouse.items i
WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s AND i.product_id = %(product_id)s
  AND i.picked > i.packed ORDER BY i.line_id;

-- name: ask_serial
-- Of which product a serial number is to be scanned next; none any more.
UPDATE warehouse.parcels SET asks = %(asks)s WHERE tenant_id = %(tenant_id)s AND id = %(parcel_id)s;

-- name: line_asked
-- The product of a fulfillment order of which a serial number is asked.
SELECT g.id AS product_id, g.sku, g.name, g.picture, g.fragile, g.upright, g.weight_g, g.length_mm, g.width_mm, g.height_mm,
       sum(i.picked)::int AS need, sum(i.packed)::int AS packed, g.serials
FROM catalog.products g
JOIN warehouse.items i ON i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s AND i.product_id = g.id AND i.quantity > 0
WHERE g.tenant_id = %(tenant_id)s AND g.id = %(product_id)s GROUP BY g.tenant_id, g.id;

-- name: number_of_order
-- What people call an order.
SELECT number FROM orders.orders WHERE tenant_id = %(tenant_id)s AND id = %(order_id)s;

-- name: pack_units
-- Units go from the tote into the open box.
WITH packed AS (
    UPDATE warehouse.items i SET packed = i.packed + u.units
    FROM unnest(%(line_ids)s::uuid[], %(unitss)s::int[]) AS u(line_id, units)
    WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s AND i.line_id = u.line_id
      AND i.product_id = %(product_id)s
), weighed AS (
    UPDATE warehouse.parcels SET expected_g = expected_g + %(weight_g)s
    WHERE tenant_id = %(tenant_id)s AND id = %(parcel_id)s
)
INSERT INTO warehouse.parcel_items (tenant_id, parcel_id, line_id, product_id, quantity)
SELECT %(tenant_id)s, %(parcel_id)s, line_id, %(product_id)s, units
FROM unnest(%(line_ids)s::uuid[], %(unitss)s::int[]) AS u(line_id, units)
ON CONFLICT (tenant_id, parcel_id, line_id, product_id)
DO UPDATE SET quantity = warehouse.parcel_items.quantity + excluded.quantity;

-- name: in_parcel
-- What lies in a box, product by product.
SELECT pi.product_id, sum(pi.quantity)::int FROM warehouse.parcel_items pi
WHERE pi.tenant_id = %(tenant_id)s AND pi.parcel_id = %(parcel_id)s GROUP BY pi.product_id ORDER BY pi.product_id;

-- name: in_totes_of
-- What lies in the totes of fulfillment orders, tote by tote.
SELECT t.fulfillment_id, b.place, b.product_id, b.on_hand FROM warehouse.totes t
JOIN inventory.balances b ON b.tenant_id = t.tenant_id AND b.site_id = t.site_id AND b.place = 'tote:' || t.code
WHERE t.tenant_id = %(tenant_id)s AND t.fulfillment_id = ANY (%(fulfillment_ids)s::uuid[]) AND b.on_hand > 0
ORDER BY t.fulfillment_id, b.product_id, b.place;

-- name: close_parcel
-- The box is closed: what it weighs, who packed it, and the slip that lies in it.
UPDATE warehouse.parcels SET weight_g = %(weight_g)s, weight_reason = %(reason)s, packed_by = %(packed_by)s,
    packed_at = %(now)s, holder = NULL, slip = %(slip)s
WHERE tenant_id = %(tenant_id)s AND id = %(parcel_id)s;

-- name: cartons_to_suggest
-- Which picked fulfillment orders have to go into boxes that nobody thought out yet.
SELECT f.id FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.id = ANY (%(fulfillment_ids)s::uuid[]) AND f.state = 'picked' AND f.cartons IS NULL
ORDER BY f.id;

-- name: keep_cartons
-- The suggestions of boxes, thought out before the packers open the totes.
UPDATE warehouse.fulfillments f SET cartons = s.cartons
FROM unnest(%(fulfillment_ids)s::uuid[], %(cartonss)s::jsonb[]) AS s(fulfillment_id, cartons)
WHERE f.tenant_id = %(tenant_id)s AND f.id = s.fulfillment_id AND f.state = 'picked';

-- name: cartons_of
-- The suggestion of boxes of a fulfillment order.
SELECT cartons FROM warehouse.fulfillments WHERE tenant_id = %(tenant_id)s AND id = %(fulfillment_id)s;

-- name: slip_heads
-- What packing slips say beside their lines.
SELECT o.id AS order_id, o.number AS order_number, o.placed_at, o.currency, o.gift, o.note, o.language, c.name, c.company, c.street, c.street2,
       c.city, c.region, c.postal_code, c.country, m.name AS brand, m.brand_color, m.logo, m.message, m.support_email,
       (SELECT count(*)::int FROM warehouse.parcels p
        WHERE p.tenant_id = %(tenant_id)s AND p.order_id = o.id AND p.state <> 'canceled') > 1
       OR EXISTS (SELECT 1 FROM warehouse.fulfillments f
                  JOIN warehouse.items i ON i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id
                  WHERE f.tenant_id = %(tenant_id)s AND f.order_id = o.id AND f.state <> 'canceled' AND i.quantity > i.packed)
       AS more_parcels
FROM orders.orders o
JOIN orders.contacts c ON c.tenant_id = o.tenant_id AND c.order_id = o.id
JOIN catalog.merchants m ON m.tenant_id = o.tenant_id AND m.id = o.merchant_id
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[]);

-- name: slip_lines
-- What lies in parcels, line by line: pieces of kits with how many a kit needs, and the numbers of units that have one.
SELECT pi.parcel_id, l.id AS line_id, l.sku, l.name, l.quantity AS ordered, l.total_minor, g.sku AS piece_sku, g.name AS piece_name,
       pi.quantity AS pieces, coalesce(k.quantity, 1) AS pieces_each,
       (SELECT count(*)::int FROM catalog.kit_components c
        WHERE c.tenant_id = %(tenant_id)s AND c.kit_id = l.product_id) AS components,
       CASE WHEN g.serials <> 'none' THEN ARRAY(
           SELECT s.serial FROM inventory.serials s
           WHERE s.tenant_id = %(tenant_id)s AND s.parcel_id = pi.parcel_id AND s.line_id = pi.line_id
             AND s.product_id = pi.product_id AND s.state = 'packed'
           ORDER BY s.serial) ELSE '{}'::text[] END AS serials
FROM warehouse.parcel_items pi
JOIN orders.lines l ON l.tenant_id = pi.tenant_id AND l.id = pi.line_id
JOIN catalog.products g ON g.tenant_id = pi.tenant_id AND g.id = pi.product_id
LEFT JOIN catalog.kit_components k ON k.tenant_id = pi.tenant_id AND k.kit_id = l.product_id AND k.component_id = pi.product_id
WHERE pi.tenant_id = %(tenant_id)s AND pi.parcel_id = ANY (%(parcel_ids)s::uuid[])
ORDER BY pi.parcel_id, l.position, g.sku;

-- name: slip_of
-- The packing slip of a parcel.
SELECT p.number, p.slip FROM warehouse.parcels p
WHERE p.tenant_id = %(tenant_id)s AND p.id = %(parcel_id)s
  AND (%(merchant_id)s::uuid IS NULL OR p.merchant_id = %(merchant_id)s);
