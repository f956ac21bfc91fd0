-- name: enter_tenant
-- Tells row-level security the tenant for this transaction, learns the tenant's business time, and what its webhooks want.
SELECT CASE WHEN clock_base IS NULL THEN now()
            ELSE clock_base + (now() - clock_set_at) * clock_rate END AS business_now, wanted_events,
       set_config('doorstep.tenant', %(tenant)s, true)
FROM directory.tenants WHERE id = %(tenant_id)s AND suspended_at IS NULL;

-- name: set_clock
-- Starts a tenant's simulated clock at a time and rate.
UPDATE directory.tenants SET clock_base = %(start)s, clock_set_at = now(), clock_rate = %(rate)s
WHERE id = %(tenant_id)s;

-- name: advance_clock
-- Moves a simulated clock, forward only.
UPDATE directory.tenants SET clock_base = %(to)s, clock_set_at = now()
WHERE id = %(tenant_id)s AND clock_base + (now() - clock_set_at) * clock_rate <= %(to)s
RETURNING clock_base;

-- name: wake_timers
-- After the clock jumped, whatever waits for a business time may be due; one that runs just now comes again right after it.
UPDATE platform.tasks SET due_at = now()
WHERE tenant_id = %(tenant_id)s AND recurs_s IS NOT NULL AND due_at > now();

-- name: wake_timer
-- A timer has something to do. The moment lies a little back, so that one that just ends sees that it was woken.
UPDATE platform.tasks SET due_at = now() - interval '2 seconds'
WHERE tenant_id = %(tenant_id)s AND name = %(name)s AND subject = %(tenant_id)s AND seq = 0 AND due_at > now();

-- name: move
-- The one door: lock in id order, move what may move, write history, owe the listeners, answer per id.
WITH asked AS (
    SELECT DISTINCT ON (id) id, coalesce(own, %(facts)s::jsonb) AS facts
    FROM unnest(%(ids)s::uuid[], %(own_facts)s::jsonb[]) AS asked(id, own) ORDER BY id
), legal AS (
    SELECT was, became FROM unnest(%(was)s::text[], %(became)s::text[]) AS legal(was, became)
), held AS (
    SELECT t.id, t.state, t.seq FROM {table} t
    WHERE t.tenant_id = %(tenant_id)s AND t.id = ANY (%(ids)s::uuid[])
    ORDER BY t.id FOR UPDATE OF t
), moved AS (
    UPDATE {table} t SET state = legal.became, seq = held.seq + 1
    FROM held JOIN legal ON legal.was = held.state
    WHERE t.tenant_id = %(tenant_id)s AND t.id = held.id
    RETURNING t.id, t.seq, held.state AS was, t.state AS became
), told AS (
    INSERT INTO platform.events (tenant_id, subject, seq, kind, name, act, was, now, actor, occurred_at, facts)
    SELECT %(tenant_id)s, moved.id, moved.seq, %(kind)s, moved.became, %(act)s, moved.was, moved.became, %(actor)s,
           %(now)s, asked.facts
    FROM moved JOIN asked USING (id)
), owed AS (
    INSERT INTO platform.tasks (tenant_id, name, subject, seq)
    SELECT %(tenant_id)s, listener.name, moved.id, moved.seq
    FROM moved JOIN unnest(%(listener_states)s::text[], %(listener_names)s::text[]) AS listener(became, name)
      ON listener.became = moved.became
)
SELECT asked.id, held.state AS was, moved.became AS now
FROM asked LEFT JOIN held USING (id) LEFT JOIN moved USING (id) ORDER BY asked.id;

-- name: append_births
-- Event 1 of things just born, and what their listeners are owed.
WITH asked AS (
    SELECT id, coalesce(own, %(facts)s::jsonb) AS facts
    FROM unnest(%(ids)s::uuid[], %(own_facts)s::jsonb[]) AS asked(id, own)
), owed AS (
    INSERT INTO platform.tasks (tenant_id, name, subject, seq)
    SELECT %(tenant_id)s, listener.name, asked.id, 1
    FROM asked CROSS JOIN unnest(%(listener_names)s::text[]) AS listener(name)
)
INSERT INTO platform.events (tenant_id, subject, seq, kind, name, now, actor, occurred_at, facts)
SELECT %(tenant_id)s, id, 1, %(kind)s, %(name)s, %(name)s, %(actor)s, %(now)s, facts FROM asked;

-- name: born_and_moved
-- Things just inserted with the state that they reached at once: every event, and what its listeners are owed.
WITH asked AS (
    SELECT id, coalesce(own, %(facts)s::jsonb) AS facts
    FROM unnest(%(ids)s::uuid[], %(own_facts)s::jsonb[]) AS asked(id, own)
), owed AS (
    INSERT INTO platform.tasks (tenant_id, name, subject, seq)
    SELECT %(tenant_id)s, listener.name, asked.id, listener.seq
    FROM asked CROSS JOIN unnest(%(listener_names)s::text[], %(listener_seqs)s::int[]) AS listener(name, seq)
)
INSERT INTO platform.events (tenant_id, subject, seq, kind, name, act, was, now, actor, occurred_at, facts)
SELECT %(tenant_id)s, asked.id, step.seq, %(kind)s, step.became, step.act, step.was, step.became, %(actor)s, %(now)s,
       CASE step.seq WHEN 1 THEN asked.facts ELSE '{}' END
