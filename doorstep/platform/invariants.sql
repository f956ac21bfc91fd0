-- name: state_is_not_its_history
-- A thing's state and count of events must be the fold of its history; here somebody wrote around the journal.
SELECT t.id, t.state, t.seq, e.now AS told, e.seq AS told_seq
FROM {table} t LEFT JOIN LATERAL (
    SELECT events.seq, events.now FROM platform.events
    WHERE events.tenant_id = %(tenant_id)s AND events.subject = t.id ORDER BY events.seq DESC LIMIT 1
) e ON true
WHERE t.tenant_id = %(tenant_id)s AND (e.seq IS DISTINCT FROM t.seq OR e.now IS DISTINCT FROM t.state)
LIMIT 50;

-- name: history_has_a_gap
-- The events of a thing count from 1 without a gap; here one is missing or one came twice.
SELECT subject, count(*)::int AS events, max(seq) AS last
FROM platform.events WHERE tenant_id = %(tenant_id)s
GROUP BY subject HAVING count(*) <> max(seq) LIMIT 50;

-- name: work_was_given_up
-- Work that failed too often waits for a person; look at the page of owed work and try it again.
SELECT name, subject, attempts, error FROM platform.tasks
WHERE tenant_id = %(tenant_id)s AND dead_at IS NOT NULL LIMIT 50;

-- name: work_is_stuck
-- Owed work that is long due and that nobody takes: is a worker running?
SELECT name, count(*)::int AS owed, min(due_at) AS since FROM platform.tasks
WHERE tenant_id = %(tenant_id)s AND dead_at IS NULL AND recurs_s IS NULL AND due_at < now() - interval '10 minutes'
GROUP BY name LIMIT 50;
