-- EDI: partners, what they sent, what they were sent.

-- name: partners
-- The partners of a tenant, of one merchant when asked so; by id, or by how an envelope names both sides, when one is meant.
SELECT s.id, s.code, s.merchant_id, m.code AS merchant, s.base_url, s.api_key, s.made_at, s.heard_at, s.failures, s.error, s.error_at,
       p.our_qualifier, p.our_id, p.their_qualifier, p.their_id, p.usage, p.version, p.documents, p.units, p.currency, p.country, p.strict
FROM orders.partners p
JOIN orders.shops s ON s.tenant_id = p.tenant_id AND s.id = p.id
JOIN catalog.merchants m ON m.tenant_id = s.tenant_id AND m.id = s.merchant_id
WHERE p.tenant_id = %(tenant_id)s AND (%(own)s::uuid IS NULL OR s.merchant_id = %(own)s) AND (%(id)s::uuid IS NULL OR s.id = %(id)s)
  AND (%(parties)s::text[] IS NULL OR ARRAY[p.their_qualifier, p.their_id, p.our_qualifier, p.our_id, p.usage] = %(parties)s)
ORDER BY s.code;

-- name: add_partner
-- A partner is connected, beside its row among the shops.
INSERT INTO orders.partners (tenant_id, id, our_qualifier, our_id, their_qualifier, their_id, usage, version, documents, units,
    currency, country, strict)
VALUES (%(tenant_id)s, %(id)s, %(our_qualifier)s, %(our_id)s, %(their_qualifier)s, %(their_id)s, %(usage)s, %(version)s,
    %(documents)s, %(units)s::jsonb, %(currency)s, %(country)s, %(strict)s);

-- name: set_units
-- What a partner's units of measure hold, and how strict we are with its envelopes.
UPDATE orders.partners SET units = %(units)s::jsonb, strict = %(strict)s WHERE tenant_id = %(tenant_id)s AND id = %(shop_id)s;

-- name: newest_order_set
-- The newest set that came about an order, as text.
SELECT kind, control, body FROM orders.documents
WHERE tenant_id = %(tenant_id)s AND shop_id = %(shop_id)s AND ref = %(ref)s AND goes = 'in' AND kind IN ('850', '940')
  AND status <> 'refused'
ORDER BY made_at DESC, id DESC LIMIT 1;

-- name: reword
-- A refused order as it is understood now, since the partner's settings may have changed.
UPDATE orders.shop_orders SET body = %(body)s
WHERE tenant_id = %(tenant_id)s AND shop_id = %(shop_id)s AND ref = %(ref)s AND outcome = 'refused';

-- name: next_control
-- The next number of an interchange to a partner; locks it, so that numbers have no gap and no double.
UPDATE orders.partners SET control = control + 1 WHERE tenant_id = %(tenant_id)s AND id = %(shop_id)s RETURNING control;

-- name: take_interchange
-- An interchange, once; answers nothing when it is known.
INSERT INTO orders.interchanges (tenant_id, id, shop_id, control, digest, faults, heard_at)
VALUES (%(tenant_id)s, %(id)s, %(shop_id)s, %(control)s, %(digest)s, %(faults)s::jsonb, %(now)s)
ON CONFLICT (tenant_id, shop_id, control, digest) DO NOTHING RETURNING id;

-- name: known_interchange
-- What became of an interchange that came before.
SELECT id, faults FROM orders.interchanges
WHERE tenant_id = %(tenant_id)s AND shop_id = %(shop_id)s AND control = %(control)s AND digest = %(digest)s;

-- name: control_used
-- Whether a partner used a number of an interchange before, for another one.
SELECT EXISTS (
    SELECT FROM orders.interchanges
    WHERE tenant_id = %(tenant_id)s AND shop_id = %(shop_id)s AND control = %(control)s AND digest <> %(digest)s
);

-- name: add_documents
-- Sets to or from a partner.
INSERT INTO orders.documents (tenant_id, id, shop_id, interchange_id, goes, kind, control, ref, status, lines, faults, body, made_at,
    sending)
SELECT %(tenant_id)s, d.id, %(shop_id)s, %(interchange_id)s, d.goes, d.kind, d.control, d.ref, d.status, d.lines::jsonb, d.faults::jsonb,
       d.body, %(now)s, d.sending
FROM unnest(%(ids)s::uuid[], %(goess)s::text[], %(kinds)s::text[], %(controls)s::text[], %(refs)s::text[], %(statuss)s::text[],
            %(liness)s::text[], %(faultss)s::text[], %(bodys)s::text[], %(sendings)s::uuid[])
  AS d(id, goes, kind, control, ref, status, lines, faults, body, sending);

