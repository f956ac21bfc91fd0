-- name: totes_differ_from_picks
-- What lies in totes must be what was picked, still wanted or not, and is in no closed box; here a scan and the ledger disagree.
WITH said AS (
    SELECT f.site_id, i.product_id, sum(i.picked + i.surplus) AS units
    FROM warehouse.items i JOIN warehouse.fulfillments f ON f.tenant_id = i.tenant_id AND f.id = i.fulfillment_id
    WHERE i.tenant_id = %(tenant_id)s GROUP BY f.site_id, i.product_id
), boxed AS (
    SELECT p.site_id, pi.product_id, sum(pi.quantity) AS units
    FROM warehouse.parcel_items pi JOIN warehouse.parcels p ON p.tenant_id = pi.tenant_id AND p.id = pi.parcel_id
    WHERE pi.tenant_id = %(tenant_id)s AND p.state <> 'open' GROUP BY p.site_id, pi.product_id
), lying AS (
    SELECT b.site_id, b.product_id, sum(b.on_hand) AS units FROM inventory.balances b
    WHERE b.tenant_id = %(tenant_id)s AND b.place LIKE 'tote:%%' GROUP BY b.site_id, b.product_id
)
SELECT said.site_id, said.product_id, said.units - coalesce(boxed.units, 0) AS picked, coalesce(lying.units, 0) AS in_totes
FROM said LEFT JOIN boxed USING (site_id, product_id) LEFT JOIN lying USING (site_id, product_id)
WHERE said.units - coalesce(boxed.units, 0) <> coalesce(lying.units, 0) LIMIT 50;

-- name: boxes_differ_from_parcels
-- What lies in the place "parcel" must be what packed boxes hold, and canceled ones that were not put back yet.
WITH said AS (
    SELECT p.site_id, pi.product_id, sum(pi.quantity - pi.returned) AS units
    FROM warehouse.parcel_items pi JOIN warehouse.parcels p ON p.tenant_id = pi.tenant_id AND p.id = pi.parcel_id
    WHERE pi.tenant_id = %(tenant_id)s AND p.state IN ('packed', 'canceled') GROUP BY p.site_id, pi.product_id
), lying AS (
    SELECT b.site_id, b.product_id, sum(b.on_hand) AS units FROM inventory.balances b
    WHERE b.tenant_id = %(tenant_id)s AND b.place = 'parcel' GROUP BY b.site_id, b.product_id
)
SELECT site_id, product_id, coalesce(said.units, 0) AS packed, coalesce(lying.units, 0) AS in_parcels
FROM said FULL JOIN lying USING (site_id, product_id)
WHERE coalesce(said.units, 0) <> coalesce(lying.units, 0) LIMIT 50;

-- name: packed_differs_from_boxes
-- What a fulfillment order calls packed must lie in its boxes.
SELECT i.fulfillment_id, i.product_id, sum(i.packed) AS packed, coalesce(max(boxed.units), 0) AS in_boxes
FROM warehouse.items i LEFT JOIN LATERAL (
    SELECT sum(pi.quantity) AS units
    FROM warehouse.parcels p JOIN warehouse.parcel_items pi ON pi.tenant_id = p.tenant_id AND pi.parcel_id = p.id
    WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = i.fulfillment_id AND pi.product_id = i.product_id
) boxed ON true
WHERE i.tenant_id = %(tenant_id)s GROUP BY i.fulfillment_id, i.product_id
HAVING sum(i.packed) <> coalesce(max(boxed.units), 0) LIMIT 50;

-- name: tote_belongs_to_nobody
-- Goods lie in a tote that is bound to no fulfillment order: look into it, and put them back.
SELECT b.site_id, b.place, b.product_id, b.on_hand FROM inventory.balances b
WHERE b.tenant_id = %(tenant_id)s AND b.place LIKE 'tote:%%' AND b.on_hand > 0 AND NOT EXISTS (
    SELECT 1 FROM warehouse.totes t
    WHERE t.tenant_id = %(tenant_id)s AND t.site_id = b.site_id AND 'tote:' || t.code = b.place) LIMIT 50;

-- name: picked_is_not_complete
-- A fulfillment order that is called picked must have all its units in totes, and no stop ahead.
SELECT f.id, f.state, i.product_id, i.quantity, i.picked FROM warehouse.fulfillments f
JOIN warehouse.items i ON i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id
WHERE f.tenant_id = %(tenant_id)s AND f.state IN ('picked', 'packed', 'handed_over')
  AND (i.picked < i.quantity OR (f.state <> 'picked' AND i.packed < i.quantity)) LIMIT 50;

-- name: stop_ahead_of_nobody
-- A stop that is still ahead must belong to an open cart and to a fulfillment order on it.
SELECT p.id, p.batch_id, b.state AS batch, f.state AS fulfillment FROM warehouse.picks p
JOIN warehouse.batches b ON b.tenant_id = p.tenant_id AND b.id = p.batch_id
JOIN warehouse.fulfillments f ON f.tenant_id = p.tenant_id AND f.id = p.fulfillment_id
WHERE p.tenant_id = %(tenant_id)s AND p.done_at IS NULL
  AND (b.state NOT IN ('planned', 'picking') OR f.state NOT IN ('batched', 'picking')) LIMIT 50;

-- name: stop_is_not_accounted_for
-- A stop that is done must have found or missed all its units, unless it was dropped.
SELECT p.id, p.quantity, p.picked, p.short FROM warehouse.picks p
WHERE p.tenant_id = %(tenant_id)s AND p.done_at IS NOT NULL AND NOT p.dropped AND p.picked + p.short <> p.quantity LIMIT 50;

-- name: floor_differs_from_promises
-- What the floor is to pick for an order at a site must be what is reserved there.
SELECT f.order_id, f.site_id, i.line_id, i.product_id, sum(i.quantity) AS to_pick, coalesce(max(r.quantity), 0) AS reserved
FROM warehouse.fulfillments f
JOIN warehouse.items i ON i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
LEFT JOIN inventory.reservations r ON r.tenant_id = i.tenant_id AND r.line_id = i.line_id AND r.site_id = f.site_id
  AND r.product_id = i.product_id AND r.phase IN ('pending', 'posted')
WHERE f.tenant_id = %(tenant_id)s AND f.state <> 'canceled' AND o.state <> 'canceled'
GROUP BY f.order_id, f.site_id, i.line_id, i.product_id
HAVING sum(i.quantity) > coalesce(max(r.quantity), 0) LIMIT 50;

-- name: no_more_serials_than_units
-- More units with numbers of their own are in a parcel than it holds of the product.
SELECT s.parcel_id, s.line_id, s.product_id, count(*) AS serials, max(i.quantity) AS units FROM inventory.serials s
LEFT JOIN warehouse.parcel_items i ON i.tenant_id = %(tenant_id)s AND i.parcel_id = s.parcel_id AND i.product_id = s.product_id AND i.line_id = s.line_id
WHERE s.tenant_id = %(tenant_id)s AND s.state IN ('packed', 'shipped')
GROUP BY s.parcel_id, s.line_id, s.product_id HAVING count(*) > coalesce(max(i.quantity), 0);
