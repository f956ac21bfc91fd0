-- name: begin_round
-- The auditor's place in its round; a tenant's first call makes the row. One auditor at a time.
INSERT INTO inventory.rounds AS r (tenant_id, began_id) VALUES (%(tenant_id)s, %(id)s)
ON CONFLICT (tenant_id) DO UPDATE SET after_id = r.after_id RETURNING after_id;

-- name: next_products
-- The products that the auditor looks at next.
SELECT id FROM catalog.products WHERE tenant_id = %(tenant_id)s AND id > %(after)s::uuid ORDER BY id LIMIT %(most)s;

-- name: differences
-- Figures of some products that are not what they are made of, all read in one snapshot: places against the ledger (its closed
-- sum and what came after), on hand against the sellable places, reserved against the pending reservations, plates against places, serial
-- numbers against the units of places.
WITH asked AS MATERIALIZED (
    SELECT unnest(%(product_ids)s::uuid[]) AS product_id
), closed AS MATERIALIZED (
    SELECT c.site_id, c.product_id, c.place, c.units, c.until_id FROM inventory.closings c
    WHERE c.tenant_id = %(tenant_id)s AND c.product_id = ANY (%(product_ids)s::uuid[])
      AND c.until_id > %(believed)s::uuid
), since AS (
    SELECT asked.product_id, coalesce((SELECT c.until_id FROM closed c WHERE c.product_id = asked.product_id LIMIT 1),
                                      '00000000-0000-0000-0000-000000000000') AS until_id
    FROM asked
), ledger AS (
    SELECT site_id, product_id, place, sum(units) AS units FROM (
        SELECT site_id, product_id, place, units FROM closed
        UNION ALL
        SELECT m.site_id, m.product_id, side.place, side.units
        FROM since
        JOIN inventory.movements m ON m.tenant_id = %(tenant_id)s AND m.product_id = since.product_id AND m.id > since.until_id
        CROSS JOIN LATERAL (VALUES (m.to_place, m.quantity), (m.from_place, -m.quantity)) AS side(place, units)
        WHERE side.place NOT IN ('supplier', 'customer', 'lost', 'found', 'scrap')
    ) AS lines GROUP BY site_id, product_id, place
), lying AS MATERIALIZED (
    SELECT b.site_id, b.product_id, b.place, b.on_hand FROM inventory.balances b
    WHERE b.tenant_id = %(tenant_id)s AND b.product_id = ANY (%(product_ids)s::uuid[])
      AND b.site_id = ANY (ARRAY(SELECT id FROM catalog.sites WHERE tenant_id = %(tenant_id)s))
), stock AS MATERIALIZED (
    SELECT s.site_id, s.product_id, s.on_hand, s.reserved FROM inventory.stock s
    WHERE s.tenant_id = %(tenant_id)s AND s.product_id = ANY (%(product_ids)s::uuid[])
), blocked AS (
    SELECT u.site_id, u.product_id, sum(u.on_hand) AS units FROM inventory.lot_units u
    JOIN inventory.lots l ON l.tenant_id = %(tenant_id)s AND l.product_id = u.product_id AND l.lot = u.lot AND l.state <> 'sellable'
    WHERE u.tenant_id = %(tenant_id)s AND u.product_id = ANY (%(product_ids)s::uuid[]) AND u.place NOT IN ('quarantine', 'quality_check', 'damaged')
    GROUP BY u.site_id, u.product_id
), sellable AS (
    SELECT site_id, product_id, sum(units) AS units FROM (
        SELECT site_id, product_id, on_hand AS units FROM lying WHERE place NOT IN ('quarantine', 'quality_check', 'damaged')
        UNION ALL
        SELECT site_id, product_id, -units FROM blocked
    ) AS parts GROUP BY site_id, product_id
), pending AS (
    SELECT r.site_id, r.product_id, sum(r.quantity - r.shipped) AS units FROM inventory.reservations r
    WHERE r.tenant_id = %(tenant_id)s AND r.product_id = ANY (%(product_ids)s::uuid[]) AND r.phase = 'pending'
    GROUP BY r.site_id, r.product_id
), plated AS (
    SELECT p.site_id, c.product_id, p.place, c.lot, sum(c.quantity) AS units
    FROM inventory.plate_contents c
    JOIN inventory.plates p ON p.tenant_id = %(tenant_id)s AND p.id = c.plate_id AND p.state = 'standing'
    WHERE c.tenant_id = %(tenant_id)s AND c.product_id = ANY (%(product_ids)s::uuid[])
    GROUP BY p.site_id, c.product_id, p.place, c.lot
), named AS (
    SELECT u.site_id, u.product_id, u.place, sum(u.on_hand) AS units FROM inventory.lot_units u
    JOIN (SELECT DISTINCT site_id, product_id, place FROM plated) AS spot USING (site_id, product_id, place)
    WHERE u.tenant_id = %(tenant_id)s GROUP BY u.site_id, u.product_id, u.place
), loaded AS (
    SELECT plated.site_id, plated.product_id, plated.place, plated.units,
           CASE WHEN plated.lot = '' THEN coalesce(lying.on_hand, 0) - coalesce(named.units, 0) ELSE coalesce(u.on_hand, 0) END AS lying
    FROM plated
    LEFT JOIN lying USING (site_id, product_id, place)
    LEFT JOIN named USING (site_id, product_id, place)
    LEFT JOIN inventory.lot_units u ON u.tenant_id = %(tenant_id)s AND u.site_id = plated.site_id AND u.product_id = plated.product_id
      AND u.place = plated.place AND u.lot = plated.lot
), numbered AS (
    SELECT n.site_id, n.product_id, n.place, count(*) AS units FROM inventory.serials n
    WHERE n.tenant_id = %(tenant_id)s AND n.product_id = ANY (%(product_ids)s::uuid[]) AND n.place IS NOT NULL
    GROUP BY n.site_id, n.product_id, n.place
), by_number AS (
    SELECT lying.* FROM lying JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = lying.product_id AND p.serials = 'all'
), compared AS (
    SELECT 'place' AS book, site_id, product_id, place, ledger.units AS expected, lying.on_hand AS found
    FROM ledger FULL JOIN lying USING (site_id, product_id, place)
    UNION ALL
    SELECT 'on_hand', site_id, product_id, '', sellable.units, stock.on_hand
    FROM sellable FULL JOIN stock USING (site_id, product_id)
    UNION ALL
    SELECT 'reserved', site_id, product_id, '', pending.units, stock.reserved
    FROM pending FULL JOIN stock USING (site_id, product_id)
    UNION ALL
    SELECT 'plate', site_id, product_id, place, sum(lying), sum(units)
    FROM loaded WHERE units > lying GROUP BY site_id, product_id, place
    UNION ALL
    SELECT 'serials', site_id, product_id, place, by_number.on_hand, numbered.units
    FROM by_number FULL JOIN numbered USING (site_id, product_id, place)
)
SELECT book, site_id, product_id, place, coalesce(expected, 0)::int AS expected, coalesce(found, 0)::int AS found
FROM compared WHERE coalesce(expected, 0) <> coalesce(found, 0) ORDER BY book, product_id, site_id, place;

