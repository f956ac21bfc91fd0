-- name: promises_never_exceed_goods
-- A site has promised more than it has, or a number fell below zero.
SELECT product_id, site_id, on_hand, reserved FROM inventory.stock
WHERE tenant_id = %(tenant_id)s AND (reserved < 0 OR on_hand < reserved);

-- name: reserved_is_the_sum_of_pending_promises
-- What a site counts as reserved differs from the reservations that are pending there.
SELECT coalesce(s.product_id, r.product_id) AS product_id, coalesce(s.site_id, r.site_id) AS site_id, s.reserved, r.pending
FROM (SELECT product_id, site_id, reserved FROM inventory.stock WHERE tenant_id = %(tenant_id)s) AS s
FULL JOIN (SELECT product_id, site_id, sum(quantity - shipped) AS pending FROM inventory.reservations
           WHERE tenant_id = %(tenant_id)s AND phase = 'pending' GROUP BY product_id, site_id) AS r
  USING (product_id, site_id)
WHERE coalesce(s.reserved, 0) <> coalesce(r.pending, 0);

-- name: stock_is_what_lies_in_sellable_places
-- What a site counts as on hand differs from what lies in its bins, totes and parcels, less lots that may not be sold.
SELECT coalesce(s.product_id, b.product_id) AS product_id, coalesce(s.site_id, b.site_id) AS site_id, s.on_hand, b.lying
FROM (SELECT product_id, site_id, on_hand FROM inventory.stock WHERE tenant_id = %(tenant_id)s) AS s
FULL JOIN (SELECT product_id, site_id, sum(units) AS lying FROM (
               SELECT product_id, site_id, on_hand AS units FROM inventory.balances
               WHERE tenant_id = %(tenant_id)s AND place NOT IN ('quarantine', 'quality_check', 'damaged')
               UNION ALL
               SELECT u.product_id, u.site_id, -u.on_hand FROM inventory.lot_units u
               JOIN inventory.lots l ON l.tenant_id = %(tenant_id)s AND l.product_id = u.product_id AND l.lot = u.lot
               WHERE u.tenant_id = %(tenant_id)s AND u.place NOT IN ('quarantine', 'quality_check', 'damaged') AND l.state <> 'sellable') AS parts
           GROUP BY product_id, site_id) AS b
  USING (product_id, site_id)
WHERE coalesce(s.on_hand, 0) <> coalesce(b.lying, 0);

-- name: balances_are_the_sum_of_the_ledger
-- What lies in a place differs from what the ledger moved there and away.
SELECT coalesce(b.site_id, m.site_id) AS site_id, coalesce(b.product_id, m.product_id) AS product_id,
       coalesce(b.place, m.place) AS place, b.on_hand, m.moved
FROM (SELECT site_id, product_id, place, on_hand FROM inventory.balances WHERE tenant_id = %(tenant_id)s) AS b
FULL JOIN (
    SELECT site_id, product_id, place, sum(delta) AS moved FROM (
        SELECT site_id, product_id, to_place AS place, quantity AS delta FROM inventory.movements
        WHERE tenant_id = %(tenant_id)s
        UNION ALL
        SELECT site_id, product_id, from_place, -quantity FROM inventory.movements WHERE tenant_id = %(tenant_id)s
    ) AS sides
    WHERE place NOT IN ('supplier', 'customer', 'lost', 'found', 'scrap') GROUP BY site_id, product_id, place
) AS m USING (site_id, product_id, place)
WHERE coalesce(b.on_hand, 0) <> coalesce(m.moved, 0);

-- name: a_reservation_that_ended_says_when
-- A reservation is over without a time, or pending with nothing left to ship.
SELECT line_id, site_id, product_id, phase FROM inventory.reservations
WHERE tenant_id = %(tenant_id)s
  AND ((phase <> 'pending') <> (ended_at IS NOT NULL) OR (phase = 'pending' AND quantity = shipped)
       OR (phase = 'posted' AND quantity <> shipped));

-- name: kits_lie_as_their_components
-- A kit has stock of its own; it is stored as its components only.
SELECT s.product_id, s.site_id FROM inventory.stock s
JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = s.product_id
WHERE s.tenant_id = %(tenant_id)s AND p.kind = 'kit';

