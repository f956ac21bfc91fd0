-- name: hold_places
-- Places whose goods are put on plates or taken off them: nobody else changes what lies there.
SELECT b.place FROM unnest(%(site_ids)s::uuid[], %(product_ids)s::uuid[], %(places)s::text[]) AS spot(site_id, product_id, place)
JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = spot.site_id AND b.product_id = spot.product_id AND b.place = spot.place
ORDER BY b.site_id, b.product_id, b.place FOR NO KEY UPDATE OF b;

-- name: standing_in
-- What stands on plates in some places, whose balances are locked, and how many units of the same lot lie there in all.
SELECT p.id AS plate_id, p.site_id, p.place, c.product_id, c.lot, c.quantity,
       CASE WHEN c.lot = '' THEN coalesce(b.on_hand, 0) - coalesce(named.units, 0)::int ELSE coalesce(u.on_hand, 0) END AS lying
FROM unnest(%(site_ids)s::uuid[], %(product_ids)s::uuid[], %(places)s::text[]) AS spot(site_id, product_id, place)
JOIN inventory.plates p ON p.tenant_id = %(tenant_id)s AND p.site_id = spot.site_id AND p.place = spot.place AND p.state = 'standing'
JOIN inventory.plate_contents c ON c.tenant_id = %(tenant_id)s AND c.plate_id = p.id AND c.product_id = spot.product_id
LEFT JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = p.site_id AND b.product_id = c.product_id AND b.place = p.place
LEFT JOIN inventory.lot_units u ON u.tenant_id = %(tenant_id)s AND u.site_id = p.site_id AND u.product_id = c.product_id AND u.place = p.place
  AND u.lot = c.lot
LEFT JOIN LATERAL (
    SELECT sum(l.on_hand) AS units FROM inventory.lot_units l
    WHERE l.tenant_id = %(tenant_id)s AND l.site_id = p.site_id AND l.product_id = c.product_id AND l.place = p.place
) AS named ON c.lot = ''
ORDER BY p.id, c.product_id, c.lot;

-- name: lying_in
-- What lies in one place of some products, by lot, on plates or not.
SELECT b.product_id, '' AS lot, b.on_hand - coalesce(sum(u.on_hand), 0)::int AS units, NULL::date AS expires_on
FROM inventory.balances b
LEFT JOIN inventory.lot_units u ON u.tenant_id = %(tenant_id)s AND u.site_id = b.site_id AND u.product_id = b.product_id AND u.place = b.place
WHERE b.tenant_id = %(tenant_id)s AND b.site_id = %(site_id)s AND b.place = %(place)s AND b.product_id = ANY (%(product_ids)s::uuid[])
GROUP BY b.product_id, b.on_hand
UNION ALL
SELECT u.product_id, u.lot, u.on_hand, l.expires_on FROM inventory.lot_units u
JOIN inventory.lots l ON l.tenant_id = %(tenant_id)s AND l.product_id = u.product_id AND l.lot = u.lot
WHERE u.tenant_id = %(tenant_id)s AND u.site_id = %(site_id)s AND u.place = %(place)s AND u.product_id = ANY (%(product_ids)s::uuid[]);

-- name: plates_under
-- The plates that some plates stand on, however deep, and those themselves.
WITH RECURSIVE chain AS (
    SELECT p.id, p.parent_id FROM inventory.plates p WHERE p.tenant_id = %(tenant_id)s AND p.id = ANY (%(ids)s::uuid[])
    UNION
    SELECT p.id, p.parent_id FROM chain JOIN inventory.plates p ON p.tenant_id = %(tenant_id)s AND p.id = chain.parent_id
)
SELECT id FROM chain ORDER BY id;

-- name: lock_plates
-- Plates that are worked on, in the order of their ids.
SELECT id, parent_id, state, seq FROM inventory.plates
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) ORDER BY id FOR UPDATE;

-- name: stand_in
-- Plates stand in another place now.
UPDATE inventory.plates SET place = %(place)s WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: stand_on
-- Plates stand on another plate now, or on none.
UPDATE inventory.plates p SET parent_id = now.parent_id
FROM unnest(%(ids)s::uuid[], %(parent_ids)s::uuid[]) AS now(id, parent_id)
WHERE p.tenant_id = %(tenant_id)s AND p.id = now.id;

