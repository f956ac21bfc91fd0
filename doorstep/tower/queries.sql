-- name: board
-- What is open in each stage: how much, since when, and how much of it is late.
SELECT 'orders' AS stage, o.state, count(*)::int AS count, min(o.placed_at) AS oldest,
       count(*) FILTER (WHERE o.promised_until < %(now)s)::int AS late
FROM orders.orders o WHERE o.tenant_id = %(tenant_id)s AND o.state IN ('placed', 'held') GROUP BY o.state
UNION ALL
SELECT 'inventory', 'to_count', count(*)::int, min(c.asked_at), 0
FROM inventory.counts c WHERE c.tenant_id = %(tenant_id)s AND c.counted_at IS NULL HAVING count(*) > 0
UNION ALL
SELECT 'warehouse', f.state, count(*)::int, min(f.released_at), count(*) FILTER (WHERE f.ship_by < %(now)s)::int
FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.state IN ('waiting', 'batched', 'picking', 'picked', 'short') GROUP BY f.state
UNION ALL
SELECT 'shipping', l.state, count(*)::int, min(l.owed_at), 0
FROM shipping.labels l
WHERE l.tenant_id = %(tenant_id)s AND l.state IN ('owed', 'sent', 'refused', 'unknown', 'voiding') GROUP BY l.state
UNION ALL
SELECT 'shipping', 'to_hand_over', count(*)::int, min(l.owed_at), 0
FROM shipping.labels l
WHERE l.tenant_id = %(tenant_id)s AND l.state = 'bought' AND l.handed_over_at IS NULL HAVING count(*) > 0
UNION ALL
SELECT 'tracking', t.state, count(*)::int, min(t.status_at), count(*) FILTER (WHERE t.window_until < %(now)s)::int
FROM tracking.trackers t
WHERE t.tenant_id = %(tenant_id)s AND t.state NOT IN ('delivered', 'returned', 'lost', 'canceled') GROUP BY t.state
UNION ALL
SELECT 'delivery', s.state, count(*)::int, min(s.scanned_in_at), count(*) FILTER (WHERE s.window_until < %(now)s)::int
FROM delivery.stops s
WHERE s.tenant_id = %(tenant_id)s AND s.state NOT IN ('delivered', 'returned') GROUP BY s.state
UNION ALL
SELECT 'feedback', 'case ' || c.state, count(*)::int, min(c.opened_at), 0
FROM feedback.cases c WHERE c.tenant_id = %(tenant_id)s AND c.state <> 'closed' GROUP BY c.state
UNION ALL
SELECT 'feedback', 'return ' || r.state, count(*)::int, min(r.asked_at), 0
FROM feedback.returns r
WHERE r.tenant_id = %(tenant_id)s AND r.state IN ('asked', 'approved', 'in_transit', 'received') GROUP BY r.state;

-- name: pulse
-- How many things happened in the last minutes, per kind that people count in; by the database's clock, which wall screens show.
SELECT e.kind || '.' || e.name AS event, count(*)::int AS count,
       count(*) FILTER (WHERE e.recorded_at > now() - interval '1 minute')::int AS last_minute
FROM platform.events e
WHERE e.tenant_id = %(tenant_id)s AND e.recorded_at > now() - interval '1 hour'
  AND (e.kind, e.name) IN (('order', 'placed'), ('fulfillment', 'picked'), ('parcel', 'packed'), ('label', 'bought'),
                           ('parcel', 'handed_over'), ('tracker', 'delivered'), ('order', 'closed'))
GROUP BY 1;

