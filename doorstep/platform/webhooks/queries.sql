-- name: add_endpoint
-- A new place to tell events to.
INSERT INTO platform.endpoints (tenant_id, id, merchant_id, url, note, kinds)
VALUES (%(tenant_id)s, %(id)s, %(merchant_id)s, %(url)s, %(note)s, %(kinds)s::text[]);

-- name: add_errand
-- An endpoint has an errand of its own that comes again and again, so that a slow one holds up nobody else.
INSERT INTO platform.tasks (tenant_id, name, subject, seq, recurs_s)
VALUES (%(tenant_id)s, %(name)s, %(endpoint_id)s, 0, %(recurs_s)s)
ON CONFLICT (tenant_id, name, subject, seq) DO NOTHING;

-- name: end_errand
-- Nobody calls a removed endpoint again.
DELETE FROM platform.tasks WHERE tenant_id = %(tenant_id)s AND name = %(name)s AND subject = %(endpoint_id)s;

-- name: count_endpoints
-- How many there are, for the limit.
SELECT count(*)::int FROM platform.endpoints WHERE tenant_id = %(tenant_id)s AND state <> 'removed';

-- name: endpoints
-- The endpoints that a caller may see, the newest first.
SELECT p.id, p.state, p.merchant_id, p.url, p.note, p.kinds, p.made_at, p.since, p.secret_number, p.old_secret_until, p.failing_since,
       p.off_why, (SELECT count(*)::int FROM (SELECT 1 FROM platform.deliveries d
                   WHERE d.tenant_id = %(tenant_id)s AND d.endpoint_id = p.id AND d.settled_at IS NULL LIMIT 10000) w) AS waiting
FROM platform.endpoints p
WHERE p.tenant_id = %(tenant_id)s AND p.state <> 'removed'
  AND (%(id)s::uuid IS NULL OR p.id = %(id)s) AND (%(merchant_id)s::uuid IS NULL OR p.merchant_id = %(merchant_id)s)
ORDER BY p.id DESC;

-- name: change_endpoint
-- Another address, other events, another note.
UPDATE platform.endpoints SET url = %(url)s, kinds = %(kinds)s::text[], note = %(note)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: mark_off
-- Why it is off.
UPDATE platform.endpoints SET off_why = %(why)s
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: mark_on
-- It begins anew: what happened meanwhile is told by a replay only.
UPDATE platform.endpoints SET off_why = NULL, failing_since = NULL, since = now()
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: rotate_secret
-- The next secret; the one until now signs along for a while.
UPDATE platform.endpoints SET secret_number = secret_number + 1, old_secret_until = now() + %(overlap_s)s * interval '1 second'
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: want_events
-- What the journal needs to know: the events that some endpoint of the tenant wants to hear of.
UPDATE directory.tenants SET wanted_events = coalesce((
    SELECT array_agg(DISTINCT kind ORDER BY kind) FROM platform.endpoints p CROSS JOIN unnest(p.kinds) AS kind
    WHERE p.tenant_id = %(tenant_id)s AND p.state = 'on'), '{}')
WHERE id = %(tenant_id)s;

-- name: narrowed
-- Whether some endpoint hears of one merchant's things only, so that it matters whose a thing is.
SELECT exists(SELECT FROM platform.endpoints p
              WHERE p.tenant_id = %(tenant_id)s AND p.state = 'on' AND p.merchant_id IS NOT NULL);

-- name: kinds_of
-- What kind of things these are.
SELECT DISTINCT e.kind, e.subject FROM platform.events e
WHERE e.tenant_id = %(tenant_id)s AND e.subject = ANY (%(subjects)s::uuid[]);

-- name: owe_deliveries
-- Every event of these things that an endpoint wants and is not owed yet, each thing's events in their order, so that an earlier
-- event is always there before a later one. Older ones were owed long ago and may be forgotten already.
INSERT INTO platform.deliveries (tenant_id, endpoint_id, subject, seq)
SELECT %(tenant_id)s, p.id, e.subject, e.seq
FROM platform.events e
JOIN platform.endpoints p ON p.tenant_id = %(tenant_id)s AND p.state = 'on' AND e.recorded_at >= p.since
    AND e.kind || '.' || e.name = ANY (p.kinds)
LEFT JOIN unnest(%(owned)s::uuid[], %(owners)s::uuid[]) AS owner(subject, merchant_id) ON owner.subject = e.subject
WHERE e.tenant_id = %(tenant_id)s AND e.subject = ANY (%(subjects)s::uuid[]) AND e.recorded_at > now() - interval '7 days'
  AND (p.merchant_id IS NULL OR p.merchant_id = owner.merchant_id)
