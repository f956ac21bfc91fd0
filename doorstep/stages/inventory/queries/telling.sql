-- name: any_untold
-- Whether some change of what can be sold waits for the feed.
SELECT EXISTS (SELECT FROM inventory.untold WHERE tenant_id = %(tenant_id)s);

-- name: feed_is_open
-- Whether the tenant's feed has begun.
SELECT EXISTS (SELECT FROM inventory.feeds WHERE tenant_id = %(tenant_id)s);

-- name: open_feed
-- The tenant's feed begins.
INSERT INTO inventory.feeds (tenant_id) VALUES (%(tenant_id)s) ON CONFLICT (tenant_id) DO NOTHING;

-- name: hold_feed
-- One writer at a time: who finds the row locked leaves the work to the other.
SELECT last FROM inventory.feeds WHERE tenant_id = %(tenant_id)s FOR NO KEY UPDATE SKIP LOCKED;

-- name: feed_at
-- How far the feed is, and under which version a channel reads it.
SELECT coalesce((SELECT last FROM inventory.feeds WHERE tenant_id = %(tenant_id)s), 0),
       coalesce((SELECT version FROM inventory.channels WHERE tenant_id = %(tenant_id)s AND id = %(channel_id)s::uuid), 0);

-- name: untold
-- Changed stock rows, some at once, in the order in which rows are locked.
SELECT product_id, site_id FROM inventory.untold
WHERE tenant_id = %(tenant_id)s ORDER BY product_id, site_id LIMIT %(most)s;

-- name: take_untold
-- Changed stock rows, locked by the caller, are taken into the feed: of their products, and the kits made of them, what can be
-- sold now, if it differs from what was told. A statement after the locks, so that it sees what the last holder wrote.
WITH taken AS (
    DELETE FROM inventory.untold u USING unnest(%(key_products)s::uuid[], %(key_sites)s::uuid[]) AS key(product_id, site_id)
    WHERE u.tenant_id = %(tenant_id)s AND u.product_id = key.product_id AND u.site_id = key.site_id
), touched AS (
    SELECT product_id FROM unnest(%(key_products)s::uuid[]) AS key(product_id)
    UNION
    SELECT kit_id FROM catalog.kit_components
    WHERE tenant_id = %(tenant_id)s AND component_id = ANY (%(key_products)s::uuid[])
), parts AS MATERIALIZED (
    SELECT t.product_id, coalesce(k.component_id, t.product_id) AS component_id, coalesce(k.quantity, 1) AS quantity
    FROM touched t LEFT JOIN catalog.kit_components k ON k.tenant_id = %(tenant_id)s AND k.kit_id = t.product_id
), free AS MATERIALIZED (
    SELECT s.product_id AS component_id, sum(s.free) AS units FROM inventory.stock s
    WHERE s.tenant_id = %(tenant_id)s AND s.product_id = ANY (ARRAY(SELECT component_id FROM parts)) GROUP BY s.product_id
), present AS (
    SELECT parts.product_id, min(coalesce(free.units, 0) / parts.quantity)::int AS available
    FROM parts LEFT JOIN free USING (component_id) GROUP BY parts.product_id
)
INSERT INTO inventory.offers AS o (tenant_id, product_id, merchant_id, available, position, changed_at)
SELECT %(tenant_id)s, p.id, p.merchant_id, present.available, %(last)s + row_number() OVER (ORDER BY p.id), %(now)s
FROM present JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = present.product_id
LEFT JOIN inventory.offers told ON told.tenant_id = %(tenant_id)s AND told.product_id = p.id
WHERE told.available IS DISTINCT FROM present.available
ON CONFLICT (tenant_id, product_id) DO UPDATE SET available = excluded.available, position = excluded.position,
    changed_at = excluded.changed_at;

-- name: advance_feed
-- The feed is this much longer.
UPDATE inventory.feeds SET last = last + %(count)s WHERE tenant_id = %(tenant_id)s;

