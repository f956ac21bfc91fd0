-- name: append_movements
-- The ledger grows; nothing in it is ever changed.
INSERT INTO inventory.movements (tenant_id, id, site_id, product_id, from_place, to_place, quantity, reason, reference,
                                 order_id, lot, actor, occurred_at)
SELECT %(tenant_id)s, id, site_id, product_id, from_place, to_place, quantity, reason, reference, order_id, lot, %(actor)s, %(now)s
FROM unnest(%(ids)s::uuid[], %(site_ids)s::uuid[], %(product_ids)s::uuid[], %(from_places)s::text[],
            %(to_places)s::text[], %(quantitys)s::int[], %(reasons)s::text[], %(references)s::uuid[],
            %(order_ids)s::uuid[], %(lots)s::text[])
  AS m(id, site_id, product_id, from_place, to_place, quantity, reason, reference, order_id, lot);

-- name: change_balances
-- Places gain and lose as the ledger says: locked in key order, changed only where enough lies there, new places added.
-- Answers the keys where less lies than was to be taken, or that changed since `version` (a count's) was read.
WITH change AS (
    SELECT site_id, product_id, place, delta, version
    FROM unnest(%(site_ids)s::uuid[], %(product_ids)s::uuid[], %(places)s::text[], %(deltas)s::int[], %(versions)s::int[])
      AS change(site_id, product_id, place, delta, version)
), locked AS (
    SELECT b.site_id, b.product_id, b.place, b.on_hand, b.version
    FROM change JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = change.site_id
      AND b.product_id = change.product_id AND b.place = change.place
    ORDER BY b.site_id, b.product_id, b.place FOR NO KEY UPDATE OF b
), changed AS (
    UPDATE inventory.balances b SET on_hand = locked.on_hand + change.delta, version = locked.version + 1
    FROM locked JOIN change USING (site_id, product_id, place)
    WHERE b.tenant_id = %(tenant_id)s AND b.site_id = locked.site_id AND b.product_id = locked.product_id
      AND b.place = locked.place AND locked.on_hand + change.delta >= 0
      AND coalesce(change.version, locked.version) = locked.version
), opened AS (
    INSERT INTO inventory.balances AS b (tenant_id, site_id, product_id, place, on_hand)
    SELECT %(tenant_id)s, change.site_id, change.product_id, change.place, change.delta
    FROM change LEFT JOIN locked USING (site_id, product_id, place)
    WHERE locked.on_hand IS NULL AND change.delta >= 0 AND coalesce(change.version, 0) = 0
    ORDER BY change.site_id, change.product_id, change.place
    ON CONFLICT (tenant_id, site_id, product_id, place) DO UPDATE
    SET on_hand = b.on_hand + excluded.on_hand, version = b.version + 1
)
SELECT change.site_id, change.product_id, change.place, coalesce(locked.on_hand, 0) AS on_hand
FROM change LEFT JOIN locked USING (site_id, product_id, place)
WHERE coalesce(locked.on_hand, 0) + change.delta < 0 OR change.version <> coalesce(locked.version, 0) ORDER BY 1, 2, 3;

-- name: change_stock
-- What sites can promise changes with what lies there: on hand and reserved in one step, only where the rest still covers
-- the promises. Answers the keys where it would not.
WITH change AS (
    SELECT product_id, site_id, delta, freed
    FROM unnest(%(product_ids)s::uuid[], %(site_ids)s::uuid[], %(deltas)s::int[], %(freeds)s::int[])
      AS change(product_id, site_id, delta, freed)
), locked AS (
    SELECT s.product_id, s.site_id, s.on_hand, s.reserved
    FROM change JOIN inventory.stock s ON s.tenant_id = %(tenant_id)s AND s.product_id = change.product_id
      AND s.site_id = change.site_id
    ORDER BY s.product_id, s.site_id FOR NO KEY UPDATE OF s
), changed AS (
    UPDATE inventory.stock s SET on_hand = locked.on_hand + change.delta, reserved = locked.reserved - change.freed
    FROM locked JOIN change USING (product_id, site_id)
    WHERE s.tenant_id = %(tenant_id)s AND s.product_id = locked.product_id AND s.site_id = locked.site_id
      AND locked.on_hand + change.delta >= locked.reserved - change.freed AND locked.reserved >= change.freed
    RETURNING s.product_id, s.site_id, change.delta + change.freed AS gained
), opened AS (
    INSERT INTO inventory.stock AS s (tenant_id, product_id, site_id, on_hand)
    SELECT %(tenant_id)s, change.product_id, change.site_id, change.delta
    FROM change LEFT JOIN locked USING (product_id, site_id)
    WHERE locked.on_hand IS NULL AND change.delta >= 0 AND change.freed = 0
    ORDER BY change.product_id, change.site_id
    ON CONFLICT (tenant_id, product_id, site_id) DO UPDATE SET on_hand = s.on_hand + excluded.on_hand
    RETURNING s.product_id, s.site_id
), untold AS (
    INSERT INTO inventory.untold (tenant_id, product_id, site_id)
    SELECT %(tenant_id)s, product_id, site_id FROM changed WHERE gained <> 0
    UNION ALL
    SELECT %(tenant_id)s, product_id, site_id FROM opened
    ON CONFLICT (tenant_id, product_id, site_id) DO NOTHING
)
SELECT change.product_id, change.site_id, coalesce(locked.on_hand, 0) AS on_hand, coalesce(locked.reserved, 0) AS reserved
FROM change LEFT JOIN locked USING (product_id, site_id)
WHERE coalesce(locked.on_hand, 0) + change.delta < coalesce(locked.reserved, 0) - change.freed
   OR coalesce(locked.reserved, 0) < change.freed
ORDER BY 1, 2;
