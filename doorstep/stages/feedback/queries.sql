-- name: order_facts
-- What a customer's page and a return need to know of an order.
SELECT o.id, o.number, o.state, o.merchant_id, m.code AS merchant_code, m.name AS merchant, m.brand_color, m.logo IS NOT NULL AS has_logo, m.support_email,
       m.message, o.language, o.currency, m.return_days, p.parcels, p.delivered, p.delivered_at
FROM orders.orders o
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = o.merchant_id
CROSS JOIN LATERAL (
    SELECT count(*)::int AS parcels, (count(*) FILTER (WHERE t.state = 'delivered'))::int AS delivered,
           max(t.status_at) FILTER (WHERE t.state = 'delivered') AS delivered_at
    FROM tracking.trackers t WHERE t.tenant_id = %(tenant_id)s AND t.order_id = o.id AND t.state <> 'canceled'
) p
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[])
ORDER BY o.id;

-- name: orders_of_trackers
-- Which orders these parcels' stories belong to.
SELECT DISTINCT t.order_id FROM tracking.trackers t WHERE t.tenant_id = %(tenant_id)s AND t.id = ANY (%(ids)s::uuid[]);

-- name: orders_to_ask
-- Of these orders, those that are delivered whole and about which nobody complains: only they are asked how it was.
SELECT o.id AS order_id, o.merchant_id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[])
  AND NOT EXISTS (SELECT 1 FROM tracking.trackers t WHERE t.tenant_id = %(tenant_id)s AND t.order_id = o.id
                  AND t.state NOT IN ('delivered', 'canceled'))
  AND NOT EXISTS (SELECT 1 FROM feedback.cases c WHERE c.tenant_id = %(tenant_id)s AND c.order_id = o.id AND c.state <> 'closed')
  AND NOT EXISTS (SELECT 1 FROM feedback.returns r WHERE r.tenant_id = %(tenant_id)s AND r.order_id = o.id)
  AND NOT EXISTS (SELECT 1 FROM feedback.ratings g WHERE g.tenant_id = %(tenant_id)s AND g.order_id = o.id)
ORDER BY o.id;

-- name: delivered_parcels
-- The parcels of orders that a carrier says are delivered.
SELECT t.order_id, t.parcel_id FROM tracking.trackers t
WHERE t.tenant_id = %(tenant_id)s AND t.order_id = ANY (%(order_ids)s::uuid[]) AND t.state = 'delivered'
ORDER BY t.order_id, t.parcel_id;

-- name: confirm
-- The customers' words on parcels; said again, the newest word counts.
INSERT INTO feedback.confirmations (tenant_id, parcel_id, order_id, received, note, said_at)
SELECT %(tenant_id)s, parcel_id, order_id, received, note, %(now)s
FROM unnest(%(parcel_ids)s::uuid[], %(order_ids)s::uuid[], %(receiveds)s::boolean[], %(notes)s::text[])
  AS said(parcel_id, order_id, received, note)
ORDER BY parcel_id
ON CONFLICT (tenant_id, parcel_id) DO UPDATE SET received = excluded.received, note = excluded.note, said_at = excluded.said_at;

-- name: confirmations
-- What customers said of their orders' parcels so far: true when every word is "I have it".
SELECT c.order_id, bool_and(c.received) AS received FROM feedback.confirmations c
WHERE c.tenant_id = %(tenant_id)s AND c.order_id = ANY (%(order_ids)s::uuid[]) GROUP BY c.order_id;

-- name: lock_rating
-- The rating of an order, held so that two clicks go one after the other.
SELECT g.id, g.score, g.comment FROM feedback.ratings g
WHERE g.tenant_id = %(tenant_id)s AND g.order_id = %(order_id)s AND g.question = %(question)s FOR UPDATE;

-- name: heard
-- What customers of some orders have said: their score if they gave one, and whether they ever complained.
SELECT o.id AS order_id, g.score, EXISTS (SELECT 1 FROM feedback.cases c
    WHERE c.tenant_id = %(tenant_id)s AND c.order_id = o.id) AS complained, EXISTS (SELECT 1 FROM feedback.returns r
    WHERE r.tenant_id = %(tenant_id)s AND r.order_id = o.id) AS sent_back
FROM orders.orders o
LEFT JOIN feedback.ratings g ON g.tenant_id = o.tenant_id AND g.order_id = o.id AND g.question = 'delivery'
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[]);