-- name: channels_are_told_what_can_be_sold
-- The feed tells of a product something else than can be sold, though no change of it or its parts waits to be told.
WITH parts AS (
    SELECT o.product_id, o.available, coalesce(k.component_id, o.product_id) AS component_id, coalesce(k.quantity, 1) AS quantity
    FROM inventory.offers o
    LEFT JOIN catalog.kit_components k ON k.tenant_id = %(tenant_id)s AND k.kit_id = o.product_id
    WHERE o.tenant_id = %(tenant_id)s
), free AS (
    SELECT product_id AS component_id, sum(free) AS units FROM inventory.stock
    WHERE tenant_id = %(tenant_id)s GROUP BY product_id
)
SELECT parts.product_id, parts.available, min(coalesce(free.units, 0) / parts.quantity)::int AS present
FROM parts LEFT JOIN free USING (component_id)
GROUP BY parts.product_id, parts.available
HAVING parts.available <> min(coalesce(free.units, 0) / parts.quantity)
   AND NOT bool_or(parts.component_id IN (SELECT product_id FROM inventory.untold WHERE tenant_id = %(tenant_id)s));

-- name: the_auditor_sees_no_drift
-- The auditor found a figure that is not what it is made of: `doorstep audit SKU` shows how it came to be so.
SELECT d.book, d.site_id, d.product_id, d.place, d.expected, d.found, d.found_at FROM inventory.drifts d
WHERE d.tenant_id = %(tenant_id)s AND d.state = 'open' ORDER BY d.found_at LIMIT 50;

-- name: lots_are_the_sum_of_the_ledger
-- What lies of a lot in a place differs from what the ledger moved of it there and away.
SELECT coalesce(u.site_id, m.site_id) AS site_id, coalesce(u.product_id, m.product_id) AS product_id,
       coalesce(u.place, m.place) AS place, coalesce(u.lot, m.lot) AS lot, u.on_hand, m.moved
FROM (SELECT site_id, product_id, place, lot, on_hand FROM inventory.lot_units WHERE tenant_id = %(tenant_id)s) AS u
FULL JOIN (
    SELECT m1.site_id, m1.product_id, side.place, m1.lot, sum(side.units) AS moved FROM inventory.movements m1
    CROSS JOIN LATERAL (VALUES (m1.to_place, m1.quantity), (m1.from_place, -m1.quantity)) AS side(place, units)
    WHERE m1.tenant_id = %(tenant_id)s AND m1.lot <> '' AND side.place NOT IN ('supplier', 'customer', 'lost', 'found', 'scrap')
    GROUP BY m1.site_id, m1.product_id, side.place, m1.lot
) AS m USING (site_id, product_id, place, lot)
WHERE coalesce(u.on_hand, 0) <> coalesce(m.moved, 0);

-- name: lots_fit_their_places
-- More lies of the lots of a product in a place than of the product itself.
SELECT u.site_id, u.product_id, u.place, sum(u.on_hand) AS of_lots, max(b.on_hand) AS on_hand
FROM inventory.lot_units u
LEFT JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = u.site_id AND b.product_id = u.product_id AND b.place = u.place
WHERE u.tenant_id = %(tenant_id)s GROUP BY u.site_id, u.product_id, u.place HAVING sum(u.on_hand) > coalesce(max(b.on_hand), 0);

-- name: owed_is_the_sum_of_backorders
-- What is counted as owed of a product differs from what is owed to lines.
SELECT coalesce(t.product_id, b.product_id) AS product_id, t.owed, b.units
FROM (SELECT product_id, owed FROM inventory.backorder_terms WHERE tenant_id = %(tenant_id)s) AS t
FULL JOIN (SELECT product_id, sum(quantity) AS units FROM inventory.backorders WHERE tenant_id = %(tenant_id)s GROUP BY product_id) AS b
  USING (product_id)
WHERE coalesce(t.owed, 0) <> coalesce(b.units, 0);

-- name: a_packed_unit_is_in_a_parcel
-- A unit with a number of its own is packed or has left, and nobody knows in which parcel.
SELECT s.id, s.serial, s.state FROM inventory.serials s
WHERE s.tenant_id = %(tenant_id)s AND s.state IN ('packed', 'shipped') AND (s.parcel_id IS NULL OR s.order_id IS NULL OR s.line_id IS NULL);

