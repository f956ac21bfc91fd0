-- name: ask_counts
-- A place is to be counted; one that is asked already is not asked twice, but a doubt takes the place of what was only begun or planned,
-- and nothing is picked from it any more.
INSERT INTO inventory.counts AS c (tenant_id, id, site_id, place, product_id, reason, blocks, asked_at)
SELECT %(tenant_id)s, id, site_id, place, product_id, reason, blocks, %(now)s
FROM unnest(%(ids)s::uuid[], %(site_ids)s::uuid[], %(places)s::text[], %(product_ids)s::uuid[], %(reasons)s::text[], %(blockss)s::boolean[])
  AS asked(id, site_id, place, product_id, reason, blocks)
ON CONFLICT (tenant_id, site_id, place, product_id) WHERE counted_at IS NULL
DO UPDATE SET blocks = true, reason = excluded.reason
WHERE excluded.blocks AND (NOT c.blocks OR c.reason IN ('round', 'due', 'unsure', 'empty')) RETURNING id;

-- name: open_counts
-- What waits to be counted, of a site or a place when asked so, doubts and what was begun first, then the oldest.
SELECT c.id, c.site_id, c.place, c.product_id, c.reason, c.asked_at, c.tries, coalesce(b.version, 0) AS as_of, c.stage,
       ARRAY(SELECT DISTINCT t.counter FROM inventory.tallies t
             WHERE t.tenant_id = %(tenant_id)s AND t.count_id = c.id AND t.version = coalesce(b.version, 0)) AS counters
FROM inventory.counts c
LEFT JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = c.site_id AND b.place = c.place
  AND b.product_id = c.product_id
WHERE c.tenant_id = %(tenant_id)s AND c.counted_at IS NULL
  AND (%(site_id)s::uuid IS NULL OR c.site_id = %(site_id)s) AND (%(place)s::text IS NULL OR c.place = %(place)s)
ORDER BY NOT c.blocks, c.asked_at, c.place, c.id LIMIT %(most)s;

-- name: countable
-- Which products a place is to be counted for: what lies there by the books, and what was found there.
SELECT product_id FROM inventory.balances
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND place = %(place)s AND on_hand > 0
UNION
SELECT p.id FROM catalog.products p
WHERE p.tenant_id = %(tenant_id)s AND p.id = ANY (%(extra)s::uuid[]) AND p.kind = 'single' ORDER BY 1;

-- name: open_place
-- Counting a place counts everything in it, and nothing is picked from it meanwhile; products that are asked for already keep their count.
INSERT INTO inventory.counts (tenant_id, id, site_id, place, product_id, reason, asked_at)
SELECT %(tenant_id)s, id, %(site_id)s, %(place)s, product_id, 'round', %(now)s
FROM unnest(%(ids)s::uuid[], %(products)s::uuid[]) AS asked(id, product_id)
ON CONFLICT (tenant_id, site_id, place, product_id) WHERE counted_at IS NULL DO UPDATE SET blocks = true;

-- name: forget_begun
-- Counts that somebody began by themselves, and of which nobody has said anything yet, were never asked for.
DELETE FROM inventory.counts c
WHERE c.tenant_id = %(tenant_id)s AND c.site_id = %(site_id)s AND c.place = %(place)s AND c.counted_at IS NULL AND c.tries = 0
  AND c.reason = 'round';

-- name: unblock_begun
-- Counts of the programme that were begun, and of which nobody has said anything yet, wait on and stop nobody.
UPDATE inventory.counts SET blocks = false
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND place = %(place)s AND counted_at IS NULL AND tries = 0 AND blocks
  AND reason IN ('due', 'unsure', 'empty');

-- name: blocked
-- Whether nothing is picked from a place until it is counted.
SELECT EXISTS (SELECT FROM inventory.counts c
               WHERE c.tenant_id = %(tenant_id)s AND c.site_id = %(site_id)s AND c.place = %(place)s AND c.counted_at IS NULL
                 AND c.blocks);

-- name: lock_counts
-- Counts to be judged, locked in id order, each with what the books say of its place now (units, and which where that is known) and
-- what a unit is worth.
SELECT c.id, c.site_id, c.place, c.product_id, c.tries, c.stage, c.counted_at IS NOT NULL AS closed,
       coalesce(b.on_hand, 0) AS on_hand, coalesce(b.version, 0) AS version, p.price_minor,
       CASE WHEN p.serials = 'all' THEN ARRAY(
           SELECT s.serial FROM inventory.serials s WHERE s.tenant_id = %(tenant_id)s AND s.product_id = c.product_id
             AND s.site_id = c.site_id AND s.place = c.place ORDER BY s.serial) END AS numbers