-- name: open_closings
-- Sums of the ledger that are not believed any more.
DELETE FROM inventory.closings WHERE tenant_id = %(tenant_id)s AND product_id = ANY (%(product_ids)s::uuid[]);

-- name: long_ledgers
-- Products with so many lines after their closed sum that closing again saves reading. Lines of the last minutes stay out: a
-- transaction that is under way may still write one whose id is older.
SELECT asked.product_id FROM unnest(%(product_ids)s::uuid[]) AS asked(product_id)
CROSS JOIN LATERAL (
    SELECT count(*) AS lines FROM (
        SELECT FROM inventory.movements m
        WHERE m.tenant_id = %(tenant_id)s AND m.product_id = asked.product_id
          AND m.id > coalesce((SELECT c.until_id FROM inventory.closings c
                               WHERE c.tenant_id = %(tenant_id)s AND c.product_id = asked.product_id
                                 AND c.until_id > %(believed)s::uuid LIMIT 1), '00000000-0000-0000-0000-000000000000')
          AND m.id < %(until)s::uuid
        LIMIT %(lines)s) AS newer
) AS tail
WHERE tail.lines >= %(lines)s;

-- name: close_ledgers
-- The ledger of some products summed up to a few minutes ago.
INSERT INTO inventory.closings (tenant_id, product_id, site_id, place, units, until_id)
SELECT %(tenant_id)s, m.product_id, m.site_id, side.place, sum(side.units), %(until)s::uuid
FROM inventory.movements m
CROSS JOIN LATERAL (VALUES (m.to_place, m.quantity), (m.from_place, -m.quantity)) AS side(place, units)
WHERE m.tenant_id = %(tenant_id)s AND m.product_id = ANY (%(product_ids)s::uuid[]) AND m.id < %(until)s::uuid
  AND side.place NOT IN ('supplier', 'customer', 'lost', 'found', 'scrap')
