-- Shops: who is connected, what they told, what became of it, and what they are owed to hear.

-- name: shops
-- The shops of a tenant, of one merchant when asked so; by id or code when one is meant. Partners of EDI stand in edi.sql.
SELECT s.id, s.code, s.kind, s.merchant_id, m.code AS merchant, s.base_url, s.api_key, s.api_secret, s.hook_secret, s.location,
       s.login_url, s.refresh_token, s.market, s.account,
       s.active, s.levels, s.made_at, s.heard_at, s.polled_at, s.polled_to, s.goods_at, s.failures, s.resumes_at, s.error, s.error_at
FROM orders.shops s JOIN catalog.merchants m ON m.tenant_id = s.tenant_id AND m.id = s.merchant_id
WHERE s.tenant_id = %(tenant_id)s AND s.kind <> 'edi' AND (%(own)s::uuid IS NULL OR s.merchant_id = %(own)s)
  AND (%(id)s::uuid IS NULL OR s.id = %(id)s) AND (%(code)s::text IS NULL OR s.code = %(code)s)
ORDER BY s.code;

-- name: add_shop
-- A shop is connected; its changes count from `polled_to` on.
INSERT INTO orders.shops (tenant_id, id, code, kind, merchant_id, base_url, api_key, api_secret, hook_secret, location,
    login_url, refresh_token, market, account, levels, made_at, polled_to)
VALUES (%(tenant_id)s, %(id)s, %(code)s, %(kind)s, %(merchant_id)s, %(base_url)s, %(api_key)s, %(api_secret)s, %(hook_secret)s,
    %(location)s, %(login_url)s, %(refresh_token)s, %(market)s, %(account)s, %(levels)s, %(now)s, %(since)s);

-- name: lock_shops
-- Shops whose secrets are to be sealed anew.
SELECT s.id FROM orders.shops s WHERE s.tenant_id = %(tenant_id)s ORDER BY s.id FOR UPDATE;

-- name: reseal_shops
-- The secrets of shops under another key.
UPDATE orders.shops t SET api_key = s.api_key, api_secret = s.api_secret, hook_secret = s.hook_secret,
    refresh_token = s.refresh_token
FROM unnest(%(ids)s::uuid[], %(api_keys)s::text[], %(api_secrets)s::text[], %(hook_secrets)s::text[], %(refresh_tokens)s::text[])
  AS s(id, api_key, api_secret, hook_secret, refresh_token)
WHERE t.tenant_id = %(tenant_id)s AND t.id = s.id;

-- name: set_active
-- A shop is paused, or goes on.
UPDATE orders.shops SET active = %(active)s, resumes_at = NULL WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: shop_well
-- The shop answered: what was wrong is over.
UPDATE orders.shops SET failures = 0, resumes_at = NULL, error = NULL, error_at = NULL
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND (failures > 0 OR error IS NOT NULL);

-- name: shop_wrong
-- Something went wrong with the shop, and when it is asked again.
UPDATE orders.shops SET failures = failures + 1, resumes_at = %(resumes_at)s, error = %(error)s, error_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: polled
-- The poll has seen the shop's changes up to a moment.
UPDATE orders.shops SET polled_at = %(now)s, polled_to = greatest(polled_to, %(polled_to)s)
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: called
-- Calls of shops, each once; answers which were new.
INSERT INTO orders.shop_calls (tenant_id, shop_id, call_id, heard_at)
SELECT %(tenant_id)s, shop_id, call_id, %(now)s FROM unnest(%(shop_ids)s::uuid[], %(call_ids)s::text[]) AS c(shop_id, call_id)
ORDER BY shop_id, call_id
ON CONFLICT (tenant_id, shop_id, call_id) DO NOTHING RETURNING shop_id, call_id;

-- name: heard_of
-- When shops called last.
UPDATE orders.shops SET heard_at = %(now)s WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: forget_calls
-- A call is repeated for some hours at most.
DELETE FROM orders.shop_calls WHERE tenant_id = %(tenant_id)s AND heard_at < %(before)s;

-- name: hear
-- The newest telling of each order is kept; answers the hearings of those that were newer than what was known. That an order was
-- deleted (`last`) is its last word, whatever the clocks say.
INSERT INTO orders.shop_orders (tenant_id, shop_id, ref, hearing, shown, version, progress, body, heard_at, via)
SELECT %(tenant_id)s, h.shop_id, h.ref, h.hearing, h.shown,
       CASE WHEN h.last THEN greatest(h.version, known.version) ELSE h.version END, h.progress, h.body, %(now)s, h.via