FROM asked CROSS JOIN unnest(%(seqs)s::int[], %(acts)s::text[], %(wass)s::text[], %(becames)s::text[])
  AS step(seq, act, was, became);

-- name: note
-- A fact in a thing's history that leaves its state as it is.
WITH asked AS (
    SELECT DISTINCT ON (id) id, coalesce(own, %(facts)s::jsonb) AS facts
    FROM unnest(%(ids)s::uuid[], %(own_facts)s::jsonb[]) AS asked(id, own) ORDER BY id
), held AS (
    SELECT t.id, t.state, t.seq FROM {table} t
    WHERE t.tenant_id = %(tenant_id)s AND t.id = ANY (%(ids)s::uuid[])
    ORDER BY t.id FOR UPDATE OF t
), moved AS (
    UPDATE {table} t SET seq = held.seq + 1 FROM held WHERE t.tenant_id = %(tenant_id)s AND t.id = held.id
    RETURNING t.id, t.seq, t.state
), owed AS (
    INSERT INTO platform.tasks (tenant_id, name, subject, seq)
    SELECT %(tenant_id)s, listener.name, moved.id, moved.seq
    FROM moved CROSS JOIN unnest(%(listener_names)s::text[]) AS listener(name)
)
INSERT INTO platform.events (tenant_id, subject, seq, kind, name, was, now, actor, occurred_at, facts)
SELECT %(tenant_id)s, moved.id, moved.seq, %(kind)s, %(name)s, moved.state, moved.state, %(actor)s, %(now)s, asked.facts
FROM moved JOIN asked USING (id);

-- name: history
-- The timeline of some things, oldest first.
SELECT kind, subject, seq, name, act, was, actor, occurred_at, recorded_at, facts
FROM platform.events WHERE tenant_id = %(tenant_id)s AND subject = ANY (%(subjects)s::uuid[])
ORDER BY occurred_at, recorded_at, subject, seq;

-- name: take_numbers
-- The next block of human numbers of a series.
INSERT INTO platform.counters (tenant_id, series, last) VALUES (%(tenant_id)s, %(series)s, %(start)s + %(count)s)
ON CONFLICT (tenant_id, series) DO UPDATE SET last = platform.counters.last + %(count)s
RETURNING last - %(count)s + 1;

-- name: give_numbers_back
-- Numbers taken and not used; nobody else could take any meanwhile, since the row is locked.
UPDATE platform.counters SET last = last - %(count)s WHERE tenant_id = %(tenant_id)s AND series = %(series)s;