GROUP BY m.product_id, m.site_id, side.place
ON CONFLICT (tenant_id, product_id, site_id, place) DO UPDATE
SET units = excluded.units, until_id = excluded.until_id;

-- name: known_drifts
-- What the auditor said of some products and did not take back.
SELECT d.id, d.book, d.site_id, d.product_id, p.sku, s.code AS site, d.place, d.expected, d.found, d.found_at
FROM inventory.drifts d
JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = d.product_id
JOIN catalog.sites s ON s.tenant_id = %(tenant_id)s AND s.id = d.site_id
WHERE d.tenant_id = %(tenant_id)s AND d.state = 'open' AND (%(product_ids)s::uuid[] IS NULL OR d.product_id = ANY (%(product_ids)s::uuid[]))
ORDER BY d.found_at, d.id LIMIT %(most)s;

-- name: add_drifts
-- Figures that disagree, as they were found.
INSERT INTO inventory.drifts (tenant_id, id, book, site_id, product_id, place, expected, found, found_at)
SELECT %(tenant_id)s, id, book, site_id, product_id, place, expected, found, %(now)s
FROM unnest(%(ids)s::uuid[], %(books)s::text[], %(site_ids)s::uuid[], %(product_ids)s::uuid[], %(places)s::text[],
            %(expecteds)s::int[], %(founds)s::int[]) AS d(id, book, site_id, product_id, place, expected, found);

-- name: change_drifts
-- Drifts that are another number now.
UPDATE inventory.drifts d SET expected = c.expected, found = c.found
FROM unnest(%(ids)s::uuid[], %(expecteds)s::int[], %(founds)s::int[]) AS c(id, expected, found)
WHERE d.tenant_id = %(tenant_id)s AND d.id = c.id;

-- name: go_on
-- The auditor is so far in its round; at the end of the products it begins anew.
UPDATE inventory.rounds SET
    after_id = %(after)s::uuid,
    products = CASE WHEN %(ended)s THEN 0 ELSE products + %(count)s END,
    began_id = CASE WHEN products = 0 THEN %(began)s::uuid ELSE began_id END,
    last_products = CASE WHEN %(ended)s THEN products + %(count)s ELSE last_products END,
    last_began_id = CASE WHEN NOT %(ended)s THEN last_began_id WHEN products = 0 THEN %(began)s::uuid ELSE began_id END,
    last_ended_id = CASE WHEN %(ended)s THEN %(ended_id)s::uuid ELSE last_ended_id END
WHERE tenant_id = %(tenant_id)s;

-- name: round_of
-- How the last whole round of the auditor went.
SELECT last_products, last_began_id, last_ended_id FROM inventory.rounds
WHERE tenant_id = %(tenant_id)s AND last_ended_id IS NOT NULL;