-- name: behind
-- The orders behind a number of the board, the oldest first.
SELECT o.id, o.number, o.state, o.placed_at, o.promised_until, b.what, b.since
FROM (
    SELECT o1.id AS order_id, 'orders' AS stage, o1.state AS what, o1.placed_at AS since
    FROM orders.orders o1 WHERE o1.tenant_id = %(tenant_id)s AND o1.state IN ('placed', 'held')
    UNION ALL
    SELECT f.order_id, 'warehouse', f.state, f.released_at FROM warehouse.fulfillments f
    WHERE f.tenant_id = %(tenant_id)s AND f.state IN ('waiting', 'batched', 'picking', 'picked', 'short')
    UNION ALL
    SELECT l.order_id, 'shipping', CASE WHEN l.state = 'bought' THEN 'to_hand_over' ELSE l.state END, l.owed_at
    FROM shipping.labels l
    WHERE l.tenant_id = %(tenant_id)s
      AND (l.state IN ('owed', 'sent', 'refused', 'unknown', 'voiding') OR (l.state = 'bought' AND l.handed_over_at IS NULL))
    UNION ALL
    SELECT t.order_id, 'tracking', t.state, t.status_at FROM tracking.trackers t
    WHERE t.tenant_id = %(tenant_id)s AND t.state NOT IN ('delivered', 'returned', 'lost', 'canceled')
    UNION ALL
    SELECT s.order_id, 'delivery', s.state, s.scanned_in_at FROM delivery.stops s
    WHERE s.tenant_id = %(tenant_id)s AND s.state NOT IN ('delivered', 'returned')
    UNION ALL
    SELECT c.order_id, 'feedback', 'case ' || c.state, c.opened_at FROM feedback.cases c
    WHERE c.tenant_id = %(tenant_id)s AND c.state <> 'closed'
    UNION ALL
    SELECT r.order_id, 'feedback', 'return ' || r.state, r.asked_at FROM feedback.returns r
    WHERE r.tenant_id = %(tenant_id)s AND r.state IN ('asked', 'approved', 'in_transit', 'received')
) b JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = b.order_id
WHERE b.stage = %(stage)s AND b.what = %(what)s
ORDER BY b.since NULLS LAST, o.id LIMIT 200;

-- name: exceptions
-- What needs a person: whose it is, since when, of each kind the oldest; what a hold says already is not said twice.
SELECT x.what, x.owner, x.why, x.since, x.subject, o.id AS order_id, o.number, x.named
FROM (
    (SELECT 'hold' AS what, h.owner, h.reason || CASE WHEN h.note = '' THEN '' ELSE ': ' || h.note END AS why, h.placed_at AS since,
            h.id AS subject, h.order_id, h.reason AS named
     FROM orders.holds h
     JOIN orders.orders ho ON ho.tenant_id = %(tenant_id)s AND ho.id = h.order_id AND ho.state NOT IN ('canceled', 'closed')
     WHERE h.tenant_id = %(tenant_id)s AND h.released_at IS NULL ORDER BY h.placed_at, h.id LIMIT %(most)s)
    UNION ALL
    (SELECT 'payment', 'payments', CASE p.state WHEN 'unknown' THEN p.method || ': the processor has not answered' WHEN 'lapsed' THEN p.method || ': its promise ended'
                ELSE p.method || ' declined' || coalesce(': ' || replace(p.declined, '_', ' '), '') END,
            coalesce(p.asked_at, po.placed_at), p.id, p.order_id, p.state
     FROM orders.payments p
     JOIN orders.orders po ON po.tenant_id = %(tenant_id)s AND po.id = p.order_id AND po.state NOT IN ('canceled', 'closed')
     WHERE p.tenant_id = %(tenant_id)s AND p.state IN ('declined', 'unknown', 'lapsed') AND p.amount_minor > p.released_minor
       AND NOT EXISTS (SELECT FROM orders.holds h WHERE h.tenant_id = %(tenant_id)s AND h.order_id = p.order_id
                       AND h.reason = 'payment' AND h.released_at IS NULL)
     ORDER BY p.order_id LIMIT %(most)s)
    UNION ALL
    (SELECT 'late', 'desk', CASE WHEN lo.promised_until < %(now)s THEN 'the promise is broken' ELSE 'it should have left already' END,
            lo.leave_by, lo.id, lo.id, ''
     FROM orders.orders lo
     WHERE lo.tenant_id = %(tenant_id)s AND lo.leave_by < %(now)s AND lo.shipped_at IS NULL AND lo.state IN ('placed', 'accepted')
     ORDER BY lo.leave_by, lo.id LIMIT %(most)s)
    UNION ALL
    (SELECT 'channel', 'channels', c.shown || ': ' || coalesce(c.faults -> 0 ->> 'message', 'refused'), c.folded_at, c.shop_id, c.order_id,
            s.code
     FROM orders.shop_orders c JOIN orders.shops s ON s.tenant_id = %(tenant_id)s AND s.id = c.shop_id
     WHERE c.tenant_id = %(tenant_id)s AND c.outcome = 'refused' ORDER BY c.folded_at, c.ref LIMIT %(most)s)
    UNION ALL
    (SELECT 'short', 'stock', 'goods are missing', f.released_at, f.id, f.order_id, '' FROM warehouse.fulfillments f
     WHERE f.tenant_id = %(tenant_id)s AND f.state = 'short'
       AND NOT EXISTS (SELECT FROM orders.holds h WHERE h.tenant_id = %(tenant_id)s AND h.order_id = f.order_id
                       AND h.reason = 'out_of_stock' AND h.released_at IS NULL)
     ORDER BY f.released_at, f.id LIMIT %(most)s)
    UNION ALL
    (SELECT 'count', 'stock', CASE v.stage WHEN 'lead' THEN 'counts do not agree: ' ELSE 'another person is to count: ' END || replace(v.place, ':', ' '),
            v.asked_at, v.id, NULL::uuid, v.stage FROM inventory.counts v
     WHERE v.tenant_id = %(tenant_id)s AND v.counted_at IS NULL AND v.stage <> 'open' ORDER BY v.asked_at, v.id LIMIT %(most)s)
    UNION ALL
    (SELECT 'label', 'shipping', coalesce(l.refusal, 'the carrier has not answered'), coalesce(l.sent_at, l.owed_at), l.id, l.order_id, ''
     FROM shipping.labels l
     WHERE l.tenant_id = %(tenant_id)s AND l.state IN ('refused', 'unknown') ORDER BY l.owed_at, l.id LIMIT %(most)s)
    UNION ALL
    (SELECT 'tracking', 'carriers', replace(t.state, '_', ' '), t.status_at, t.id, t.order_id, '' FROM tracking.trackers t
     WHERE t.tenant_id = %(tenant_id)s AND t.state IN ('held', 'attempt_failed', 'returning', 'lost', 'damaged')
     ORDER BY t.status_at, t.id LIMIT %(most)s)
    UNION ALL
    (SELECT 'message', 'customers', CASE WHEN m.in_doubt THEN 'nobody knows whether it arrived: ' ELSE 'not sent: ' END
            || replace(m.topic, '_', ' ') || coalesce(', ' || m.refusal, ''), m.owed_at, m.id, m.order_id, ''
     FROM tracking.messages m
     JOIN orders.orders mo ON mo.tenant_id = %(tenant_id)s AND mo.id = m.order_id
     WHERE m.tenant_id = %(tenant_id)s AND m.state = 'failed' AND (m.in_doubt OR mo.state NOT IN ('canceled', 'merged', 'closed'))
     ORDER BY m.id LIMIT %(most)s)
    UNION ALL
    (SELECT 'stop', 'dispatch', 'attempt ' || d.attempt || ' failed', d.scanned_in_at, d.id, d.order_id, '' FROM delivery.stops d
     WHERE d.tenant_id = %(tenant_id)s AND d.state = 'failed' ORDER BY d.scanned_in_at, d.id LIMIT %(most)s)
    UNION ALL
    (SELECT 'case', 'customers', replace(a.cause, '_', ' '), a.opened_at, a.id, a.order_id, '' FROM feedback.cases a
     WHERE a.tenant_id = %(tenant_id)s AND a.state = 'open' ORDER BY a.opened_at, a.id LIMIT %(most)s)
) x LEFT JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = x.order_id
ORDER BY x.since NULLS FIRST, x.subject;