-- name: change_contents
-- More or less stands on plates. Answers the lines of which less is there than was to be taken.
WITH change AS (
    SELECT * FROM unnest(%(plate_ids)s::uuid[], %(product_ids)s::uuid[], %(lots)s::text[], %(deltas)s::int[]) AS c(plate_id, product_id, lot, delta)
), there AS (
    SELECT change.plate_id, change.product_id, change.lot, change.delta, coalesce(c.quantity, 0) AS quantity
    FROM change LEFT JOIN inventory.plate_contents c ON c.tenant_id = %(tenant_id)s AND c.plate_id = change.plate_id
      AND c.product_id = change.product_id AND c.lot = change.lot
), gone AS (
    DELETE FROM inventory.plate_contents c USING there
    WHERE c.tenant_id = %(tenant_id)s AND c.plate_id = there.plate_id AND c.product_id = there.product_id AND c.lot = there.lot
      AND there.quantity + there.delta = 0
), written AS (
    INSERT INTO inventory.plate_contents AS c (tenant_id, plate_id, product_id, lot, quantity)
    SELECT %(tenant_id)s, plate_id, product_id, lot, quantity + delta FROM there WHERE quantity + delta > 0
    ORDER BY plate_id, product_id, lot
    ON CONFLICT (tenant_id, plate_id, product_id, lot) DO UPDATE SET quantity = excluded.quantity
)
SELECT plate_id, product_id, lot, quantity FROM there WHERE quantity + delta < 0 ORDER BY 1, 2, 3;

-- name: empty_plates
-- Of some plates those that nothing is on, no goods and no plate.
SELECT p.id FROM inventory.plates p
WHERE p.tenant_id = %(tenant_id)s AND p.id = ANY (%(ids)s::uuid[]) AND p.state = 'standing'
  AND NOT EXISTS (SELECT FROM inventory.plate_contents c WHERE c.tenant_id = %(tenant_id)s AND c.plate_id = p.id)
  AND NOT EXISTS (SELECT FROM inventory.plates n WHERE n.tenant_id = %(tenant_id)s AND n.parent_id = p.id AND n.state = 'standing')
ORDER BY p.id;

-- name: add_plate
-- A plate that is used from now on; none if one of that code stands somewhere.
INSERT INTO inventory.plates (tenant_id, id, code, site_id, place) VALUES (%(tenant_id)s, %(id)s, %(code)s, %(site_id)s, %(place)s)
ON CONFLICT (tenant_id, code) WHERE state = 'standing' DO NOTHING RETURNING id;

-- name: plates_called
-- The plate of a code: the one that stands somewhere, else the last that had it; or the one of an id.
SELECT p.id FROM inventory.plates p WHERE p.tenant_id = %(tenant_id)s AND (p.code = %(code)s OR p.id = %(id)s::uuid)
ORDER BY p.state = 'standing' DESC, p.id DESC LIMIT 1;

-- name: plate_tree
-- A plate and all that stands on it, the plate itself first.
WITH RECURSIVE tree AS (
    SELECT p.id, 0 AS depth FROM inventory.plates p WHERE p.tenant_id = %(tenant_id)s AND p.id = %(id)s
    UNION ALL
    SELECT p.id, tree.depth + 1 FROM tree
    JOIN inventory.plates p ON p.tenant_id = %(tenant_id)s AND p.parent_id = tree.id AND p.state = 'standing'
    WHERE tree.depth < 5
)
SELECT p.id, p.code, p.state, p.seq, p.site_id, p.place, p.parent_id, coalesce(b.code, '') AS parent
FROM tree JOIN inventory.plates p ON p.tenant_id = %(tenant_id)s AND p.id = tree.id
LEFT JOIN inventory.plates b ON b.tenant_id = %(tenant_id)s AND b.id = p.parent_id
ORDER BY tree.depth, p.code;

-- name: plate_chain
-- The plates that a plate stands on, the nearest first.
WITH RECURSIVE chain AS (
    SELECT p.parent_id AS id, 1 AS depth FROM inventory.plates p WHERE p.tenant_id = %(tenant_id)s AND p.id = %(id)s
    UNION ALL
    SELECT p.parent_id, chain.depth + 1 FROM chain JOIN inventory.plates p ON p.tenant_id = %(tenant_id)s AND p.id = chain.id
    WHERE chain.depth < 5
)
SELECT p.id, p.code, p.state, p.seq, p.site_id, p.place, p.parent_id, coalesce(b.code, '') AS parent
FROM chain JOIN inventory.plates p ON p.tenant_id = %(tenant_id)s AND p.id = chain.id
LEFT JOIN inventory.plates b ON b.tenant_id = %(tenant_id)s AND b.id = p.parent_id
ORDER BY chain.depth;