-- name: plates_hold_no_more_than_lies_there
-- More of a lot stands on the plates of a place than lies there.
SELECT c.site_id, c.product_id, c.place, c.lot, c.units AS on_plates,
       CASE WHEN c.lot = '' THEN coalesce(b.on_hand, 0) - coalesce(named.units, 0) ELSE coalesce(u.on_hand, 0) END AS lying
FROM (SELECT p.site_id, p.place, c.product_id, c.lot, sum(c.quantity) AS units FROM inventory.plate_contents c
      JOIN inventory.plates p ON p.tenant_id = %(tenant_id)s AND p.id = c.plate_id
      WHERE c.tenant_id = %(tenant_id)s GROUP BY p.site_id, p.place, c.product_id, c.lot) AS c
LEFT JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = c.site_id AND b.product_id = c.product_id AND b.place = c.place
LEFT JOIN inventory.lot_units u ON u.tenant_id = %(tenant_id)s AND u.site_id = c.site_id AND u.product_id = c.product_id
  AND u.place = c.place AND u.lot = c.lot
LEFT JOIN LATERAL (SELECT sum(l.on_hand) AS units FROM inventory.lot_units l
                   WHERE l.tenant_id = %(tenant_id)s AND l.site_id = c.site_id AND l.product_id = c.product_id AND l.place = c.place) AS named ON true
WHERE c.units > CASE WHEN c.lot = '' THEN coalesce(b.on_hand, 0) - coalesce(named.units, 0) ELSE coalesce(u.on_hand, 0) END;

-- name: plates_stand_where_the_plate_below_does
-- A plate stands on one that stands elsewhere or is not used any more.
SELECT p.id, p.code, p.place, b.code AS below, b.place AS below_place, b.state FROM inventory.plates p
JOIN inventory.plates b ON b.tenant_id = %(tenant_id)s AND b.id = p.parent_id
WHERE p.tenant_id = %(tenant_id)s AND p.state = 'standing' AND (b.state <> 'standing' OR b.place <> p.place OR b.site_id <> p.site_id);

-- name: few_plates_stand_on_each_other
-- More plates stand on each other than may, or they stand in a circle.
SELECT p.id, p.code FROM inventory.plates p
JOIN inventory.plates second ON second.tenant_id = %(tenant_id)s AND second.id = p.parent_id
JOIN inventory.plates third ON third.tenant_id = %(tenant_id)s AND third.id = second.parent_id
WHERE p.tenant_id = %(tenant_id)s AND p.state = 'standing' AND third.parent_id IS NOT NULL;

-- name: a_plate_ends_when_nothing_is_on_it
-- A plate is used and nothing is on it, or it ended with something on it.
SELECT p.id, p.code, p.state FROM inventory.plates p
WHERE p.tenant_id = %(tenant_id)s AND (p.state = 'standing') <>
      (EXISTS (SELECT FROM inventory.plate_contents c WHERE c.tenant_id = %(tenant_id)s AND c.plate_id = p.id)
       OR EXISTS (SELECT FROM inventory.plates n WHERE n.tenant_id = %(tenant_id)s AND n.parent_id = p.id AND n.state = 'standing'));

-- name: units_lie_where_their_goods_do
-- More or fewer serial numbers lie in a place than units do, of a product whose units are all known by number.
SELECT coalesce(b.site_id, n.site_id) AS site_id, coalesce(b.product_id, n.product_id) AS product_id,
       coalesce(b.place, n.place) AS place, b.on_hand, n.numbers
FROM (SELECT b1.site_id, b1.product_id, b1.place, b1.on_hand FROM inventory.balances b1
      JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = b1.product_id AND p.serials = 'all'
      WHERE b1.tenant_id = %(tenant_id)s) AS b
FULL JOIN (SELECT site_id, product_id, place, count(*) AS numbers FROM inventory.serials
           WHERE tenant_id = %(tenant_id)s AND place IS NOT NULL GROUP BY site_id, product_id, place) AS n
  USING (site_id, product_id, place)
WHERE coalesce(b.on_hand, 0) <> coalesce(n.numbers, 0);

-- name: what_is_gone_lies_nowhere
-- A unit has left, is lost or was scrapped, and still lies in a place.
SELECT s.id, s.serial, s.state, s.place FROM inventory.serials s
WHERE s.tenant_id = %(tenant_id)s AND s.state IN ('shipped', 'lost', 'scrapped') AND s.place IS NOT NULL;
