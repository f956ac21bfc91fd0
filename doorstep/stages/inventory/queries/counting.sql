-- name: ask_counts
-- A doubted place is to be counted; one that is asked already is not asked twice.
INSERT INTO inventory.counts (tenant_id, id, site_id, place, product_id, reason, asked_at)
SELECT %(tenant_id)s, id, site_id, place, product_id, reason, %(now)s
FROM unnest(%(ids)s::uuid[], %(site_ids)s::uuid[], %(places)s::text[], %(product_ids)s::uuid[], %(reasons)s::text[])
  AS asked(id, site_id, place, product_id, reason)
ON CONFLICT (tenant_id, site_id, place, product_id) WHERE counted_at IS NULL DO NOTHING RETURNING id;

-- name: open_counts
-- What waits to be counted, oldest first.
SELECT c.id, c.site_id, c.place, c.product_id, c.reason, c.asked_at, c.tries, coalesce(b.version, 0) AS as_of
FROM inventory.counts c
LEFT JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = c.site_id AND b.place = c.place
  AND b.product_id = c.product_id
WHERE c.tenant_id = %(tenant_id)s AND c.counted_at IS NULL
  AND (%(site_id)s::uuid IS NULL OR c.site_id = %(site_id)s)
ORDER BY c.asked_at, c.place, c.id LIMIT %(most)s;

-- name: countable
-- Which products a place is to be counted for: what lies there by the books, and what was found there.
SELECT product_id FROM inventory.balances
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND place = %(place)s AND on_hand > 0
UNION
SELECT p.id FROM catalog.products p
WHERE p.tenant_id = %(tenant_id)s AND p.id = ANY (%(extra)s::uuid[]) AND p.kind = 'single' ORDER BY 1;

-- name: open_place
-- Counting a place counts everything in it; products that are asked for already keep their count.
INSERT INTO inventory.counts (tenant_id, id, site_id, place, product_id, reason, asked_at)
SELECT %(tenant_id)s, id, %(site_id)s, %(place)s, product_id, 'round', %(now)s
FROM unnest(%(ids)s::uuid[], %(products)s::uuid[]) AS asked(id, product_id)
ON CONFLICT (tenant_id, site_id, place, product_id) WHERE counted_at IS NULL DO NOTHING;

-- name: counts_in
-- The open counts of one place.
SELECT c.id, c.site_id, c.place, c.product_id, c.reason, c.asked_at, c.tries, coalesce(b.version, 0) AS as_of
FROM inventory.counts c
LEFT JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = c.site_id AND b.place = c.place
  AND b.product_id = c.product_id
WHERE c.tenant_id = %(tenant_id)s AND c.counted_at IS NULL
  AND c.site_id = %(site_id)s AND c.place = %(place)s
ORDER BY c.asked_at, c.id;

-- name: lock_counts
-- Counts to be judged, locked in id order, each with what the books say of its place now.
SELECT c.id, c.site_id, c.place, c.product_id, c.tries, c.counted_at IS NOT NULL AS closed,
       coalesce(b.on_hand, 0) AS on_hand, coalesce(b.version, 0) AS version
FROM inventory.counts c
LEFT JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = c.site_id AND b.place = c.place
  AND b.product_id = c.product_id
WHERE c.tenant_id = %(tenant_id)s AND c.id = ANY (%(ids)s::uuid[]) ORDER BY c.id FOR NO KEY UPDATE OF c;

-- name: count_again
-- A first difference was found: the counter is asked to look once more.
UPDATE inventory.counts SET tries = tries + 1
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: close_count
-- A count is done, with what was found.
UPDATE inventory.counts SET counted_at = %(now)s, counted = %(counted)s, difference = %(difference)s, actor = %(actor)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: claim_command
-- The first time a scan arrives it claims its id; the second time it touches no row.
INSERT INTO inventory.commands (tenant_id, actor, command, done_at) VALUES (%(tenant_id)s, %(actor)s, %(command)s, %(now)s)
ON CONFLICT (tenant_id, actor, command) DO NOTHING;

-- name: forget_commands
-- Ids of scans are kept for a week of business time.
DELETE FROM inventory.commands WHERE tenant_id = %(tenant_id)s AND done_at < %(now)s - interval '7 days';