-- name: note_new_kits
-- Kits that no channel was told of, though their parts have stock: they were made after it came.
INSERT INTO inventory.untold (tenant_id, product_id, site_id)
SELECT DISTINCT %(tenant_id)s::uuid, s.product_id, s.site_id
FROM catalog.kit_components k
JOIN inventory.stock s ON s.tenant_id = %(tenant_id)s AND s.product_id = k.component_id
LEFT JOIN inventory.offers o ON o.tenant_id = %(tenant_id)s AND o.product_id = k.kit_id
WHERE k.tenant_id = %(tenant_id)s AND o.product_id IS NULL
ON CONFLICT (tenant_id, product_id, site_id) DO NOTHING;

-- name: offers_after
-- What changed after a position of the feed, up to another, the oldest change first; less what is kept back from the channel.
SELECT p.sku, m.code AS merchant, o.product_id,
       greatest(o.available - coalesce(b.units, c.units, 0), 0)::int AS available, o.changed_at, o.position AS seq
FROM inventory.offers o
JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = o.product_id
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = o.merchant_id
LEFT JOIN inventory.channels c ON c.tenant_id = %(tenant_id)s AND c.id = %(channel_id)s::uuid
LEFT JOIN inventory.buffers b ON b.tenant_id = %(tenant_id)s AND b.channel_id = %(channel_id)s::uuid AND b.product_id = o.product_id
WHERE o.tenant_id = %(tenant_id)s AND o.position > %(after)s AND o.position <= %(until)s
  AND (%(merchant_id)s::uuid IS NULL OR o.merchant_id = %(merchant_id)s)
ORDER BY o.position LIMIT %(most)s;

-- name: available_of_skus
-- What a channel may sell right now of articles of a merchant, named by their numbers.
WITH asked AS MATERIALIZED (
    SELECT p.id, p.sku FROM catalog.products p
    WHERE p.tenant_id = %(tenant_id)s AND p.merchant_id = %(merchant_id)s AND p.sku = ANY (%(skus)s::text[])
), parts AS MATERIALIZED (
    SELECT asked.id, coalesce(k.component_id, asked.id) AS component_id, coalesce(k.quantity, 1) AS quantity
    FROM asked LEFT JOIN catalog.kit_components k ON k.tenant_id = %(tenant_id)s AND k.kit_id = asked.id
), free AS MATERIALIZED (
    SELECT s.product_id AS component_id, sum(s.free) AS units FROM inventory.stock s
    WHERE s.tenant_id = %(tenant_id)s AND s.product_id = ANY (ARRAY(SELECT component_id FROM parts)) GROUP BY s.product_id
), present AS (
    SELECT parts.id, min(coalesce(free.units, 0) / parts.quantity)::int AS units
    FROM parts LEFT JOIN free USING (component_id) GROUP BY parts.id
)
SELECT asked.sku, asked.id, greatest(present.units - coalesce(b.units, c.units, 0), 0)::int AS available,
       greatest(t.most - t.owed, 0) AS backorder, t.ships_on
FROM asked JOIN present USING (id)
LEFT JOIN inventory.backorder_terms t ON t.tenant_id = %(tenant_id)s AND t.product_id = asked.id
LEFT JOIN inventory.channels c ON c.tenant_id = %(tenant_id)s AND c.id = %(channel_id)s::uuid
LEFT JOIN inventory.buffers b ON b.tenant_id = %(tenant_id)s AND b.channel_id = %(channel_id)s::uuid AND b.product_id = asked.id;

-- name: tellable
-- Webhooks that want to hear of availability and have nothing of it under way, and from which position they are to be told: after
-- what arrived last, again what was given up, and everything when what is kept back from them changed.
SELECT p.id, p.merchant_id, coalesce(c.version, 0) AS version,
       CASE WHEN last.id IS NULL OR last.version <> coalesce(c.version, 0) THEN 0
            WHEN d.outcome = 'given_up' THEN last.after_seq ELSE last.until_seq END AS after_seq