FROM inventory.counts c
JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = c.product_id
LEFT JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = c.site_id AND b.place = c.place
  AND b.product_id = c.product_id
WHERE c.tenant_id = %(tenant_id)s AND c.id = ANY (%(ids)s::uuid[]) ORDER BY c.id FOR NO KEY UPDATE OF c;

-- name: tallies
-- What was found in counts, try by try.
SELECT count_id, counter, counted_at, quantity, version, serials FROM inventory.tallies
WHERE tenant_id = %(tenant_id)s AND count_id = ANY (%(ids)s::uuid[]) ORDER BY count_id, n;

-- name: add_tally
-- One more try; the count is locked.
INSERT INTO inventory.tallies (tenant_id, count_id, n, counter, counted_at, quantity, version, serials)
SELECT %(tenant_id)s, %(count_id)s, count(*) + 1, %(counter)s, %(now)s, %(quantity)s, %(version)s, %(serials)s::text[]
FROM inventory.tallies t
WHERE t.tenant_id = %(tenant_id)s AND t.count_id = %(count_id)s;

-- name: count_on
-- A difference is not believed yet: it is counted again by whoever was asked, by another person, or a lead decides.
UPDATE inventory.counts SET tries = tries + 1, stage = %(stage)s, blocks = true
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: close_count
-- A count is done, with what was found.
UPDATE inventory.counts SET counted_at = %(now)s, counted = %(counted)s, difference = %(difference)s, version = %(version)s,
    why = %(why)s, note = %(note)s, actor = %(actor)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: variances
-- Counts of which counters do not agree, or that wait for another person, the oldest first; with what the books say.
SELECT c.id, c.site_id, c.place, c.product_id, p.sku, p.name, p.price_minor, p.currency, c.reason, c.asked_at,
       coalesce(b.on_hand, 0) AS expected, coalesce(b.version, 0) AS as_of,
       CASE WHEN p.serials = 'all' THEN ARRAY(
           SELECT s.serial FROM inventory.serials s WHERE s.tenant_id = %(tenant_id)s AND s.product_id = c.product_id
             AND s.site_id = c.site_id AND s.place = c.place ORDER BY s.serial) END AS numbers
FROM inventory.counts c
JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = c.product_id
LEFT JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = c.site_id AND b.place = c.place
  AND b.product_id = c.product_id
WHERE c.tenant_id = %(tenant_id)s AND c.counted_at IS NULL AND c.stage <> 'open'
ORDER BY c.stage, c.asked_at, c.id LIMIT %(most)s;

-- name: count_terms
-- How sites want to be counted; those that never said so are left out.
SELECT site_id, units, value_minor, days_a, days_b, days_c, per_day, empties FROM inventory.count_terms
WHERE tenant_id = %(tenant_id)s AND (%(site_ids)s::uuid[] IS NULL OR site_id = ANY (%(site_ids)s::uuid[])) ORDER BY site_id;

-- name: set_count_terms
-- How a site wants to be counted from now on.
INSERT INTO inventory.count_terms (tenant_id, site_id, units, value_minor, days_a, days_b, days_c, per_day, empties)
VALUES (%(tenant_id)s, %(site_id)s, %(units)s, %(value_minor)s, %(days_a)s, %(days_b)s, %(days_c)s, %(per_day)s, %(empties)s)
ON CONFLICT (tenant_id, site_id) DO UPDATE SET units = excluded.units, value_minor = excluded.value_minor,
    days_a = excluded.days_a, days_b = excluded.days_b, days_c = excluded.days_c, per_day = excluded.per_day, empties = excluded.empties;

-- name: moved_units
-- Units of each product that left a site for customers in the last ninety days.
SELECT m.product_id, sum(m.quantity)::int AS units FROM inventory.movements m
WHERE m.tenant_id = %(tenant_id)s AND m.site_id = %(site_id)s AND m.to_place = 'customer'
  AND m.occurred_at > %(now)s::timestamptz - interval '90 days'
GROUP BY m.product_id ORDER BY m.product_id;