FROM unnest(%(shop_ids)s::uuid[], %(refs)s::text[], %(hearings)s::uuid[], %(showns)s::text[], %(versions)s::timestamptz[],
            %(progresss)s::int[], %(bodys)s::text[], %(vias)s::text[], %(lasts)s::boolean[])
  AS h(shop_id, ref, hearing, shown, version, progress, body, via, last)
LEFT JOIN orders.shop_orders known ON known.tenant_id = %(tenant_id)s AND known.shop_id = h.shop_id AND known.ref = h.ref
ORDER BY h.shop_id, h.ref
ON CONFLICT (tenant_id, shop_id, ref) DO UPDATE SET hearing = excluded.hearing, shown = excluded.shown, version = excluded.version,
    progress = excluded.progress, body = excluded.body, heard_at = excluded.heard_at, via = excluded.via, folded_at = NULL
WHERE (shop_orders.version, shop_orders.progress) < (excluded.version, excluded.progress)
RETURNING hearing;

-- name: hold_hearings
-- Tellings to be folded, locked; those that a newer one replaced are not there.
SELECT o.shop_id, o.ref, o.hearing, o.shown, o.body, o.outcome, o.order_id, s.kind, s.code, s.merchant_id, m.code AS merchant
FROM orders.shop_orders o
JOIN orders.shops s ON s.tenant_id = o.tenant_id AND s.id = o.shop_id
JOIN catalog.merchants m ON m.tenant_id = s.tenant_id AND m.id = s.merchant_id
WHERE o.tenant_id = %(tenant_id)s AND o.hearing = ANY (%(hearings)s::uuid[])
ORDER BY o.shop_id, o.ref FOR UPDATE OF o;

-- name: folded
-- What became of tellings; a body is kept only of what was refused.
UPDATE orders.shop_orders o SET folded_at = %(now)s, outcome = f.outcome, order_id = coalesce(f.order_id, o.order_id),
    faults = f.faults::jsonb, body = CASE f.outcome WHEN 'refused' THEN o.body ELSE '' END
FROM unnest(%(hearings)s::uuid[], %(outcomes)s::text[], %(order_ids)s::uuid[], %(faultss)s::text[])
  AS f(hearing, outcome, order_id, faults)
WHERE o.tenant_id = %(tenant_id)s AND o.hearing = f.hearing;

-- name: owe_confirmations
-- Of some tellings, those of orders that we took and their shop does not know it get a confirmation owed; a newer one replaces it.
UPDATE orders.shop_orders o SET confirming = c.confirming
FROM unnest(%(hearings)s::uuid[], %(confirmings)s::uuid[]) AS c(hearing, confirming)
WHERE o.tenant_id = %(tenant_id)s AND o.hearing = c.hearing AND o.order_id IS NOT NULL AND o.confirmed_at IS NULL
RETURNING o.confirming;

-- name: confirmation_owed
-- Which order of which shop is to be confirmed, while its shop does not know that we took it.
SELECT o.shop_id, o.ref FROM orders.shop_orders o
WHERE o.tenant_id = %(tenant_id)s AND o.confirming = %(confirming)s AND o.confirmed_at IS NULL;

-- name: confirmed
-- The shop knows that we took an order.
UPDATE orders.shop_orders SET confirmed_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND shop_id = %(shop_id)s AND ref = %(ref)s AND confirmed_at IS NULL;

-- name: hear_again
-- Refused orders of a shop are judged anew, some at once: those that wait since a moment, or the one that a person names.
UPDATE orders.shop_orders o SET hearing = fresh.hearing, folded_at = NULL
FROM (
    SELECT x.ref, row_number() OVER (ORDER BY x.folded_at, x.ref) AS place FROM orders.shop_orders x
    WHERE x.tenant_id = %(tenant_id)s AND x.shop_id = %(shop_id)s AND x.outcome = 'refused' AND x.body <> ''
      AND ((%(ref)s::text IS NULL AND x.folded_at < %(before)s) OR x.ref = %(ref)s)
) AS again
JOIN unnest(%(hearings)s::uuid[]) WITH ORDINALITY AS fresh(hearing, place) ON fresh.place = again.place
WHERE o.tenant_id = %(tenant_id)s AND o.shop_id = %(shop_id)s AND o.ref = again.ref RETURNING o.hearing;

