-- name: lock_batch
-- A cart is worked by one scan at a time.
SELECT b.id, b.number, b.state, b.site_id, b.holder, b.picker, b.taken_at, b.walk_mm, b.s_shape_mm, b.ship_by
FROM warehouse.batches b WHERE b.tenant_id = %(tenant_id)s AND b.id = %(batch_id)s FOR NO KEY UPDATE OF b;

-- name: lock_batches_of
-- The carts of some fulfillment orders are locked in id order before their picks change.
SELECT b.id FROM warehouse.batches b
WHERE b.tenant_id = %(tenant_id)s AND b.state IN ('planned', 'picking') AND b.id IN (
    SELECT f.batch_id FROM warehouse.fulfillments f
    WHERE f.tenant_id = %(tenant_id)s AND f.id = ANY (%(fulfillment_ids)s::uuid[]))
ORDER BY b.id FOR NO KEY UPDATE OF b;

-- name: set_holder
-- Who pushes the cart.
UPDATE warehouse.batches SET holder = %(holder)s, picker = %(picker)s, taken_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND id = %(batch_id)s;

-- name: next_batch
-- The most urgent cart that nobody has; carts that another device is just taking are passed over.
SELECT b.id FROM warehouse.batches b
WHERE b.tenant_id = %(tenant_id)s AND b.state = 'planned' AND b.site_id = %(site_id)s
ORDER BY b.priority DESC, b.ship_by, b.id LIMIT 1 FOR NO KEY UPDATE OF b SKIP LOCKED;

-- name: batch_in_hand
-- The cart that a picker is already pushing.
SELECT b.id FROM warehouse.batches b
WHERE b.tenant_id = %(tenant_id)s AND b.holder = %(holder)s AND b.state = 'picking' AND b.site_id = %(site_id)s
ORDER BY b.taken_at DESC LIMIT 1;

-- name: fulfillments_in_batch
-- Which fulfillment orders ride on a cart.
SELECT f.id FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.batch_id = %(batch_id)s AND f.state IN ('batched', 'picking') ORDER BY f.id;

-- name: stops_ahead
-- The stop that a cart stands before and the one after it, with all that the picker must see.
WITH ahead AS (
    SELECT p.id, p.position, p.skipped, p.fulfillment_id, p.line_id, p.product_id, p.place, p.quantity, p.picked, p.counted,
           p.numbers, p.short, p.arrived_at
    FROM warehouse.picks p
    WHERE p.tenant_id = %(tenant_id)s AND p.batch_id = %(batch_id)s AND p.done_at IS NULL
    ORDER BY p.skipped, p.position, p.id LIMIT 2
)
SELECT ahead.id, ahead.position, ahead.fulfillment_id, ahead.line_id, ahead.product_id, substr(ahead.place, 5) AS bin,
       ahead.quantity, ahead.picked, ahead.counted, ahead.numbers, ahead.short, ahead.arrived_at IS NOT NULL AS arrived, f.slot,
       f.state AS fulfillment_state, f.order_id, o.number AS order_number, o.state AS order_state, f.ship_by, g.sku, g.name,
       g.picture, g.serials, coalesce(c.codes, '{}') AS codes, t.code AS tote, kept.held,
       asked.units > coalesce(CASE WHEN kept.held THEN r.shipped ELSE r.quantity END, 0) AS changed
FROM ahead
JOIN warehouse.fulfillments f ON f.tenant_id = %(tenant_id)s AND f.id = ahead.fulfillment_id
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
JOIN catalog.products g ON g.tenant_id = %(tenant_id)s AND g.id = ahead.product_id
LEFT JOIN inventory.reservations r ON r.tenant_id = %(tenant_id)s AND r.line_id = ahead.line_id AND r.site_id = f.site_id
  AND r.product_id = ahead.product_id AND r.phase IN ('pending', 'posted')