-- name: claim_tasks
-- A worker leases the oldest due tasks of a tenant; the fence number rejects a worker that lost its lease.
WITH due AS (
    SELECT name, subject, seq FROM platform.tasks
    WHERE tenant_id = %(tenant_id)s AND dead_at IS NULL AND due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
      AND (name = ANY (%(errands)s::text[])) = %(outside)s
    ORDER BY due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE platform.tasks t SET leased_until = now() + %(lease_s)s * interval '1 second',
    due_at = now() + %(lease_s)s * interval '1 second', attempts = t.attempts + 1, fence = t.fence + 1
FROM due WHERE t.tenant_id = %(tenant_id)s AND t.name = due.name AND t.subject = due.subject AND t.seq = due.seq
RETURNING t.name, t.subject, t.seq, t.attempts, t.fence, t.recurs_s;

-- name: finish_tasks
-- Done tasks leave; timers come back, at once when they were woken meanwhile. Only with the fence of the lease they were claimed
-- under.
WITH mine AS (
    SELECT t.name, t.subject, t.seq, t.recurs_s
    FROM platform.tasks t JOIN unnest(%(names)s::text[], %(subjects)s::uuid[], %(seqs)s::int[], %(fences)s::int[])
      AS mine(name, subject, seq, fence) ON (t.name, t.subject, t.seq, t.fence) = (mine.name, mine.subject, mine.seq, mine.fence)
    WHERE t.tenant_id = %(tenant_id)s ORDER BY t.name, t.subject, t.seq FOR UPDATE OF t
), gone AS (
    DELETE FROM platform.tasks t USING mine
    WHERE t.tenant_id = %(tenant_id)s AND (t.name, t.subject, t.seq) = (mine.name, mine.subject, mine.seq)
      AND mine.recurs_s IS NULL
), again AS (
    UPDATE platform.tasks t SET due_at = CASE WHEN t.due_at <= now() THEN now() ELSE now() + mine.recurs_s * interval '1 second' END,
        attempts = 0, leased_until = NULL, error = NULL
    FROM mine WHERE t.tenant_id = %(tenant_id)s AND (t.name, t.subject, t.seq) = (mine.name, mine.subject, mine.seq)
      AND mine.recurs_s IS NOT NULL
)
SELECT count(*) FROM mine;

-- name: fail_task
-- A failed attempt waits and tries again, or is given up visibly.
UPDATE platform.tasks SET error = %(error)s, leased_until = NULL, due_at = now() + %(wait_s)s * interval '1 second',
    dead_at = CASE WHEN %(give_up)s THEN now() END
WHERE tenant_id = %(tenant_id)s AND name = %(name)s AND subject = %(subject)s AND seq = %(seq)s AND fence = %(fence)s;

-- name: give_back_tasks
-- A worker that stops hands back what it holds, at once.
UPDATE platform.tasks t SET due_at = now(), leased_until = NULL, attempts = greatest(t.attempts - 1, 0)
FROM unnest(%(names)s::text[], %(subjects)s::uuid[], %(seqs)s::int[], %(fences)s::int[]) AS mine(name, subject, seq, fence)
WHERE t.tenant_id = %(tenant_id)s
  AND (t.name, t.subject, t.seq, t.fence) = (mine.name, mine.subject, mine.seq, mine.fence);

-- name: add_timers
-- Every tenant has one recurring task per timer of the house.
INSERT INTO platform.tasks (tenant_id, name, subject, seq, recurs_s)
SELECT %(tenant_id)s, name, %(tenant_id)s, 0, recurs_s
FROM unnest(%(names)s::text[], %(recurs)s::double precision[]) AS timer(name, recurs_s)
ON CONFLICT (tenant_id, name, subject, seq) DO UPDATE SET recurs_s = excluded.recurs_s;

-- name: dead_tasks
-- What was given up, for the page with "try again".
SELECT name, subject, seq, attempts, error, dead_at FROM platform.tasks
WHERE tenant_id = %(tenant_id)s AND dead_at IS NOT NULL ORDER BY dead_at DESC LIMIT 200;

-- name: revive_task
-- A person decides to try a given-up task again.
UPDATE platform.tasks SET dead_at = NULL, attempts = 0, due_at = now()
WHERE tenant_id = %(tenant_id)s AND name = %(name)s AND subject = %(subject)s AND seq = %(seq)s AND dead_at IS NOT NULL;

-- name: queue_ages
-- How much is owed and how old the oldest is, per task name; a timer counts while it is due or under way.
SELECT name, count(*)::int AS owed, coalesce(extract(epoch FROM now() - min(due_at)), 0)::float AS age_s,
       count(*) FILTER (WHERE dead_at IS NOT NULL)::int AS dead,
       count(*) FILTER (WHERE leased_until > now() AND dead_at IS NULL)::int AS under_way, bool_or(recurs_s IS NOT NULL) AS timer
FROM platform.tasks
WHERE tenant_id = %(tenant_id)s AND (recurs_s IS NULL OR due_at <= now() OR leased_until > now())
GROUP BY name ORDER BY name;

-- name: find_answer
-- What was answered to an idempotency key before.
SELECT request_hash, status, body FROM platform.answers
WHERE tenant_id = %(tenant_id)s AND caller = %(caller)s AND key = %(key)s;

-- name: find_answers
-- What was answered to the idempotency keys of a batch before.
SELECT key, request_hash, status, body FROM platform.answers
WHERE tenant_id = %(tenant_id)s AND caller = %(caller)s AND key = ANY (%(keys)s::text[]);

-- name: keep_answers
-- Claims keys with their answers; a key already there stays as it was and is not returned.
INSERT INTO platform.answers (tenant_id, caller, key, request_hash, status, body)
SELECT %(tenant_id)s, caller, key, request_hash, status, body
FROM unnest(%(callers)s::text[], %(keys)s::text[], %(request_hashs)s::bytea[], %(statuss)s::int[], %(bodys)s::bytea[])
  AS answer(caller, key, request_hash, status, body)
ORDER BY caller, key
ON CONFLICT (tenant_id, caller, key) DO NOTHING RETURNING key;

-- name: add_answers
-- Keeps the answers of a batch; a key that another transaction used meanwhile breaks answers_pkey.
INSERT INTO platform.answers (tenant_id, caller, key, request_hash, status, body)
SELECT %(tenant_id)s, %(caller)s, key, request_hash, status, body
FROM unnest(%(keys)s::text[], %(request_hashs)s::bytea[], %(statuss)s::int[], %(bodys)s::bytea[])
  AS answer(key, request_hash, status, body)
ORDER BY key;

-- name: fill_answer
-- Completes a key claimed at the start of the same transaction.
UPDATE platform.answers SET status = %(status)s, body = %(body)s
WHERE tenant_id = %(tenant_id)s AND caller = %(caller)s AND key = %(key)s;

-- name: forget_answers
-- Keys are kept for two days, then forgotten.
DELETE FROM platform.answers WHERE tenant_id = %(tenant_id)s AND created_at < now() - interval '2 days';

-- name: all_tenants
-- Whom workers work for.
SELECT id FROM directory.tenants WHERE suspended_at IS NULL ORDER BY id;