-- name: silenced
-- Webhooks that the house switched off by itself.
SELECT p.id, p.url, p.off_why FROM platform.endpoints p
WHERE p.tenant_id = %(tenant_id)s AND p.state = 'off' AND p.off_why IN ('gone', 'failing') ORDER BY p.id LIMIT 20;

-- name: at_risk
-- Open orders by how little time their promise leaves, with how far they are.
SELECT o.id, o.number, o.state, o.promised_until, o.placed_at, coalesce(
    (SELECT t.state FROM tracking.trackers t WHERE t.tenant_id = %(tenant_id)s AND t.order_id = o.id ORDER BY t.id DESC LIMIT 1),
    (SELECT f.state FROM warehouse.fulfillments f WHERE f.tenant_id = %(tenant_id)s AND f.order_id = o.id ORDER BY f.id DESC LIMIT 1),
    o.state) AS stands
FROM (SELECT o1.id, o1.number, o1.state, o1.promised_until, o1.placed_at FROM orders.orders o1
      WHERE o1.tenant_id = %(tenant_id)s AND o1.state IN ('placed', 'held', 'accepted') AND o1.promised_until IS NOT NULL
      ORDER BY o1.promised_until, o1.id LIMIT 20) o
ORDER BY o.promised_until, o.id;

-- name: kept
-- Of the first promises that ended last: how many orders were there whole by it (on time in full), how many late, how many not at all.
SELECT count(*)::int AS due, count(*) FILTER (WHERE x.arrived_at <= x.promised_until)::int AS kept,
       count(*) FILTER (WHERE x.arrived_at > x.promised_until)::int AS late,
       count(*) FILTER (WHERE x.arrived_at IS NULL)::int AS missing
FROM (
    SELECT o.promised_until, o.arrived_at FROM orders.orders o
    WHERE o.tenant_id = %(tenant_id)s AND o.promised_until <= %(now)s AND o.state NOT IN ('canceled', 'merged')
    ORDER BY o.promised_until DESC, o.id DESC LIMIT %(most)s
) x;