-- name: shop_orders
-- The newest orders of a shop, those that did not get in first.
SELECT o.ref, o.shown, o.version, o.heard_at, o.via, o.outcome, o.order_id, o.faults
FROM orders.shop_orders o WHERE o.tenant_id = %(tenant_id)s AND o.shop_id = %(shop_id)s
ORDER BY (o.outcome IN ('refused', 'changed')) DESC NULLS LAST, o.heard_at DESC, o.ref LIMIT %(most)s;

-- name: shop_counts
-- How many orders of each shop ended how, and how many parcels it is owed to hear of.
SELECT s.id AS shop_id,
       (SELECT count(*) FROM orders.shop_orders o WHERE o.tenant_id = %(tenant_id)s AND o.shop_id = s.id)::int AS heard,
       (SELECT count(*) FROM orders.shop_orders o WHERE o.tenant_id = %(tenant_id)s AND o.shop_id = s.id AND o.outcome = 'refused')::int
         AS refused,
       (SELECT count(*) FROM orders.shop_parcels p WHERE p.tenant_id = %(tenant_id)s AND p.shop_id = s.id AND p.told_at IS NULL)::int
         AS owed
FROM orders.shops s WHERE s.tenant_id = %(tenant_id)s AND s.id = ANY (%(ids)s::uuid[]);

-- name: shops_of_orders
-- Which shops sold orders, and under which name.
SELECT o.order_id, o.shop_id, o.ref FROM orders.shop_orders o
WHERE o.tenant_id = %(tenant_id)s AND o.order_id = ANY (%(order_ids)s::uuid[]);

-- name: carriers
-- The orders that carry what was sold under some others, itself among them; `alone` when one carries nothing sold under another.
WITH carried AS (
    SELECT o.id AS sold_as, o.id AS order_id FROM orders.orders o
    WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[]) AND o.state <> 'merged'
    UNION
    SELECT l.sold_as, l.order_id FROM orders.lines l
    WHERE l.tenant_id = %(tenant_id)s AND l.sold_as = ANY (%(order_ids)s::uuid[]) AND l.quantity > 0
)
SELECT c.sold_as, c.order_id, NOT EXISTS (
    SELECT FROM orders.lines x WHERE x.tenant_id = %(tenant_id)s AND x.order_id = c.order_id AND x.quantity > 0
      AND coalesce(x.sold_as, x.order_id) <> c.sold_as
) AS alone
FROM carried c ORDER BY c.sold_as, c.order_id;

-- name: owe_parcels
-- Parcels that shops shall hear of, each once for an order; answers which are new.
INSERT INTO orders.shop_parcels (tenant_id, id, parcel_id, shop_id, order_id, ref, number, carrier, lines, last, weight_g, length_mm,
    width_mm, height_mm, owed_at)
SELECT %(tenant_id)s, id, parcel_id, shop_id, order_id, ref, number, carrier, lines::jsonb, last, weight_g, length_mm, width_mm, height_mm,
       %(now)s
FROM unnest(%(ids)s::uuid[], %(parcel_ids)s::uuid[], %(shop_ids)s::uuid[], %(order_ids)s::uuid[], %(refs)s::text[], %(numbers)s::text[],
            %(carriers)s::text[], %(liness)s::text[], %(lasts)s::boolean[], %(weight_gs)s::int[], %(length_mms)s::int[],
            %(width_mms)s::int[], %(height_mms)s::int[])
  AS p(id, parcel_id, shop_id, order_id, ref, number, carrier, lines, last, weight_g, length_mm, width_mm, height_mm)
ORDER BY parcel_id
ON CONFLICT (tenant_id, parcel_id, order_id) DO NOTHING RETURNING id;

-- name: parcels_of_partners
-- Which of some parcels that are owed to be told belong to partners of EDI.
SELECT p.id FROM orders.shop_parcels p JOIN orders.shops s ON s.tenant_id = p.tenant_id AND s.id = p.shop_id
WHERE p.tenant_id = %(tenant_id)s AND p.id = ANY (%(ids)s::uuid[]) AND s.kind = 'edi' ORDER BY p.id;

