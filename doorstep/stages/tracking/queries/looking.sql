-- Looking: the customer's page, the desk, the API.

-- name: customers_order
-- What the customer's page says about an order, its merchant and its door.
SELECT o.id, o.number, o.state, o.placed_at, o.currency, o.total_minor, o.language, o.promised_from, o.promised_until,
       c.city, c.country, c.lat, c.lon, m.name AS merchant, m.brand_color, m.message AS merchant_message,
       m.support_email, m.id AS merchant_id, m.logo IS NOT NULL AS has_logo, o.merged_into, other.number AS merged_number,
       EXISTS (SELECT FROM warehouse.parcels p WHERE p.tenant_id = o.tenant_id AND p.order_id = o.id
               AND p.state IN ('packed', 'handed_over')) AS packed
FROM orders.orders o
JOIN orders.contacts c ON c.tenant_id = o.tenant_id AND c.order_id = o.id
JOIN catalog.merchants m ON m.tenant_id = o.tenant_id AND m.id = o.merchant_id
LEFT JOIN orders.orders other ON other.tenant_id = o.tenant_id AND other.id = o.merged_into
WHERE o.tenant_id = %(tenant_id)s AND o.id = %(order_id)s;

-- name: customers_parcels
-- The parcels of an order as its customer sees them.
SELECT t.id, t.number, t.state, t.reason, t.status_at, t.place, t.lat, t.lon, t.zone, t.window_from, t.window_until,
       t.window_why, t.window_changes, k.name AS carrier, k.kind = 'fleet' AS our_van
FROM tracking.trackers t JOIN catalog.carriers k ON k.tenant_id = t.tenant_id AND k.id = t.carrier_id
WHERE t.tenant_id = %(tenant_id)s AND t.order_id = %(order_id)s ORDER BY t.started_at, t.id;

-- name: logo_of_order
-- The face of the merchant of an order, for its customer's pages and mails.
SELECT m.logo FROM orders.orders o JOIN catalog.merchants m ON m.tenant_id = o.tenant_id AND m.id = o.merchant_id
WHERE o.tenant_id = %(tenant_id)s AND o.id = %(order_id)s;

-- name: news_of_order
-- A number that changes when anything of an order's journey does; looked at every second while its page is open.
SELECT o.seq + coalesce((SELECT sum(t.seq + 1) FROM tracking.trackers t WHERE t.tenant_id = o.tenant_id
                         AND t.order_id = o.id), 0)
     + coalesce((SELECT sum(p.seq) FROM warehouse.parcels p WHERE p.tenant_id = o.tenant_id AND p.order_id = o.id), 0)
FROM orders.orders o WHERE o.tenant_id = %(tenant_id)s AND o.id = %(order_id)s;

-- name: followed
-- Some trackers as lists show them, newest first.
SELECT t.id, t.number, t.state, t.reason, t.order_id, o.number AS order_number, t.merchant_id, m.name AS merchant,
       k.code AS carrier, t.parcel_id, t.started_at, t.status_at, t.last_scan_at, t.place, t.lat, t.lon, t.zone, t.window_from,
       t.window_until, t.window_why, t.window_changes
FROM tracking.trackers t
JOIN orders.orders o ON o.tenant_id = t.tenant_id AND o.id = t.order_id
JOIN catalog.merchants m ON m.tenant_id = t.tenant_id AND m.id = t.merchant_id
JOIN catalog.carriers k ON k.tenant_id = t.tenant_id AND k.id = t.carrier_id
WHERE t.tenant_id = %(tenant_id)s AND t.id = ANY (%(ids)s::uuid[])
  AND (%(merchant_id)s::uuid IS NULL OR t.merchant_id = %(merchant_id)s)
ORDER BY t.started_at DESC, t.id DESC;

-- name: newest_trackers
-- A page of the whole list, newest first.
SELECT id FROM tracking.trackers
WHERE tenant_id = %(tenant_id)s AND (started_at, id) < (%(before_at)s, %(before_id)s)
ORDER BY started_at DESC, id DESC LIMIT %(most)s;

-- name: newest_of_state
-- A page of those that stand at one status, newest first.
SELECT id FROM tracking.trackers
WHERE tenant_id = %(tenant_id)s AND state = %(state)s AND (started_at, id) < (%(before_at)s, %(before_id)s)
ORDER BY started_at DESC, id DESC LIMIT %(most)s;

-- name: newest_of_merchant
-- A page of one merchant's, newest first.
SELECT id FROM tracking.trackers
WHERE tenant_id = %(tenant_id)s AND merchant_id = %(merchant_id)s AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (started_at, id) < (%(before_at)s, %(before_id)s)
ORDER BY started_at DESC, id DESC LIMIT %(most)s;

-- name: trackers_with_number
-- Who has a tracking number; several carriers may use the same.
SELECT id FROM tracking.trackers WHERE tenant_id = %(tenant_id)s AND number = %(number)s LIMIT %(most)s;

-- name: trackers_of_order
-- An order's parcels.
SELECT id FROM tracking.trackers WHERE tenant_id = %(tenant_id)s AND order_id = %(order_id)s LIMIT %(most)s;

-- name: needing_attention
-- Parcels that need somebody: in trouble, past their window, or silent for two days; each kind by its own index.
(SELECT id FROM tracking.trackers
 WHERE tenant_id = %(tenant_id)s AND state IN ('delayed', 'held', 'attempt_failed', 'returning', 'lost', 'damaged')
 ORDER BY status_at LIMIT %(most)s)