CROSS JOIN LATERAL (
    SELECT sum(i.quantity) AS units FROM warehouse.fulfillments x
    JOIN warehouse.items i ON i.tenant_id = x.tenant_id AND i.fulfillment_id = x.id
    WHERE x.tenant_id = %(tenant_id)s AND x.order_id = f.order_id AND x.site_id = f.site_id AND x.state <> 'canceled'
      AND i.line_id = ahead.line_id AND i.product_id = ahead.product_id
) asked
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM orders.holds h WHERE h.tenant_id = %(tenant_id)s AND h.order_id = f.order_id AND h.scope <> 'order'
                   AND h.released_at IS NULL AND (h.line_id = ahead.line_id OR h.site_id = f.site_id)) AS held
) kept
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(b.code, b.units) AS codes FROM catalog.barcodes b
    WHERE b.tenant_id = %(tenant_id)s AND b.product_id = ahead.product_id
) c ON true
LEFT JOIN LATERAL (
    SELECT t.code FROM warehouse.totes t
    WHERE t.tenant_id = %(tenant_id)s AND t.fulfillment_id = ahead.fulfillment_id AND t.full_at IS NULL
    ORDER BY t.bound_at DESC LIMIT 1
) t ON true
ORDER BY ahead.skipped, ahead.position, ahead.id;

-- name: bins_ahead
-- The bins still to be visited, in the order of the walk.
SELECT p.position, substr(p.place, 5) FROM warehouse.picks p
WHERE p.tenant_id = %(tenant_id)s AND p.batch_id = %(batch_id)s AND p.done_at IS NULL AND p.skipped = 0
ORDER BY p.position, p.id;

-- name: progress
-- How far a cart is.
SELECT count(*) FILTER (WHERE p.done_at IS NOT NULL AND NOT p.dropped)::int AS done,
       count(*) FILTER (WHERE NOT p.dropped)::int AS lines
FROM warehouse.picks p WHERE p.tenant_id = %(tenant_id)s AND p.batch_id = %(batch_id)s;

-- name: arrive
-- The picker stands before the right bin.
UPDATE warehouse.picks SET arrived_at = coalesce(arrived_at, %(now)s)
WHERE tenant_id = %(tenant_id)s AND id = %(pick_id)s;

-- name: count_units
-- Units come out of the bin into the hand; those that are known by number with theirs.
UPDATE warehouse.picks SET counted = counted + %(units)s, numbers = numbers || %(numbers)s::text[]
WHERE tenant_id = %(tenant_id)s AND id = %(pick_id)s;

-- name: in_other_hands
-- Whether a unit is in the hand of somebody else.
SELECT p.id FROM warehouse.picks p
WHERE p.tenant_id = %(tenant_id)s AND p.site_id = %(site_id)s AND p.product_id = %(product_id)s AND p.place = %(place)s
  AND p.done_at IS NULL AND p.id <> %(pick_id)s AND p.numbers @> ARRAY[%(serial)s::text] LIMIT 1;

-- name: empty_hand
-- What is in the hand does not count any more.
UPDATE warehouse.picks SET counted = 0, numbers = '{}' WHERE tenant_id = %(tenant_id)s AND id = %(pick_id)s;

-- name: put_units
-- Units leave the hand into a tote; a stop with nothing left is done.
WITH put AS (
    UPDATE warehouse.picks SET picked = picked + counted, counted = 0, numbers = '{}',
        done_at = CASE WHEN picked + counted + short = quantity THEN %(now)s::timestamptz END
    WHERE tenant_id = %(tenant_id)s AND id = %(pick_id)s
)
UPDATE warehouse.items SET picked = picked + %(units)s
WHERE tenant_id = %(tenant_id)s AND fulfillment_id = %(fulfillment_id)s AND line_id = %(line_id)s
  AND product_id = %(product_id)s;

-- name: stay_at_bin
-- The next stop at the same bin needs no second scan of it.
UPDATE warehouse.picks SET arrived_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND id = %(pick_id)s AND place = %(place)s AND arrived_at IS NULL;

-- name: skip_pick
-- The stop is left for the end of the walk; what was in the hand goes back into the bin.
UPDATE warehouse.picks SET skipped = skipped + 1, counted = 0, numbers = '{}', arrived_at = NULL
WHERE tenant_id = %(tenant_id)s AND id = %(pick_id)s;

-- name: short_pick
-- Fewer units were found than asked; what is in the hand still goes into the tote.
UPDATE warehouse.picks SET short = short + %(units)s, short_reason = %(reason)s,
    done_at = CASE WHEN picked + short + %(units)s = quantity THEN %(now)s::timestamptz END
WHERE tenant_id = %(tenant_id)s AND id = %(pick_id)s;