-- name: contents_of
-- What is on some plates.
SELECT plate_id, product_id, lot, quantity FROM inventory.plate_contents
WHERE tenant_id = %(tenant_id)s AND plate_id = ANY (%(ids)s::uuid[]) ORDER BY plate_id, product_id, lot;

-- name: plates_listed
-- Plates that stand somewhere by themselves, by their codes, after one of them; of a place, or that hold a product, when asked so.
SELECT p.id, p.code, p.state, p.seq, p.site_id, p.place, p.parent_id, coalesce(b.code, '') AS parent
FROM inventory.plates p
LEFT JOIN inventory.plates b ON b.tenant_id = %(tenant_id)s AND b.id = p.parent_id
WHERE p.tenant_id = %(tenant_id)s AND p.state = 'standing' AND p.code > %(after)s
  AND (%(site_id)s::uuid IS NULL OR p.site_id = %(site_id)s) AND (%(place)s::text IS NULL OR p.place = %(place)s)
  AND (%(product_id)s::uuid IS NULL OR EXISTS (SELECT FROM inventory.plate_contents c
       WHERE c.tenant_id = %(tenant_id)s AND c.plate_id = p.id AND c.product_id = %(product_id)s))
  AND (%(lot)s = '' OR EXISTS (SELECT FROM inventory.plate_contents c
       WHERE c.tenant_id = %(tenant_id)s AND c.plate_id = p.id AND c.lot = %(lot)s))
  AND (%(own)s::uuid IS NULL OR NOT EXISTS (
       SELECT FROM inventory.plate_contents c JOIN catalog.products d ON d.tenant_id = %(tenant_id)s AND d.id = c.product_id
       WHERE c.tenant_id = %(tenant_id)s AND c.plate_id = p.id AND d.merchant_id <> %(own)s))
ORDER BY p.code LIMIT %(most)s;

-- name: plated_in
-- What stands on plates in one place of some products, by lot.
SELECT c.product_id, c.lot, sum(c.quantity)::int AS units FROM inventory.plates p
JOIN inventory.plate_contents c ON c.tenant_id = %(tenant_id)s AND c.plate_id = p.id AND c.product_id = ANY (%(product_ids)s::uuid[])
WHERE p.tenant_id = %(tenant_id)s AND p.site_id = %(site_id)s AND p.place = %(place)s AND p.state = 'standing'
GROUP BY c.product_id, c.lot;

-- name: plates_with
-- On which plates units of a product stand, and where.
SELECT p.code, p.site_id, p.place, sum(c.quantity)::int AS units FROM inventory.plate_contents c
JOIN inventory.plates p ON p.tenant_id = %(tenant_id)s AND p.id = c.plate_id AND p.state = 'standing'
WHERE c.tenant_id = %(tenant_id)s AND c.product_id = %(product_id)s
GROUP BY p.code, p.site_id, p.place ORDER BY p.site_id, p.place, p.code LIMIT %(most)s;

-- name: plate_stands
-- Whether a plate of a code is in use.
SELECT true FROM inventory.plates WHERE tenant_id = %(tenant_id)s AND code = %(code)s AND state = 'standing';

-- name: plates_found
-- Plates in use by what somebody has at hand: a code or its end, a bin, a lot, an SKU, a barcode's product; '' finds all. Exact codes first.
SELECT p.id, p.code, p.state, p.seq, p.site_id, p.place, p.parent_id, coalesce(b.code, '') AS parent
FROM inventory.plates p
LEFT JOIN inventory.plates b ON b.tenant_id = %(tenant_id)s AND b.id = p.parent_id
WHERE p.tenant_id = %(tenant_id)s AND p.state = 'standing'
  AND (%(said)s = '' OR p.code = %(code)s OR (%(ending)s <> '' AND right(p.code, length(%(ending)s)) = %(ending)s)
       OR p.place = %(said)s OR p.place = 'bin:' || %(said)s
       OR EXISTS (SELECT FROM inventory.plate_contents c
                  JOIN catalog.products d ON d.tenant_id = %(tenant_id)s AND d.id = c.product_id
                  WHERE c.tenant_id = %(tenant_id)s AND c.plate_id = p.id
                    AND (c.lot = %(said)s OR d.sku = %(said)s OR c.product_id = ANY (%(product_ids)s::uuid[]))))
ORDER BY p.code <> %(code)s, p.place, p.code LIMIT %(most)s;