ORDER BY p.id, e.subject, e.seq
ON CONFLICT (tenant_id, endpoint_id, subject, seq) DO NOTHING
RETURNING endpoint_id;

-- name: owe_ping
-- A ping goes to the endpoint it is about, whatever else it wants.
INSERT INTO platform.deliveries (tenant_id, endpoint_id, subject, seq)
SELECT %(tenant_id)s, p.id, p.id, p.seq FROM platform.endpoints p WHERE p.tenant_id = %(tenant_id)s AND p.id = %(id)s
RETURNING seq;

-- name: owe_own
-- Events of things that were made for one endpoint each.
INSERT INTO platform.deliveries (tenant_id, endpoint_id, subject, seq)
SELECT %(tenant_id)s, endpoint_id, subject, 1 FROM unnest(%(endpoint_ids)s::uuid[], %(subjects)s::uuid[]) AS own(endpoint_id, subject)
ORDER BY endpoint_id, subject;

-- name: wake
-- Errands that have something to do come now. The moment lies a little back, so that one that just ends sees that it was woken.
WITH mine AS (
    SELECT t.name, t.subject FROM platform.tasks t
    WHERE t.tenant_id = %(tenant_id)s AND t.name = %(name)s AND t.subject = ANY (%(ids)s::uuid[]) AND t.due_at > now()
    ORDER BY t.subject FOR UPDATE OF t
)
UPDATE platform.tasks t SET due_at = now() - interval '2 seconds' FROM mine
WHERE t.tenant_id = %(tenant_id)s AND t.name = mine.name AND t.subject = mine.subject;

-- name: due_deliveries
-- What an endpoint is owed now: of each thing the earliest event that did not arrive yet.
SELECT d.subject, d.seq, d.attempts, extract(epoch FROM now() - d.owed_at)::float AS age_s, e.kind, e.name, e.was, e.occurred_at, e.facts
FROM platform.deliveries d
JOIN platform.events e ON e.tenant_id = %(tenant_id)s AND e.subject = d.subject AND e.seq = d.seq
WHERE d.tenant_id = %(tenant_id)s AND d.endpoint_id = %(endpoint_id)s AND d.settled_at IS NULL AND d.due_at <= now()
  AND NOT EXISTS (SELECT FROM platform.deliveries b WHERE b.tenant_id = %(tenant_id)s AND b.endpoint_id = d.endpoint_id
                  AND b.subject = d.subject AND b.seq < d.seq AND b.settled_at IS NULL)
ORDER BY d.due_at, d.subject LIMIT %(most)s;

-- name: log_attempts
-- What each call came to.
INSERT INTO platform.attempts (tenant_id, endpoint_id, subject, seq, status, duration_ms, answer, error)
SELECT %(tenant_id)s, %(endpoint_id)s, a.subject, a.seq, a.status, a.duration_ms, a.answer, a.error
FROM unnest(%(subjects)s::uuid[], %(seqs)s::int[], %(statuss)s::int[], %(duration_mss)s::int[], %(answers)s::text[], %(errors)s::text[])
  AS a(subject, seq, status, duration_ms, answer, error)
ON CONFLICT (tenant_id, endpoint_id, subject, seq, at) DO NOTHING;

-- name: settle
-- Delivered, given up, or due again after a wait.
UPDATE platform.deliveries d SET attempts = d.attempts + 1, outcome = r.outcome,
    settled_at = CASE WHEN r.outcome IS NOT NULL THEN now() END, due_at = now() + r.wait_s * interval '1 second'
FROM unnest(%(subjects)s::uuid[], %(seqs)s::int[], %(outcomes)s::text[], %(waits)s::int[]) AS r(subject, seq, outcome, wait_s)
WHERE d.tenant_id = %(tenant_id)s AND d.endpoint_id = %(endpoint_id)s AND d.subject = r.subject AND d.seq = r.seq;

-- name: hear_failure
-- Nothing arrives since now, or since before; whether that is too long.
UPDATE platform.endpoints SET failing_since = coalesce(failing_since, now())
WHERE tenant_id = %(tenant_id)s AND id = %(endpoint_id)s
RETURNING failing_since <= now() - %(off_after_s)s * interval '1 second';