UNION
(SELECT id FROM tracking.trackers
 WHERE tenant_id = %(tenant_id)s AND state NOT IN ('delivered', 'returned', 'lost', 'canceled') AND window_until < %(now)s
 ORDER BY window_until LIMIT %(most)s)
UNION
(SELECT id FROM tracking.trackers
 WHERE tenant_id = %(tenant_id)s AND state NOT IN ('created', 'delivered', 'returned', 'lost', 'canceled')
   AND last_scan_at < %(now)s - interval '48 hours'
 ORDER BY last_scan_at LIMIT %(most)s);

-- name: counted
-- How many parcels stand where.
SELECT state, count(*)::int AS parcels FROM tracking.trackers
WHERE tenant_id = %(tenant_id)s AND state NOT IN ('delivered', 'returned', 'lost', 'canceled')
  AND (%(merchant_id)s::uuid IS NULL OR merchant_id = %(merchant_id)s)
GROUP BY state;

-- name: starved
-- How many questions to carriers are overdue, and how many calls could not be read or wait for their parcel.
SELECT (SELECT count(*)::int FROM tracking.trackers t WHERE t.tenant_id = %(tenant_id)s AND t.poll_at < %(now)s
          - interval '30 minutes') AS late_polls,
       (SELECT count(*)::int FROM tracking.calls c WHERE c.tenant_id = %(tenant_id)s AND NOT c.folded) AS waiting_calls;

-- name: told
-- Some messages as lists show them, newest first.
SELECT m.id, m.state, m.order_id, o.number AS order_number, m.merchant_id, m.tracker_id, m.channel, m.topic, m.recipient,
       m.language, m.subject, m.body, m.owed_at, m.sent_at, m.attempts, m.refusal, m.in_doubt
FROM tracking.messages m JOIN orders.orders o ON o.tenant_id = m.tenant_id AND o.id = m.order_id
WHERE m.tenant_id = %(tenant_id)s AND m.id = ANY (%(ids)s::uuid[])
  AND (%(merchant_id)s::uuid IS NULL OR m.merchant_id = %(merchant_id)s)
ORDER BY m.id DESC;

-- name: newest_messages
-- A page of the whole list, newest first.
SELECT id FROM tracking.messages
WHERE tenant_id = %(tenant_id)s AND id < %(before_id)s AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(merchant_id)s::uuid IS NULL OR merchant_id = %(merchant_id)s)
ORDER BY id DESC LIMIT %(most)s;

-- name: failed_messages
-- A page of those that failed, newest first.
SELECT id FROM tracking.messages
WHERE tenant_id = %(tenant_id)s AND state = 'failed' AND id < %(before_id)s
  AND (%(merchant_id)s::uuid IS NULL OR merchant_id = %(merchant_id)s)
ORDER BY id DESC LIMIT %(most)s;

-- name: messages_of_order
-- What was told about an order, newest first.
SELECT id FROM tracking.messages
WHERE tenant_id = %(tenant_id)s AND order_id = %(order_id)s AND id < %(before_id)s
  AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY id DESC LIMIT %(most)s;

-- name: customers_address
-- To whom an order's messages go, for the page that stops some of them.
SELECT email FROM orders.contacts WHERE tenant_id = %(tenant_id)s AND order_id = %(order_id)s;

-- name: parcels_of_numbers
-- Which parcels a person or a program means by tracking numbers, and whose they are.
SELECT DISTINCT ON (t.number) t.number, t.parcel_id, t.merchant_id, t.zone FROM tracking.trackers t
WHERE t.tenant_id = %(tenant_id)s AND t.number = ANY (%(numbers)s::text[])
ORDER BY t.number, t.started_at DESC, t.id DESC;

-- name: message_there
-- Whether a message is there, for this caller.
SELECT id FROM tracking.messages
WHERE tenant_id = %(tenant_id)s AND id = %(message_id)s AND (%(merchant_id)s::uuid IS NULL OR merchant_id = %(merchant_id)s);

-- name: stories_of
-- Where the parcels of some orders stand; not those whose label was voided before they moved.
SELECT t.order_id, t.parcel_id, t.number, t.state, t.status_at FROM tracking.trackers t
WHERE t.tenant_id = %(tenant_id)s AND t.order_id = ANY (%(order_ids)s::uuid[]) AND t.state <> 'canceled'
ORDER BY t.order_id, t.id;

-- name: carried_of
-- How far carriers are with orders: of each the parcel that is in trouble, else the one farthest behind.
SELECT DISTINCT ON (t.order_id) t.order_id, t.state FROM tracking.trackers t
WHERE t.tenant_id = %(tenant_id)s AND t.order_id = ANY (%(order_ids)s::uuid[]) AND t.state NOT IN ('created', 'canceled')
ORDER BY t.order_id, array_position(ARRAY['lost', 'damaged', 'returning', 'held', 'attempt_failed', 'delayed', 'info_received', 'picked_up',
    'in_transit', 'customs', 'out_for_delivery', 'available_for_pickup', 'returned', 'delivered'], t.state);

-- name: orders_by_tracker
-- Orders of which some parcel is in one unfinished state, the newest.
SELECT DISTINCT t.order_id FROM (
    SELECT t1.order_id FROM tracking.trackers t1
    WHERE t1.tenant_id = %(tenant_id)s AND t1.state = %(state)s ORDER BY t1.started_at DESC, t1.id DESC LIMIT %(most)s
) t ORDER BY t.order_id DESC;
