-- Messages: owed, sent, replaced, stopped.

-- name: reachable
-- How the customers of some orders can be reached, and in which language.
SELECT o.id AS order_id, o.merchant_id, o.language, c.email, c.phone
FROM orders.orders o JOIN orders.contacts c ON c.tenant_id = o.tenant_id AND c.order_id = o.id
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[]);

-- name: merged_orders
-- Orders that became a part of another one, with its number.
SELECT o.id, other.number FROM orders.orders o
JOIN orders.orders other ON other.tenant_id = %(tenant_id)s AND other.id = o.merged_into
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[]) ORDER BY o.id;

-- name: owe_messages
-- What is owed, once per meaning.
INSERT INTO tracking.messages (tenant_id, id, order_id, tracker_id, merchant_id, channel, topic, meaning, recipient, language,
    facts, owed_at)
SELECT %(tenant_id)s, id, order_id, tracker_id, merchant_id, channel, topic, meaning, recipient, language, facts, %(now)s
FROM unnest(%(ids)s::uuid[], %(order_ids)s::uuid[], %(tracker_ids)s::uuid[], %(merchant_ids)s::uuid[], %(channels)s::text[],
    %(topics)s::text[], %(meanings)s::text[], %(recipients)s::text[], %(languages)s::text[], %(factss)s::jsonb[])
  AS m(id, order_id, tracker_id, merchant_id, channel, topic, meaning, recipient, language, facts)
ORDER BY id
ON CONFLICT (tenant_id, meaning) DO NOTHING RETURNING id;

-- name: messages_in_doubt
-- What an earlier run left between "calling" and "answered", longer than any call lasts.
SELECT id, channel, attempts FROM tracking.messages
WHERE tenant_id = %(tenant_id)s AND state = 'sending' AND (due_at IS NULL OR due_at <= %(real_now)s) ORDER BY id LIMIT %(most)s;

-- name: messages_going
-- From now on these are on their way; when their time is over and nobody has said what became of them, they are in doubt.
UPDATE tracking.messages SET due_at = %(real_now)s + %(doubt_s)s * interval '1 second'
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: messages_to_send
-- The oldest messages that are due, with all that their texts name, and what was owed after each about the same thing.
SELECT m.id, m.order_id, m.tracker_id, m.channel, m.topic, m.recipient, m.language, m.facts, m.attempts, m.owed_at,
       o.number AS order_number, o.currency, o.total_minor, o.placed_at, c.name AS customer,
       s.name AS merchant, s.brand_color, s.message AS merchant_message, s.sender_email, s.support_email,
       s.logo IS NOT NULL AS has_logo, t.number AS tracking_number, k.name AS carrier, coalesce(t.zone, '') AS zone, c.country, c.lat, c.lon,
       EXISTS (SELECT FROM tracking.suppressions x WHERE x.tenant_id = %(tenant_id)s
               AND x.recipient IN (lower(m.recipient), m.topic || ':' || lower(m.recipient))) AS suppressed,
       ARRAY(SELECT n.topic FROM tracking.messages n
             WHERE n.tenant_id = %(tenant_id)s AND n.order_id = m.order_id AND n.id > m.id AND n.channel = m.channel
               AND n.recipient = m.recipient AND (n.tracker_id = m.tracker_id OR n.tracker_id IS NULL OR m.tracker_id IS NULL))
         AS newer
FROM tracking.messages m
JOIN orders.orders o ON o.tenant_id = m.tenant_id AND o.id = m.order_id
JOIN orders.contacts c ON c.tenant_id = m.tenant_id AND c.order_id = m.order_id
JOIN catalog.merchants s ON s.tenant_id = m.tenant_id AND s.id = m.merchant_id
LEFT JOIN tracking.trackers t ON t.tenant_id = m.tenant_id AND t.id = m.tracker_id
LEFT JOIN catalog.carriers k ON k.tenant_id = m.tenant_id AND k.id = t.carrier_id
WHERE m.tenant_id = %(tenant_id)s AND m.state = 'owed' AND m.channel = ANY (%(channels)s::text[])
  AND (m.due_at IS NULL OR m.due_at <= %(real_now)s)
ORDER BY m.id LIMIT %(most)s FOR UPDATE OF m SKIP LOCKED;

-- name: lines_of_orders
-- What some orders hold, for messages and the customer's page.
SELECT order_id, name, quantity, total_minor FROM orders.lines
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]) ORDER BY order_id, position;

-- name: messages_answered
-- What became of calls: sent with the provider's name for it, or to be tried again later, or refused.
UPDATE tracking.messages m SET subject = u.subject, body = u.body, sent_at = u.sent_at, provider_ref = u.provider_ref,
    refusal = u.refusal, in_doubt = u.in_doubt, due_at = u.due_at, attempts = m.attempts + u.tried
FROM unnest(%(ids)s::uuid[], %(subjects)s::text[], %(bodys)s::text[], %(sent_ats)s::timestamptz[], %(provider_refs)s::text[],
    %(refusals)s::text[], %(in_doubts)s::bool[], %(due_ats)s::timestamptz[], %(trieds)s::int[])
  AS u(id, subject, body, sent_at, provider_ref, refusal, in_doubt, due_at, tried)
WHERE m.tenant_id = %(tenant_id)s AND m.id = u.id;

-- name: suppress
-- Addresses that are never written to again.
INSERT INTO tracking.suppressions (tenant_id, recipient, why, since)
SELECT %(tenant_id)s, lower(recipient), why, %(now)s FROM unnest(%(recipients)s::text[], %(whys)s::text[]) AS s(recipient, why)
ON CONFLICT (tenant_id, recipient) DO NOTHING;

-- name: forget_suppression
-- A person says that an address works again.
DELETE FROM tracking.suppressions WHERE tenant_id = %(tenant_id)s AND recipient = lower(%(recipient)s);

-- name: messages_arrived
-- A person has seen that messages in doubt did arrive; answers which of them were in doubt.
UPDATE tracking.messages SET refusal = NULL, in_doubt = false, sent_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) AND state = 'failed' AND in_doubt RETURNING id;

-- name: make_due
-- A person wants failed messages tried again at once.
UPDATE tracking.messages SET due_at = NULL, attempts = 0, refusal = NULL, in_doubt = false
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);