-- name: ever_in
-- What ever lay in a place of any site.
SELECT DISTINCT b.product_id FROM inventory.balances b
WHERE b.tenant_id = %(tenant_id)s AND b.site_id = ANY (ARRAY(SELECT id FROM catalog.sites WHERE tenant_id = %(tenant_id)s))
  AND b.place = %(place)s;

-- name: balances_of
-- What places hold of some products by the balances and by the ledger; one place if it is named, at one site if that is.
WITH asked AS MATERIALIZED (
    SELECT b.site_id, b.product_id, b.place, b.on_hand FROM inventory.balances b
    WHERE b.tenant_id = %(tenant_id)s AND b.product_id = ANY (%(product_ids)s::uuid[])
      AND b.site_id = ANY (ARRAY(SELECT id FROM catalog.sites WHERE tenant_id = %(tenant_id)s))
      AND (%(place)s::text IS NULL OR b.place = %(place)s) AND (%(site_id)s::uuid IS NULL OR b.site_id = %(site_id)s)
), sums AS (
    SELECT m.site_id, m.product_id, side.place, sum(side.units) AS units FROM inventory.movements m
    CROSS JOIN LATERAL (VALUES (m.to_place, m.quantity), (m.from_place, -m.quantity)) AS side(place, units)
    WHERE m.tenant_id = %(tenant_id)s AND m.product_id = ANY (%(product_ids)s::uuid[])
    GROUP BY m.site_id, m.product_id, side.place
)
SELECT asked.site_id, asked.product_id, asked.place, asked.on_hand, coalesce(sums.units, 0)::int AS sum
FROM asked LEFT JOIN sums USING (site_id, product_id, place) ORDER BY asked.product_id, asked.site_id, asked.place;

-- name: steps_of
-- The newest lines of the ledger as each of some places sees them, with what lay there afterwards.
SELECT id, site_id, product_id, place, change, after, other, reason, reference, order_id, actor, occurred_at FROM (
    SELECT m.id, m.site_id, m.product_id, side.place, side.change, side.other, m.reason, m.reference, m.order_id, m.actor, m.occurred_at,
           sum(side.change) OVER (PARTITION BY m.site_id, m.product_id, side.place ORDER BY m.id)::int AS after,
           row_number() OVER (PARTITION BY m.site_id, m.product_id, side.place ORDER BY m.id DESC) AS newest
    FROM inventory.movements m
    CROSS JOIN LATERAL (VALUES (m.to_place, m.quantity, m.from_place), (m.from_place, -m.quantity, m.to_place)) AS side(place, change, other)
    JOIN unnest(%(site_ids)s::uuid[], %(product_ids)s::uuid[], %(places)s::text[]) AS spot(site_id, product_id, place)
      ON spot.site_id = m.site_id AND spot.product_id = m.product_id AND spot.place = side.place
    WHERE m.tenant_id = %(tenant_id)s AND m.product_id = ANY (%(product_ids)s::uuid[])
) AS lines
WHERE newest <= %(most)s ORDER BY product_id, site_id, place, id;

-- name: on_hand_after
-- What all sites together held of a product after each of its newest movements over their walls, oldest first.
SELECT occurred_at, units FROM (
    SELECT m.id, m.occurred_at, sum(side.change) OVER (ORDER BY m.id)::int AS units, side.change,
           row_number() OVER (ORDER BY m.id DESC) AS newest
    FROM inventory.movements m
    CROSS JOIN LATERAL (
        SELECT CASE WHEN m.from_place IN ('supplier', 'customer', 'lost', 'found', 'scrap') THEN m.quantity ELSE -m.quantity END AS change
    ) AS side
    WHERE m.tenant_id = %(tenant_id)s AND m.product_id = %(product_id)s
      AND (m.from_place IN ('supplier', 'customer', 'lost', 'found', 'scrap')
           OR m.to_place IN ('supplier', 'customer', 'lost', 'found', 'scrap'))
) AS lines
WHERE newest <= %(most)s ORDER BY id;