-- name: due_counts
-- What is to be counted at a site by its programme, the most overdue first: places whose class is due, places that were wrong in half of
-- their last four counts and not looked at for a week, and, if wanted, places that are empty by the books since they were last looked at.
WITH standing AS (
    SELECT b.place, b.product_id, b.on_hand, b.version,
           CASE WHEN b.product_id = ANY (%(class_a)s::uuid[]) THEN %(days_a)s
                WHEN b.product_id = ANY (%(class_b)s::uuid[]) THEN %(days_b)s ELSE %(days_c)s END::int AS days,
           last.counted_at, last.version AS seen, recent.wrong, recent.counts
    FROM inventory.balances b
    LEFT JOIN LATERAL (
        SELECT c.counted_at, c.version FROM inventory.counts c
        WHERE c.tenant_id = %(tenant_id)s AND c.site_id = b.site_id AND c.place = b.place AND c.product_id = b.product_id
          AND c.counted_at IS NOT NULL ORDER BY c.counted_at DESC LIMIT 1
    ) AS last ON true
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE four.difference <> 0) AS wrong, count(*) AS counts FROM (
            SELECT c.difference FROM inventory.counts c
            WHERE c.tenant_id = %(tenant_id)s AND c.site_id = b.site_id AND c.place = b.place AND c.product_id = b.product_id
              AND c.counted_at IS NOT NULL ORDER BY c.counted_at DESC LIMIT 4) AS four
    ) AS recent
    WHERE b.tenant_id = %(tenant_id)s AND b.site_id = %(site_id)s AND b.place LIKE 'bin:%%'
      AND NOT EXISTS (SELECT FROM inventory.counts o WHERE o.tenant_id = %(tenant_id)s AND o.site_id = b.site_id AND o.place = b.place
                      AND o.product_id = b.product_id AND o.counted_at IS NULL)
), asked AS (
    SELECT count(*) AS today FROM inventory.counts c
    WHERE c.tenant_id = %(tenant_id)s AND c.site_id = %(site_id)s AND c.reason IN ('due', 'unsure', 'empty')
      AND c.asked_at > %(now)s::timestamptz - interval '1 day'
)
SELECT place, product_id, reason FROM (
    SELECT place, product_id,
           CASE WHEN on_hand = 0 THEN 'empty' WHEN wrong * 2 >= counts AND counts > 1 THEN 'unsure' ELSE 'due' END AS reason,
           CASE WHEN counted_at IS NULL THEN 1000000 ELSE extract(epoch FROM %(now)s::timestamptz - counted_at) / 86400 / days END AS overdue
    FROM standing
    WHERE (on_hand > 0 AND (counted_at IS NULL OR counted_at < %(now)s::timestamptz - make_interval(days => days)
                            OR (wrong * 2 >= counts AND counts > 1 AND counted_at < %(now)s::timestamptz - interval '7 days')))
       OR (on_hand = 0 AND %(empties)s AND (seen IS NULL OR seen < version))
) AS due
ORDER BY reason <> 'empty', overdue DESC, place, product_id
LIMIT greatest(%(per_day)s - (SELECT today FROM asked), 0);

-- name: accuracy
-- How right the books of sites were in some days: the mean over places of what the last three counts of each found, and the pace.
WITH done AS (
    SELECT c.site_id, c.place, c.counted - c.difference AS expected, abs(c.difference) AS off, c.counted_at,
           row_number() OVER (PARTITION BY c.site_id, c.place, c.product_id ORDER BY c.counted_at DESC) AS back
    FROM inventory.counts c
    WHERE c.tenant_id = %(tenant_id)s AND c.counted_at > %(now)s::timestamptz - make_interval(days => %(days)s)
), places AS (
    SELECT site_id, place, greatest(CASE WHEN sum(expected) = 0 THEN CASE WHEN sum(off) = 0 THEN 1.0 ELSE 0.0 END
                                         ELSE 1.0 - sum(off)::float8 / sum(expected) END, 0.0) AS right_share
    FROM done WHERE back <= 3 GROUP BY site_id, place
)
SELECT s.id AS site_id, coalesce(p.places, 0)::int AS places, coalesce(d.counts, 0)::int AS counts, coalesce(d.differing, 0)::int AS differing,
       p.accuracy::float8, (d.counts::float8 / d.hours) AS per_hour
FROM catalog.sites s
LEFT JOIN (SELECT site_id, count(*) AS places, avg(right_share) AS accuracy FROM places GROUP BY site_id) AS p ON p.site_id = s.id
LEFT JOIN (SELECT site_id, count(*) AS counts, count(*) FILTER (WHERE off > 0) AS differing,
                  count(DISTINCT date_trunc('hour', counted_at)) AS hours FROM done GROUP BY site_id) AS d ON d.site_id = s.id
WHERE s.tenant_id = %(tenant_id)s AND s.kind = 'warehouse' ORDER BY s.code;

-- name: claim_command
-- The first time a scan arrives it claims its id; the second time it touches no row.
INSERT INTO inventory.commands (tenant_id, actor, command, done_at) VALUES (%(tenant_id)s, %(actor)s, %(command)s, %(now)s)
ON CONFLICT (tenant_id, actor, command) DO NOTHING;

-- name: forget_commands
-- Ids of scans are kept for a week of business time.
DELETE FROM inventory.commands WHERE tenant_id = %(tenant_id)s AND done_at < %(now)s - interval '7 days';