-- name: hear_success
-- Something arrived; what waited for a long outage to end is due at once.
WITH healed AS (
    UPDATE platform.endpoints p SET failing_since = NULL
    FROM platform.endpoints was
    WHERE p.tenant_id = %(tenant_id)s AND was.tenant_id = %(tenant_id)s AND p.id = %(endpoint_id)s AND was.id = p.id
      AND p.failing_since IS NOT NULL
    RETURNING was.failing_since
)
UPDATE platform.deliveries d SET due_at = now() FROM healed
WHERE d.tenant_id = %(tenant_id)s AND d.endpoint_id = %(endpoint_id)s AND d.settled_at IS NULL AND d.due_at > now()
  AND healed.failing_since < now() - interval '5 minutes';

-- name: log_of_endpoint
-- The delivery log, the newest first, by what became of it.
SELECT d.subject, d.seq, e.kind || '.' || e.name AS event, e.occurred_at, d.owed_at, d.due_at, d.attempts, d.outcome, d.settled_at,
       d.settled_at IS NULL AND EXISTS (SELECT FROM platform.deliveries b WHERE b.tenant_id = %(tenant_id)s
           AND b.endpoint_id = d.endpoint_id AND b.subject = d.subject AND b.seq < d.seq AND b.settled_at IS NULL) AS waits_for
FROM platform.deliveries d
JOIN platform.events e ON e.tenant_id = %(tenant_id)s AND e.subject = d.subject AND e.seq = d.seq
WHERE d.tenant_id = %(tenant_id)s AND d.endpoint_id = %(endpoint_id)s
  AND (%(outcome)s::text IS NULL OR coalesce(d.outcome, 'waiting') = %(outcome)s)
  AND (d.owed_at, d.subject, d.seq) < (%(before)s::timestamptz, %(before_subject)s::uuid, %(before_seq)s::int)
ORDER BY d.owed_at DESC, d.subject DESC, d.seq DESC LIMIT %(most)s;

-- name: attempts_of
-- The calls of some deliveries, the oldest first.
SELECT a.subject, a.seq, a.at, a.status, a.duration_ms, a.answer, a.error
FROM platform.attempts a
JOIN unnest(%(subjects)s::uuid[], %(seqs)s::int[]) AS of(subject, seq) ON of.subject = a.subject AND of.seq = a.seq
WHERE a.tenant_id = %(tenant_id)s AND a.endpoint_id = %(endpoint_id)s
ORDER BY a.at LIMIT 2000;

-- name: owe_again
-- Deliveries of the log that a person wants sent once more; one that is owed already is due at once.
UPDATE platform.deliveries d SET settled_at = NULL, outcome = NULL, attempts = 0, owed_at = now(), due_at = now()
FROM unnest(%(subjects)s::uuid[], %(seqs)s::int[]) AS again(subject, seq)
WHERE d.tenant_id = %(tenant_id)s AND d.endpoint_id = %(endpoint_id)s AND d.subject = again.subject AND d.seq = again.seq;

-- name: events_between
-- The events of a span that an endpoint wants, in the order they were written; those of one moment stay together.
SELECT e.subject, e.seq, e.kind, e.recorded_at
FROM platform.events e
WHERE e.tenant_id = %(tenant_id)s AND e.recorded_at >= %(since)s AND e.recorded_at < %(until)s
  AND e.kind || '.' || e.name = ANY (%(kinds)s::text[])
ORDER BY e.recorded_at FETCH FIRST %(most)s ROWS WITH TIES;

-- name: owe_replay
-- Events told once more, or for the first time; twice is once.
INSERT INTO platform.deliveries (tenant_id, endpoint_id, subject, seq)
SELECT %(tenant_id)s, %(endpoint_id)s, again.subject, again.seq
FROM unnest(%(subjects)s::uuid[], %(seqs)s::int[]) AS again(subject, seq)
ORDER BY again.subject, again.seq
ON CONFLICT (tenant_id, endpoint_id, subject, seq)
DO UPDATE SET settled_at = NULL, outcome = NULL, attempts = 0, owed_at = now(), due_at = now();

-- name: forget_attempts
-- The log is kept for thirty days.
DELETE FROM platform.attempts WHERE tenant_id = %(tenant_id)s AND at < now() - interval '30 days';

-- name: forget_deliveries
-- What came to an end thirty days ago leaves the log.
DELETE FROM platform.deliveries WHERE tenant_id = %(tenant_id)s AND settled_at < now() - interval '30 days';

-- name: machine_time
-- What time it is for secrets: the database's own.
SELECT now();