-- name: documents
-- The newest sets to and from a partner, those that wait or are at fault first.
SELECT id, goes, kind, control, ref, status, faults, made_at, sent_at, error, answer, answered_at FROM orders.documents
WHERE tenant_id = %(tenant_id)s AND shop_id = %(shop_id)s
ORDER BY (error IS NOT NULL OR faults <> '[]'::jsonb OR coalesce(answer, '') = 'R') DESC, made_at DESC, id DESC LIMIT %(most)s;

-- name: documents_of_interchange
-- The sets of an interchange and our answer to it.
SELECT goes, kind, control, status, faults, body FROM orders.documents
WHERE tenant_id = %(tenant_id)s AND interchange_id = %(interchange_id)s ORDER BY goes, id;

-- name: document
-- One set as it stands, with its text.
SELECT d.id, d.shop_id, d.goes, d.kind, d.control, d.body, d.sent_at FROM orders.documents d
JOIN orders.shops s ON s.tenant_id = d.tenant_id AND s.id = d.shop_id
WHERE d.tenant_id = %(tenant_id)s AND d.id = %(id)s AND (%(own)s::uuid IS NULL OR s.merchant_id = %(own)s);

-- name: document_to_send
-- The set that one try to deliver is about, while it waits.
SELECT id, shop_id, kind, body, control FROM orders.documents
WHERE tenant_id = %(tenant_id)s AND sending = %(sending)s AND sent_at IS NULL;

-- name: documents_to_fetch
-- The sets that wait for a partner, the oldest first.
SELECT id, shop_id, kind, body, control FROM orders.documents
WHERE tenant_id = %(tenant_id)s AND shop_id = %(shop_id)s AND goes = 'out' AND sent_at IS NULL ORDER BY made_at, id LIMIT %(most)s;

-- name: sent
-- A set was delivered or fetched, or why it was not.
UPDATE orders.documents SET sent_at = CASE WHEN %(error)s::text IS NULL THEN %(now)s END, error = %(error)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND sent_at IS NULL;

-- name: send_again
-- Sets that wait get a new try each.
UPDATE orders.documents d SET sending = s.sending
FROM (
    SELECT x.id, row_number() OVER (ORDER BY x.made_at, x.id) AS place FROM orders.documents x
    WHERE x.tenant_id = %(tenant_id)s AND x.shop_id = %(shop_id)s AND x.goes = 'out' AND x.sent_at IS NULL
) AS waiting JOIN unnest(%(sendings)s::uuid[]) WITH ORDINALITY AS s(sending, place) ON s.place = waiting.place
WHERE d.tenant_id = %(tenant_id)s AND d.id = waiting.id RETURNING d.sending;

-- name: answered
-- What a partner says of our sets; answers the control numbers that are known.
UPDATE orders.documents d SET answer = a.answer, answered_at = %(now)s
FROM unnest(%(controls)s::text[], %(answers)s::text[]) AS a(control, answer)
WHERE d.tenant_id = %(tenant_id)s AND d.shop_id = %(shop_id)s AND d.goes = 'out' AND d.control = a.control RETURNING d.control;

-- name: hearing_outcomes
-- What became of orders of partners, by the telling that was judged.
SELECT o.shop_id, o.ref, o.outcome, o.faults, o.order_id FROM orders.shop_orders o
WHERE o.tenant_id = %(tenant_id)s AND o.hearing = ANY (%(hearings)s::uuid[]) AND o.folded_at IS NOT NULL ORDER BY o.shop_id, o.ref;

-- name: partner_orders
-- Which of some orders came from partners, under which number, and why they are held.
SELECT o.shop_id, o.ref, r.state, o.order_id,
       (SELECT coalesce(array_agg(h.note ORDER BY h.placed_at), '{}') FROM orders.holds h
        WHERE h.tenant_id = o.tenant_id AND h.order_id = o.order_id AND h.released_at IS NULL) AS notes
FROM orders.shop_orders o
JOIN orders.shops s ON s.tenant_id = o.tenant_id AND s.id = o.shop_id AND s.kind = 'edi'
JOIN orders.orders r ON r.tenant_id = o.tenant_id AND r.id = o.order_id
WHERE o.tenant_id = %(tenant_id)s AND o.order_id = ANY (%(order_ids)s::uuid[]) ORDER BY o.shop_id, o.ref;

-- name: asked_lines
-- The lines of an order in its partner's words, and by which set it came: of the newest set, rather of one with lines.
SELECT kind, lines FROM orders.documents
WHERE tenant_id = %(tenant_id)s AND shop_id = %(shop_id)s AND ref = %(ref)s AND goes = 'in' AND kind IN ('850', '940')
  AND status <> 'refused'
ORDER BY lines <> '[]'::jsonb DESC, made_at DESC, id DESC LIMIT 1;

-- name: last_word
-- What an order's partner was told of it last.
SELECT status FROM orders.documents
WHERE tenant_id = %(tenant_id)s AND shop_id = %(shop_id)s AND ref = %(ref)s AND kind = '855' ORDER BY made_at DESC, id DESC LIMIT 1;