-- name: found
-- Orders by anything a person has at hand: number, reference, e-mail, SKU, tracking number.
SELECT DISTINCT ON (f.rank, o.placed_at, o.id) o.id, o.number, o.state, o.placed_at, f.how
FROM (
    SELECT o1.id, 1 AS rank, 'number' AS how FROM orders.orders o1
    WHERE o1.tenant_id = %(tenant_id)s AND o1.number = %(number)s
    UNION ALL
    SELECT o1.id, 2, 'reference' FROM orders.orders o1
    WHERE o1.tenant_id = %(tenant_id)s AND o1.external_ref = %(q)s
    UNION ALL
    SELECT l.order_id, 3, 'tracking number' FROM shipping.labels l
    WHERE l.tenant_id = %(tenant_id)s AND l.tracking_number = %(q)s
    UNION ALL
    SELECT c.order_id, 4, 'e-mail' FROM orders.contacts c
    WHERE c.tenant_id = %(tenant_id)s AND c.email_key = lower(%(q)s)
    UNION ALL
    (SELECT l.order_id, 5, 'SKU' FROM catalog.products p
     JOIN orders.lines l ON l.tenant_id = %(tenant_id)s AND l.product_id = p.id
     WHERE p.tenant_id = %(tenant_id)s AND p.sku = %(q)s ORDER BY l.id DESC LIMIT 50)
) f JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = f.id
ORDER BY f.rank, o.placed_at DESC, o.id LIMIT 50;

-- name: numbers
-- What people call some orders.
SELECT o.id, o.number FROM orders.orders o WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[]);

-- name: order_head
-- The order whose story is told.
SELECT o.id, o.number, o.state, o.placed_at, o.promised_from, o.promised_until, o.total_minor, o.currency, m.name AS merchant
FROM orders.orders o JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = o.merchant_id
WHERE o.tenant_id = %(tenant_id)s AND o.id = %(order_id)s;

-- name: things_of_order
-- Everything with a history of its own that belongs to an order.
SELECT o.id, 'order' AS kind, o.state, '' AS about FROM orders.orders o WHERE o.tenant_id = %(tenant_id)s AND o.id = %(order_id)s
UNION ALL SELECT p.id, 'payment', p.state, p.method FROM orders.payments p WHERE p.tenant_id = %(tenant_id)s AND p.order_id = %(order_id)s
UNION ALL SELECT r.id, 'refund', r.state, r.reason FROM orders.refunds r WHERE r.tenant_id = %(tenant_id)s AND r.order_id = %(order_id)s
UNION ALL SELECT f.id, 'fulfillment', f.state, '' FROM warehouse.fulfillments f
          WHERE f.tenant_id = %(tenant_id)s AND f.order_id = %(order_id)s
UNION ALL SELECT p.id, 'parcel', p.state, 'parcel ' || p.number FROM warehouse.parcels p WHERE p.tenant_id = %(tenant_id)s AND p.order_id = %(order_id)s
UNION ALL SELECT l.id, 'label', l.state, coalesce(l.tracking_number, '') FROM shipping.labels l WHERE l.tenant_id = %(tenant_id)s AND l.order_id = %(order_id)s
UNION ALL SELECT t.id, 'tracker', t.state, '' FROM tracking.trackers t WHERE t.tenant_id = %(tenant_id)s AND t.order_id = %(order_id)s
UNION ALL SELECT m.id, 'message', m.state, m.topic || ' by ' || m.channel FROM tracking.messages m WHERE m.tenant_id = %(tenant_id)s AND m.order_id = %(order_id)s
UNION ALL SELECT s.id, 'stop', s.state, '' FROM delivery.stops s WHERE s.tenant_id = %(tenant_id)s AND s.order_id = %(order_id)s
UNION ALL SELECT r.id, 'rating', r.state, '' FROM feedback.ratings r WHERE r.tenant_id = %(tenant_id)s AND r.order_id = %(order_id)s
UNION ALL SELECT c.id, 'case', c.state, '' FROM feedback.cases c WHERE c.tenant_id = %(tenant_id)s AND c.order_id = %(order_id)s
UNION ALL SELECT r.id, 'return', r.state, 'return ' || r.number FROM feedback.returns r WHERE r.tenant_id = %(tenant_id)s AND r.order_id = %(order_id)s;

-- name: newest
-- When the tenant's newest event was written, so that a live page renews only when something happened.
SELECT max(e.recorded_at) FROM platform.events e WHERE e.tenant_id = %(tenant_id)s;