-- name: add_ratings
-- First answers; a second one, also in the same moment, finds the first there and changes it instead.
INSERT INTO feedback.ratings (tenant_id, id, order_id, merchant_id, question, score, comment, said_at)
SELECT %(tenant_id)s, id, order_id, merchant_id, %(question)s, score, comment, %(now)s
FROM unnest(%(ids)s::uuid[], %(order_ids)s::uuid[], %(merchant_ids)s::uuid[], %(scores)s::int[], %(comments)s::text[])
  AS g(id, order_id, merchant_id, score, comment)
ORDER BY order_id
ON CONFLICT (tenant_id, order_id, question) DO NOTHING RETURNING id;

-- name: change_rating
-- A customer changed their mind.
UPDATE feedback.ratings SET score = %(score)s, comment = %(comment)s, said_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: ratings
-- The newest ratings, of one merchant or of all.
SELECT g.id, g.order_id, o.number AS order_number, g.merchant_id, g.score, g.comment, g.said_at
FROM feedback.ratings g JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = g.order_id
WHERE g.tenant_id = %(tenant_id)s AND (%(merchant_id)s::uuid IS NULL OR g.merchant_id = %(merchant_id)s)
  AND (g.said_at, g.id) < (coalesce(%(before)s::timestamptz, 'infinity'), coalesce(%(before_id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY g.said_at DESC, g.id DESC LIMIT %(most)s;

-- name: tallies
-- How the ratings fall by carrier's service, site, merchant and product.
WITH rated AS (
    SELECT g.order_id, g.merchant_id, g.score FROM feedback.ratings g
    WHERE g.tenant_id = %(tenant_id)s AND (%(merchant_id)s::uuid IS NULL OR g.merchant_id = %(merchant_id)s)
      AND g.said_at > %(since)s
), by_axis AS (
    SELECT DISTINCT 'carrier' AS axis, s.id, CASE WHEN starts_with(s.name, c.name) THEN s.name ELSE c.name || ' ' || s.name END AS name, r.order_id, r.score
    FROM rated r JOIN tracking.trackers t ON t.tenant_id = %(tenant_id)s AND t.order_id = r.order_id
    JOIN catalog.services s ON s.tenant_id = %(tenant_id)s AND s.id = t.service_id
    JOIN catalog.carriers c ON c.tenant_id = %(tenant_id)s AND c.id = s.carrier_id
    UNION ALL
    SELECT DISTINCT 'site', s.id, s.name, r.order_id, r.score
    FROM rated r JOIN warehouse.fulfillments f ON f.tenant_id = %(tenant_id)s AND f.order_id = r.order_id
    JOIN catalog.sites s ON s.tenant_id = %(tenant_id)s AND s.id = f.site_id
    UNION ALL
    SELECT 'merchant', m.id, m.name, r.order_id, r.score
    FROM rated r JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = r.merchant_id
    UNION ALL
    SELECT DISTINCT 'product', p.id, p.name, r.order_id, r.score
    FROM rated r JOIN orders.lines l ON l.tenant_id = %(tenant_id)s AND l.order_id = r.order_id
    JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = l.product_id
)
SELECT axis, id, name, count(*)::int AS ratings, (count(*) FILTER (WHERE score >= 4))::int AS happy, sum(score)::int AS score_sum
FROM by_axis GROUP BY axis, id, name ORDER BY axis, ratings DESC, name LIMIT 200;

-- name: open_cases
-- Opens a case per order and cause; one that is open already takes no second.
INSERT INTO feedback.cases (tenant_id, id, order_id, parcel_id, merchant_id, cause, said, opened_at)
SELECT %(tenant_id)s, id, order_id, parcel_id, merchant_id, cause, said, %(now)s
FROM unnest(%(ids)s::uuid[], %(order_ids)s::uuid[], %(parcel_ids)s::uuid[], %(merchant_ids)s::uuid[], %(causes)s::text[],
            %(saids)s::text[]) AS c(id, order_id, parcel_id, merchant_id, cause, said)
ORDER BY order_id, cause
ON CONFLICT (tenant_id, order_id, cause) WHERE state <> 'closed' DO NOTHING RETURNING id;

-- name: cases
-- The inbox: what waits for an answer, the oldest first.
SELECT c.id, c.state, c.order_id, o.number AS order_number, c.merchant_id, m.name AS merchant, c.cause, c.said, c.answer, c.opened_at
FROM feedback.cases c
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = c.order_id
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = c.merchant_id
WHERE c.tenant_id = %(tenant_id)s AND (%(case_id)s::uuid IS NULL OR c.id = %(case_id)s)
  AND (%(case_id)s::uuid IS NOT NULL OR c.state <> 'closed')
  AND (%(merchant_id)s::uuid IS NULL OR c.merchant_id = %(merchant_id)s)
ORDER BY c.opened_at, c.id LIMIT 200;

-- name: write_answer
-- What the customer was told.
UPDATE feedback.cases SET answer = %(answer)s WHERE tenant_id = %(tenant_id)s AND id = %(case_id)s;

-- name: lock_lines
-- The lines of an order with what has come back or is coming; the order's returns go one after the other.
SELECT l.id, l.product_id, l.sku, l.name, l.quantity, l.total_minor, coalesce(b.returned, 0)::int AS returned,
       coalesce(b.refunded, 0)::bigint AS refunded_minor
FROM orders.lines l
LEFT JOIN LATERAL (
    SELECT sum(rl.quantity) AS returned, sum(rl.refund_minor) AS refunded
    FROM feedback.return_lines rl
    JOIN feedback.returns r ON r.tenant_id = %(tenant_id)s AND r.id = rl.return_id AND r.state <> 'rejected'
    WHERE rl.tenant_id = %(tenant_id)s AND rl.line_id = l.id
) b ON true
WHERE l.tenant_id = %(tenant_id)s AND l.order_id = %(order_id)s ORDER BY l.position;

-- name: lock_order
-- Two returns of one order go one after the other.
SELECT o.id FROM orders.orders o WHERE o.tenant_id = %(tenant_id)s AND o.id = %(order_id)s FOR UPDATE;

-- name: shipped_from
-- The site that most of an order left from: there it comes back to.
SELECT f.site_id FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.order_id = %(order_id)s AND f.state = 'handed_over'
GROUP BY f.site_id ORDER BY count(*) DESC, f.site_id LIMIT 1;

-- name: add_return
-- A return as it was asked for.
INSERT INTO feedback.returns (tenant_id, id, number, order_id, merchant_id, site_id, reason, note, rule, refund_minor, asked_at)
VALUES (%(tenant_id)s, %(id)s, %(number)s, %(order_id)s, %(merchant_id)s, %(site_id)s, %(reason)s, %(note)s, %(rule)s,
        %(refund_minor)s, %(now)s);

-- name: add_return_lines
-- What shall come back, as it was ordered.
INSERT INTO feedback.return_lines (tenant_id, return_id, line_id, quantity, refund_minor)
SELECT %(tenant_id)s, %(return_id)s, line_id, quantity, refund_minor
FROM unnest(%(line_ids)s::uuid[], %(quantitys)s::int[], %(refund_minors)s::bigint[]) AS asked(line_id, quantity, refund_minor);

-- name: add_return_items
-- The goods that shall come back, kits by their components.
INSERT INTO feedback.return_items (tenant_id, return_id, line_id, product_id, quantity)
SELECT %(tenant_id)s, %(return_id)s, line_id, product_id, quantity
FROM unnest(%(line_ids)s::uuid[], %(product_ids)s::uuid[], %(quantitys)s::int[]) AS asked(line_id, product_id, quantity);

-- name: returns
-- Returns for the desk: open ones, or one, or those of an order.
SELECT r.id, r.number, r.state, r.order_id, o.number AS order_number, r.merchant_id, m.name AS merchant, r.reason, r.note, r.rule,
       r.tracking_number, r.refund_minor, o.currency, r.asked_at,
       (SELECT coalesce(sum(i.quantity), 0)::int FROM feedback.return_items i
        WHERE i.tenant_id = %(tenant_id)s AND i.return_id = r.id) AS units
FROM feedback.returns r
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = r.order_id
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = r.merchant_id
WHERE r.tenant_id = %(tenant_id)s AND (%(return_id)s::uuid IS NULL OR r.id = %(return_id)s)
  AND (%(order_id)s::uuid IS NULL OR r.order_id = %(order_id)s)
  AND (%(merchant_id)s::uuid IS NULL OR r.merchant_id = %(merchant_id)s)
  AND (%(return_id)s::uuid IS NOT NULL OR %(order_id)s::uuid IS NOT NULL
       OR r.state IN ('asked', 'approved', 'in_transit', 'received'))
ORDER BY r.asked_at, r.id LIMIT 200;

-- name: return_by_code
-- A return by what can be scanned: the tracking number on its label, or its own number.
SELECT r.id FROM feedback.returns r
WHERE r.tenant_id = %(tenant_id)s AND (r.tracking_number = %(code)s OR r.number = %(number)s) LIMIT 1;

-- name: return_items
-- The goods of a return.
SELECT i.line_id, i.product_id, p.sku, p.name, p.serials, i.quantity, i.received, i.restocked, i.grade
FROM feedback.return_items i JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = i.product_id
WHERE i.tenant_id = %(tenant_id)s AND i.return_id = %(return_id)s ORDER BY p.sku, i.line_id;

-- name: return_place
-- Where a return goes to, and the label it travels with.
SELECT r.number, r.order_id, r.site_id, r.refund_minor, r.label_pdf FROM feedback.returns r
WHERE r.tenant_id = %(tenant_id)s AND r.id = %(return_id)s;

-- name: keep_label
-- The label a return travels with.
UPDATE feedback.returns SET tracking_number = %(tracking_number)s, label_pdf = %(label_pdf)s
WHERE tenant_id = %(tenant_id)s AND id = %(return_id)s;

-- name: write_receipt
-- What came back, counted at the dock.
UPDATE feedback.return_items i SET received = came.received
FROM unnest(%(line_ids)s::uuid[], %(product_ids)s::uuid[], %(receiveds)s::int[]) AS came(line_id, product_id, received)
WHERE i.tenant_id = %(tenant_id)s AND i.return_id = %(return_id)s AND i.line_id = came.line_id AND i.product_id = came.product_id;

-- name: write_grades
-- How it was found, and how much of it goes back to stock.
UPDATE feedback.return_items i SET grade = found.grade, restocked = CASE WHEN found.sellable THEN i.received ELSE 0 END
FROM unnest(%(line_ids)s::uuid[], %(product_ids)s::uuid[], %(grades)s::text[], %(sellables)s::boolean[])
  AS found(line_id, product_id, grade, sellable)
WHERE i.tenant_id = %(tenant_id)s AND i.return_id = %(return_id)s AND i.line_id = found.line_id AND i.product_id = found.product_id;

-- name: carrier_records
-- What our own deliveries of the last weeks say of each service: delivered, on time by the first promise, damaged, rated.
SELECT t.service_id, count(*)::int AS parcels,
       (count(*) FILTER (WHERE t.state = 'delivered' AND (o.promised_until IS NULL OR t.status_at <= o.promised_until)))::int
         AS on_time,
       (count(*) FILTER (WHERE EXISTS (SELECT 1 FROM feedback.cases c WHERE c.tenant_id = %(tenant_id)s
                                       AND c.order_id = t.order_id AND c.cause = 'damaged')))::int AS damaged,
       count(g.id)::int AS ratings, coalesce(sum(g.score), 0)::int AS rating_sum
FROM tracking.trackers t
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = t.order_id
LEFT JOIN feedback.ratings g ON g.tenant_id = %(tenant_id)s AND g.order_id = t.order_id AND g.question = 'delivery'
WHERE t.tenant_id = %(tenant_id)s AND t.state IN ('delivered', 'lost', 'damaged') AND t.status_at > %(since)s
GROUP BY t.service_id ORDER BY t.service_id;

-- name: returns_of_refunds
-- The graded returns that these refunds paid for.
SELECT r.id FROM orders.refunds f
JOIN feedback.returns r ON r.tenant_id = %(tenant_id)s AND r.id::text = f.reference
WHERE f.tenant_id = %(tenant_id)s AND f.id = ANY (%(ids)s::uuid[]) AND r.state = 'graded';

-- name: returns_told
-- What webhooks may tell of returns.
SELECT r.id, r.order_id, jsonb_build_object('number', r.number, 'reason', r.reason, 'site', s.code) AS data,
       '/api/returns/' || r.id AS path
FROM feedback.returns r JOIN catalog.sites s ON s.tenant_id = %(tenant_id)s AND s.id = r.site_id
WHERE r.tenant_id = %(tenant_id)s AND r.id = ANY (%(ids)s::uuid[]);

-- name: returned_units
-- Pieces of each line of an order that came back.
SELECT i.line_id, sum(i.received)::int FROM feedback.returns r
JOIN feedback.return_items i ON i.tenant_id = %(tenant_id)s AND i.return_id = r.id
WHERE r.tenant_id = %(tenant_id)s AND r.order_id = %(order_id)s GROUP BY i.line_id HAVING sum(i.received) > 0;
