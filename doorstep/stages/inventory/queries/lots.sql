-- name: add_lots
-- Lots that come in for the first time; one that is there stays as it is.
INSERT INTO inventory.lots (tenant_id, id, product_id, lot, expires_on)
SELECT %(tenant_id)s, id, product_id, lot, expires_on
FROM unnest(%(ids)s::uuid[], %(product_ids)s::uuid[], %(lots)s::text[], %(expires_ons)s::date[]) AS l(id, product_id, lot, expires_on)
ORDER BY product_id, lot
ON CONFLICT (tenant_id, product_id, lot) DO NOTHING RETURNING id;

-- name: share_lots
-- Lots that movements name: their condition stays as it is until the movement is written.
SELECT l.id, l.product_id, l.lot, l.expires_on, l.state FROM inventory.lots l
JOIN unnest(%(product_ids)s::uuid[], %(lots)s::text[]) AS asked(product_id, lot)
  ON l.product_id = asked.product_id AND l.lot = asked.lot
WHERE l.tenant_id = %(tenant_id)s ORDER BY l.id FOR SHARE OF l;

-- name: lots_of
-- The lots of products, the one that expires first in front.
SELECT id, product_id, lot, expires_on, state FROM inventory.lots
WHERE tenant_id = %(tenant_id)s AND product_id = ANY (%(product_ids)s::uuid[]) ORDER BY product_id, expires_on NULLS LAST, lot;

-- name: lots_in
-- The lots that lie in some places, whose balances are locked, and what the balances say.
SELECT u.site_id, u.product_id, u.place, u.lot, u.on_hand, l.expires_on, l.state
FROM unnest(%(site_ids)s::uuid[], %(product_ids)s::uuid[], %(places)s::text[]) AS spot(site_id, product_id, place)
JOIN inventory.lot_units u ON u.tenant_id = %(tenant_id)s AND u.site_id = spot.site_id AND u.product_id = spot.product_id
  AND u.place = spot.place AND u.on_hand > 0
JOIN inventory.lots l ON l.tenant_id = %(tenant_id)s AND l.product_id = u.product_id AND l.lot = u.lot
ORDER BY u.site_id, u.product_id, u.place, u.lot;

-- name: lots_packed
-- Which lots were packed for orders and lie in their parcels still.
SELECT m.order_id, m.site_id, m.product_id, m.lot,
       sum(CASE WHEN m.to_place = 'parcel' THEN m.quantity ELSE -m.quantity END)::int AS units
FROM inventory.movements m
WHERE m.tenant_id = %(tenant_id)s AND m.order_id = ANY (%(order_ids)s::uuid[]) AND m.lot <> '' AND 'parcel' IN (m.from_place, m.to_place)
GROUP BY m.order_id, m.site_id, m.product_id, m.lot;

-- name: change_lots
-- What lies of which lot changes with the balances, under their locks. Answers the keys where less lies than was to be taken.
WITH change AS (
    SELECT * FROM unnest(%(site_ids)s::uuid[], %(product_ids)s::uuid[], %(places)s::text[], %(lots)s::text[], %(deltas)s::int[])
      AS change(site_id, product_id, place, lot, delta)
), short AS (
    SELECT change.place, change.lot, coalesce(u.on_hand, 0) AS on_hand
    FROM change LEFT JOIN inventory.lot_units u ON u.tenant_id = %(tenant_id)s AND u.site_id = change.site_id
      AND u.product_id = change.product_id AND u.place = change.place AND u.lot = change.lot
    WHERE coalesce(u.on_hand, 0) + change.delta < 0
), written AS (
    INSERT INTO inventory.lot_units AS u (tenant_id, site_id, product_id, place, lot, on_hand)
    SELECT %(tenant_id)s, site_id, product_id, place, lot, delta FROM change WHERE delta > 0 ORDER BY product_id, site_id, place, lot
    ON CONFLICT (tenant_id, product_id, site_id, place, lot) DO UPDATE SET on_hand = u.on_hand + excluded.on_hand
), taken AS (
    UPDATE inventory.lot_units u SET on_hand = u.on_hand + change.delta FROM change
    WHERE u.tenant_id = %(tenant_id)s AND u.site_id = change.site_id AND u.product_id = change.product_id
      AND u.place = change.place AND u.lot = change.lot AND change.delta < 0 AND NOT EXISTS (SELECT FROM short)
)
SELECT place, lot, on_hand FROM short ORDER BY place, lot;

-- name: lock_lots
-- Lots whose condition changes, in the order of their ids.
SELECT id, product_id, lot, expires_on, state FROM inventory.lots
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) ORDER BY id FOR UPDATE;

-- name: lots_due
-- Lots whose last day is over.
SELECT id FROM inventory.lots
WHERE tenant_id = %(tenant_id)s AND state IN ('sellable', 'quality_check') AND expires_on < (%(now)s::timestamptz AT TIME ZONE 'UTC')::date
ORDER BY expires_on, id LIMIT %(most)s;

-- name: lot_levels
-- What each site holds of lots where goods can be sold from.
SELECT l.id, u.product_id, u.site_id, sum(u.on_hand)::int AS units
FROM inventory.lots l
JOIN inventory.lot_units u ON u.tenant_id = %(tenant_id)s AND u.product_id = l.product_id AND u.lot = l.lot AND u.place NOT IN ('quarantine', 'quality_check', 'damaged')
WHERE l.tenant_id = %(tenant_id)s AND l.id = ANY (%(ids)s::uuid[]) GROUP BY l.id, u.product_id, u.site_id
HAVING sum(u.on_hand) > 0;

-- name: lots_lying
-- Every place in which lots of a product lie, the one that expires first in front.
SELECT u.site_id, u.product_id, u.place, u.lot, u.on_hand, l.expires_on, l.state
FROM inventory.lot_units u
JOIN inventory.lots l ON l.tenant_id = %(tenant_id)s AND l.product_id = u.product_id AND l.lot = u.lot
WHERE u.tenant_id = %(tenant_id)s AND u.product_id = %(product_id)s AND u.on_hand > 0
ORDER BY l.expires_on NULLS LAST, u.lot, u.site_id, u.place;

-- name: buyers_of_lot
-- The orders that units of a lot were picked for, and how many of them left the house.
SELECT m.order_id,
       sum(CASE WHEN m.to_place LIKE 'tote:%%' AND m.from_place LIKE 'bin:%%' THEN m.quantity
                WHEN m.from_place LIKE 'tote:%%' AND m.to_place LIKE 'bin:%%' THEN -m.quantity
                WHEN m.from_place = 'parcel' AND m.to_place LIKE 'bin:%%' THEN -m.quantity ELSE 0 END)::int AS units,
       coalesce(sum(m.quantity) FILTER (WHERE m.to_place = 'customer'), 0)::int AS "left"
FROM inventory.movements m
WHERE m.tenant_id = %(tenant_id)s AND m.product_id = %(product_id)s AND m.lot = %(lot)s AND m.order_id IS NOT NULL
GROUP BY m.order_id ORDER BY m.order_id LIMIT %(most)s;