-- name: shift_items
-- Units of a fulfillment order are promised elsewhere, or by nobody.
UPDATE warehouse.items SET quantity = quantity - %(gone)s, missing = missing + %(missing)s
WHERE tenant_id = %(tenant_id)s AND fulfillment_id = %(fulfillment_id)s AND line_id = %(line_id)s
  AND product_id = %(product_id)s;

-- name: drop_picks
-- Stops that are no longer wanted leave their walks; units in the hand go back into the bin.
UPDATE warehouse.picks p SET done_at = %(now)s, dropped = true, counted = 0, numbers = '{}'
WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = ANY (%(fulfillment_ids)s::uuid[]) AND p.done_at IS NULL;

-- name: leave_batches
-- Fulfillment orders that go on without their cart.
UPDATE warehouse.fulfillments f SET batch_id = NULL, slot = NULL
WHERE f.tenant_id = %(tenant_id)s AND f.id = ANY (%(fulfillment_ids)s::uuid[]);

-- name: finished_batches
-- Carts with no stop ahead.
SELECT b.id, b.state FROM warehouse.batches b
WHERE b.tenant_id = %(tenant_id)s AND b.id = ANY (%(batch_ids)s::uuid[]) AND b.state IN ('planned', 'picking')
  AND NOT EXISTS (SELECT 1 FROM warehouse.picks p
                  WHERE p.tenant_id = b.tenant_id AND p.batch_id = b.id AND p.done_at IS NULL)
ORDER BY b.id;

-- name: units_left
-- What is left to do of a fulfillment order: open stops, units not yet in totes, units that nobody has, all units.
SELECT (SELECT count(*)::int FROM warehouse.picks p
        WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = %(fulfillment_id)s AND p.done_at IS NULL) AS stops,
       sum(i.quantity - i.picked)::int AS units, sum(i.missing)::int AS missing, sum(i.quantity)::int AS quantity
FROM warehouse.items i WHERE i.tenant_id = %(tenant_id)s AND i.fulfillment_id = %(fulfillment_id)s;

-- name: find_tote
-- To whom a tote belongs.
SELECT t.fulfillment_id, t.full_at, o.number AS order_number FROM warehouse.totes t
JOIN warehouse.fulfillments f ON f.tenant_id = t.tenant_id AND f.id = t.fulfillment_id
JOIN orders.orders o ON o.tenant_id = f.tenant_id AND o.id = f.order_id
WHERE t.tenant_id = %(tenant_id)s AND t.site_id = %(site_id)s AND t.code = %(code)s;

-- name: bind_tote
-- An empty tote is given to a fulfillment order; nothing is answered when another was first.
INSERT INTO warehouse.totes (tenant_id, site_id, code, fulfillment_id, bound_at)
VALUES (%(tenant_id)s, %(site_id)s, %(code)s, %(fulfillment_id)s, %(now)s)
ON CONFLICT (tenant_id, site_id, code) DO NOTHING RETURNING code;

-- name: fill_tote
-- A tote takes no more; the next one is bound by its first scan.
UPDATE warehouse.totes SET full_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND fulfillment_id = %(fulfillment_id)s AND full_at IS NULL RETURNING code;

-- name: totes_of
-- The totes of some fulfillment orders.
SELECT t.code, t.fulfillment_id, t.full_at IS NOT NULL AS is_full FROM warehouse.totes t
WHERE t.tenant_id = %(tenant_id)s AND t.fulfillment_id = ANY (%(fulfillment_ids)s::uuid[]) ORDER BY t.code;

-- name: find_scan
-- What was answered to a scan before.
SELECT asked, answer FROM warehouse.scans WHERE tenant_id = %(tenant_id)s AND command_id = %(command_id)s;

-- name: keep_scan
-- The answer to a scan is kept, so that the same scan again gets the same answer.
INSERT INTO warehouse.scans (tenant_id, command_id, asked, scanned_at, answer)
VALUES (%(tenant_id)s, %(command_id)s, %(asked)s, %(now)s, %(answer)s::jsonb)
ON CONFLICT (tenant_id, command_id) DO NOTHING RETURNING command_id;

-- name: forget_scans
-- A week later no device repeats a scan.
DELETE FROM warehouse.scans WHERE tenant_id = %(tenant_id)s AND scanned_at < %(now)s - interval '7 days';
