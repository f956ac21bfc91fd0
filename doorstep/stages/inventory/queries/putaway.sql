-- name: rooms
-- Bins that goods may be put to: where the product lies, the docks, and the first empty ones of each kind in the order of a walk;
-- never the whole warehouse. Whether a bin is empty is looked up bin by bin until there are enough.
WITH near AS (
    SELECT substr(b.place, 5) AS code FROM inventory.balances b
    WHERE b.tenant_id = %(tenant_id)s AND b.site_id = %(site_id)s AND b.product_id = %(product_id)s AND b.on_hand > 0
      AND b.place LIKE 'bin:%%'
    UNION
    (SELECT d.code FROM catalog.bins d
     WHERE d.tenant_id = %(tenant_id)s AND d.site_id = %(site_id)s AND d.kind = 'dock' ORDER BY d.pick_seq, d.code LIMIT 5)
    UNION
    (SELECT e.code FROM catalog.bins e
     WHERE e.tenant_id = %(tenant_id)s AND e.site_id = %(site_id)s AND e.kind = 'face'
       AND (SELECT b1.on_hand FROM inventory.balances b1 WHERE b1.tenant_id = %(tenant_id)s AND b1.site_id = %(site_id)s
            AND b1.place = 'bin:' || e.code AND b1.on_hand > 0 LIMIT 1) IS NULL
     ORDER BY e.pick_seq, e.code LIMIT 20)
    UNION
    (SELECT e.code FROM catalog.bins e
     WHERE e.tenant_id = %(tenant_id)s AND e.site_id = %(site_id)s AND e.kind = 'bulk'
       AND (SELECT b1.on_hand FROM inventory.balances b1 WHERE b1.tenant_id = %(tenant_id)s AND b1.site_id = %(site_id)s
            AND b1.place = 'bin:' || e.code AND b1.on_hand > 0 LIMIT 1) IS NULL
     ORDER BY e.pick_seq, e.code LIMIT 20)
)
SELECT bin.code, bin.kind, abs(bin.x_mm - s.start_x_mm) + abs(bin.y_mm - s.start_y_mm) AS walk_mm, bin.capacity_ml, bin.mixes_lots,
       lies.used_ml, lies.units, coalesce(lots.lot_units, 0)::int AS lot_units,
       coalesce(lots.names, '{}') || CASE WHEN lies.units > coalesce(lots.units, 0) THEN '{""}'::text[] ELSE '{}' END AS lots,
       lies.others,
       EXISTS (SELECT FROM inventory.receipts r
               JOIN inventory.arrivals a ON a.tenant_id = %(tenant_id)s AND a.id = r.arrival_id AND a.site_id = %(site_id)s
               WHERE r.tenant_id = %(tenant_id)s AND r.offered = bin.code AND r.placed_why IN ('full', 'blocked')
                 AND r.received_at > %(now)s::timestamptz - interval '7 days') AS doubted
FROM near
JOIN catalog.bins bin ON bin.tenant_id = %(tenant_id)s AND bin.site_id = %(site_id)s AND bin.code = near.code
JOIN catalog.sites s ON s.tenant_id = %(tenant_id)s AND s.id = %(site_id)s
CROSS JOIN LATERAL (
    SELECT coalesce(sum(b.on_hand * (p.length_mm::bigint * p.width_mm * p.height_mm / 1000 + 1)), 0)::bigint AS used_ml,
           coalesce(sum(b.on_hand) FILTER (WHERE b.product_id = %(product_id)s), 0)::int AS units,
           count(*) FILTER (WHERE b.product_id <> %(product_id)s)::int AS others
    FROM inventory.balances b
    JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = b.product_id
    WHERE b.tenant_id = %(tenant_id)s AND b.site_id = %(site_id)s AND b.place = 'bin:' || bin.code AND b.on_hand > 0
) AS lies
CROSS JOIN LATERAL (
    SELECT array_agg(u.lot ORDER BY u.lot) AS names, sum(u.on_hand) AS units,
           sum(u.on_hand) FILTER (WHERE u.lot = %(lot)s) AS lot_units
    FROM inventory.lot_units u
    WHERE u.tenant_id = %(tenant_id)s AND u.product_id = %(product_id)s AND u.site_id = %(site_id)s
      AND u.place = 'bin:' || bin.code AND u.on_hand > 0
) AS lots
ORDER BY bin.code;

-- name: pull
-- How much a product is asked for: picks among its last 200 movements of 30 days, orders that wait for it, the units they lack, and what is free.
SELECT (SELECT count(*) FROM (SELECT m1.to_place, m1.occurred_at FROM inventory.movements m1
                               WHERE m1.tenant_id = %(tenant_id)s AND m1.product_id = %(product_id)s ORDER BY m1.id DESC LIMIT 200) AS m
        WHERE m.to_place LIKE 'tote:%%' AND m.occurred_at > %(now)s::timestamptz - interval '30 days')::int AS picks,
       (SELECT count(*) FROM inventory.wants w
        WHERE w.tenant_id = %(tenant_id)s AND w.product_id = %(product_id)s AND w.filled_at IS NULL)::int AS waiting,
       (SELECT coalesce(sum(w.quantity), 0) FROM inventory.wants w
        WHERE w.tenant_id = %(tenant_id)s AND w.product_id = %(product_id)s AND w.filled_at IS NULL)::int AS lacking,
       (SELECT coalesce(sum(s.free), 0) FROM inventory.stock s
        WHERE s.tenant_id = %(tenant_id)s AND s.product_id = %(product_id)s)::int AS free;

-- name: mixed_lots
-- Which units would come to other lots of their product in bins that keep lots apart.
SELECT asked.at, bin.code, min(there.lot) AS lot
FROM unnest(%(ats)s::int[], %(site_ids)s::uuid[], %(product_ids)s::uuid[], %(places)s::text[], %(lots)s::text[])
  AS asked(at, site_id, product_id, place, lot)
JOIN catalog.bins bin ON bin.tenant_id = %(tenant_id)s AND bin.site_id = asked.site_id AND 'bin:' || bin.code = asked.place
  AND NOT bin.mixes_lots
JOIN LATERAL (
    SELECT u.lot FROM inventory.lot_units u
    WHERE u.tenant_id = %(tenant_id)s AND u.product_id = asked.product_id AND u.site_id = asked.site_id AND u.place = asked.place
      AND u.on_hand > 0
    UNION ALL
    SELECT '' FROM inventory.balances b
    WHERE b.tenant_id = %(tenant_id)s AND b.site_id = asked.site_id AND b.product_id = asked.product_id AND b.place = asked.place
      AND b.on_hand > (SELECT coalesce(sum(u.on_hand), 0) FROM inventory.lot_units u
                       WHERE u.tenant_id = %(tenant_id)s AND u.product_id = asked.product_id AND u.site_id = asked.site_id
                         AND u.place = asked.place)
) AS there ON there.lot <> asked.lot
GROUP BY asked.at, bin.code ORDER BY asked.at;