FROM platform.endpoints p
LEFT JOIN inventory.channels c ON c.tenant_id = %(tenant_id)s AND c.id = p.id
LEFT JOIN LATERAL (
    SELECT t.id, t.version, t.after_seq, t.until_seq FROM inventory.tellings t
    WHERE t.tenant_id = %(tenant_id)s AND t.endpoint_id = p.id ORDER BY t.id DESC LIMIT 1
) AS last ON true
LEFT JOIN platform.deliveries d ON d.tenant_id = %(tenant_id)s AND d.endpoint_id = p.id AND d.subject = last.id AND d.seq = 1
WHERE p.tenant_id = %(tenant_id)s AND p.state = 'on' AND 'availability.changed' = ANY (p.kinds)
  AND (d.subject IS NULL OR d.settled_at IS NOT NULL);

-- name: tell
-- The next stretch of each webhook: some changes at once. Answers those that have one.
INSERT INTO inventory.tellings (tenant_id, id, endpoint_id, version, after_seq, until_seq, made_at)
SELECT %(tenant_id)s, t.id, t.endpoint_id, t.version, t.after_seq, stretch.until_seq, %(now)s
FROM unnest(%(ids)s::uuid[], %(endpoint_ids)s::uuid[], %(merchant_ids)s::uuid[], %(versions)s::int[], %(after_seqs)s::bigint[])
  AS t(id, endpoint_id, merchant_id, version, after_seq)
CROSS JOIN LATERAL (
    SELECT max(part.position) AS until_seq FROM (
        SELECT o.position FROM inventory.offers o
        WHERE o.tenant_id = %(tenant_id)s AND o.position > t.after_seq AND (t.merchant_id IS NULL OR o.merchant_id = t.merchant_id)
        ORDER BY o.position LIMIT %(most)s) AS part
) AS stretch
WHERE stretch.until_seq IS NOT NULL
RETURNING id, endpoint_id;

-- name: tellings
-- Stretches of the feed, with whom they are for.
SELECT t.id, t.endpoint_id, p.merchant_id, t.version, t.after_seq, t.until_seq FROM inventory.tellings t
JOIN platform.endpoints p ON p.tenant_id = %(tenant_id)s AND p.id = t.endpoint_id
WHERE t.tenant_id = %(tenant_id)s AND t.id = ANY (%(ids)s::uuid[]) ORDER BY t.id;

-- name: forget_tellings
-- Stretches are kept as long as the log of webhooks, the last of each webhook for as long as it is there.
DELETE FROM inventory.tellings t
WHERE t.tenant_id = %(tenant_id)s AND t.made_at < %(now)s - interval '31 days'
  AND EXISTS (SELECT FROM inventory.tellings later
              WHERE later.tenant_id = %(tenant_id)s AND later.endpoint_id = t.endpoint_id AND later.id > t.id);

-- name: keep_back
-- What a channel keeps back of everything; its readers begin anew.
INSERT INTO inventory.channels AS c (tenant_id, id, units) VALUES (%(tenant_id)s, %(channel_id)s, %(units)s)
ON CONFLICT (tenant_id, id) DO UPDATE SET units = excluded.units, version = c.version + 1;

-- name: drop_buffers
-- What a channel kept back of single products is forgotten.
DELETE FROM inventory.buffers WHERE tenant_id = %(tenant_id)s AND channel_id = %(channel_id)s;

-- name: add_buffers
-- What a channel keeps back of single products.
INSERT INTO inventory.buffers (tenant_id, channel_id, product_id, units)
SELECT %(tenant_id)s, %(channel_id)s, product_id, units
FROM unnest(%(product_ids)s::uuid[], %(unitss)s::int[]) AS b(product_id, units) ORDER BY product_id;

-- name: kept_back
-- What a channel keeps back: of everything, and of single products.
SELECT NULL::uuid AS product_id, units FROM inventory.channels WHERE tenant_id = %(tenant_id)s AND id = %(channel_id)s
UNION ALL
SELECT product_id, units FROM inventory.buffers WHERE tenant_id = %(tenant_id)s AND channel_id = %(channel_id)s;