-- name: parcel_owed
-- A parcel that a shop is owed to hear of.
SELECT shop_id, ref, parcel_id, order_id, number, carrier, lines, last, weight_g, length_mm, width_mm, height_mm, told_at FROM orders.shop_parcels
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: parcel_told
-- The shop knows of the parcel, or says why it does not want to.
UPDATE orders.shop_parcels SET told_at = CASE WHEN %(error)s::text IS NULL THEN %(now)s END, error = %(error)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: parcels_not_told
-- The parcels that a shop refused to hear of.
SELECT number, ref, error, owed_at FROM orders.shop_parcels
WHERE tenant_id = %(tenant_id)s AND shop_id = %(shop_id)s AND told_at IS NULL ORDER BY owed_at LIMIT %(most)s;

-- name: learn_goods
-- The products of a shop; one whose stock has another name there was never told of.
INSERT INTO orders.shop_goods (tenant_id, shop_id, sku, ref)
SELECT %(tenant_id)s, %(shop_id)s, sku, ref FROM unnest(%(skus)s::text[], %(refs)s::text[]) AS g(sku, ref) ORDER BY sku
ON CONFLICT (tenant_id, shop_id, sku) DO UPDATE SET ref = excluded.ref, told = NULL WHERE shop_goods.ref <> excluded.ref;

-- name: goods_learned
-- When the products of a shop were looked at.
UPDATE orders.shops SET goods_at = %(now)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: shops_behind
-- Whether some shop that may be told now does not know the end of the feed.
SELECT EXISTS (
    SELECT FROM orders.shops s JOIN inventory.feeds f ON f.tenant_id = %(tenant_id)s
    WHERE s.tenant_id = %(tenant_id)s AND s.active AND s.levels AND s.goods_at IS NOT NULL AND s.levels_seq < f.last
      AND (s.resumes_at IS NULL OR s.resumes_at <= %(now)s));

-- name: levels_to_tell
-- Products that a shop and we both know and of which it was told another count than it may sell now, or nothing, some at once.
SELECT wanted.sku, wanted.ref, wanted.available FROM (
    SELECT g.sku, g.ref, g.told, o.position, greatest(coalesce(o.available, 0) - coalesce(b.units, c.units, 0), 0)::int AS available
    FROM orders.shops s
    JOIN orders.shop_goods g ON g.tenant_id = %(tenant_id)s AND g.shop_id = s.id
    JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.merchant_id = s.merchant_id AND p.sku = g.sku
    LEFT JOIN inventory.offers o ON o.tenant_id = %(tenant_id)s AND o.product_id = p.id
    LEFT JOIN inventory.channels c ON c.tenant_id = %(tenant_id)s AND c.id = s.id
    LEFT JOIN inventory.buffers b ON b.tenant_id = %(tenant_id)s AND b.channel_id = s.id AND b.product_id = p.id
    WHERE s.tenant_id = %(tenant_id)s AND s.id = %(shop_id)s AND (g.told IS NULL OR o.position > s.levels_seq)
) AS wanted
WHERE wanted.told IS DISTINCT FROM wanted.available ORDER BY wanted.position NULLS FIRST, wanted.sku LIMIT %(most)s;

-- name: levels_known
-- A shop knows what can be sold up to a position of the feed; 0 lets it be told of everything that differs.
UPDATE orders.shops SET levels_seq = %(seq)s WHERE tenant_id = %(tenant_id)s AND id = %(shop_id)s;

-- name: levels_told
-- What a shop was told of its stock.
UPDATE orders.shop_goods g SET told = t.told, told_at = %(now)s
FROM unnest(%(skus)s::text[], %(tolds)s::int[]) AS t(sku, told)
WHERE g.tenant_id = %(tenant_id)s AND g.shop_id = %(shop_id)s AND g.sku = t.sku;

-- name: is_channel
-- Whether an id is that of something which is told what can be sold.
SELECT EXISTS (SELECT FROM orders.shops WHERE tenant_id = %(tenant_id)s AND id = %(id)s)
    OR EXISTS (SELECT FROM platform.endpoints WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND state <> 'removed')
    OR EXISTS (SELECT FROM directory.api_keys WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND revoked_at IS NULL);

-- name: payment_held
-- Which of some orders wait for the shop's word that they are paid.
SELECT h.order_id FROM orders.holds h
WHERE h.tenant_id = %(tenant_id)s AND h.order_id = ANY (%(order_ids)s::uuid[]) AND h.reason = 'payment' AND h.released_at IS NULL;
