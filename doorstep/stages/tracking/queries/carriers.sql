-- Carriers who call us, and whom we ask.

-- name: carrier_by_code
-- Whose hook it is, and the secret it signs with.
SELECT id, code, kind, base_url, api_key, hook_secret FROM catalog.carriers
WHERE tenant_id = %(tenant_id)s AND code = %(code)s;

-- name: carriers_to_ask
-- The carriers with an API, by id.
SELECT id, code, kind, base_url, api_key, hook_secret FROM catalog.carriers
WHERE tenant_id = %(tenant_id)s AND kind = 'rate_table' AND id = ANY (%(ids)s::uuid[]);

-- name: keep_calls
-- Calls as they came, each once; answers which were new.
INSERT INTO tracking.calls (tenant_id, carrier_id, call_id, number, body, received_at, folded, fault)
SELECT %(tenant_id)s, carrier_id, call_id, number, body, %(now)s, folded, fault
FROM unnest(%(carrier_ids)s::uuid[], %(call_ids)s::text[], %(numbers)s::text[], %(bodys)s::text[], %(foldeds)s::boolean[],
    %(faults)s::text[]) AS c(carrier_id, call_id, number, body, folded, fault)
ORDER BY carrier_id, call_id
ON CONFLICT (tenant_id, carrier_id, call_id) DO NOTHING RETURNING call_id;

-- name: calls_waiting
-- Calls about parcels that we did not know when they came.
SELECT carrier_id, call_id, number, body FROM tracking.calls
WHERE tenant_id = %(tenant_id)s AND carrier_id = ANY (%(carrier_ids)s::uuid[]) AND number = ANY (%(numbers)s::text[])
  AND NOT folded AND fault IS NULL;

-- name: calls_folded
-- Their parcels are known now.
UPDATE tracking.calls c SET folded = true
FROM unnest(%(carrier_ids)s::uuid[], %(call_ids)s::text[]) AS done(carrier_id, call_id)
WHERE c.tenant_id = %(tenant_id)s AND c.carrier_id = done.carrier_id AND c.call_id = done.call_id;

-- name: due_polls
-- Parcels to ask about, the most telling first.
SELECT t.id, t.parcel_id, t.carrier_id, t.number FROM tracking.trackers t
JOIN unnest(%(states)s::text[], %(worths)s::int[]) AS worth(state, worth) ON worth.state = t.state
WHERE t.tenant_id = %(tenant_id)s AND t.poll_at <= %(now)s
ORDER BY worth.worth DESC, t.poll_at LIMIT %(most)s;

-- name: put_off_polls
-- Asked now, so ask again later: holds until the answer says when.
UPDATE tracking.trackers t SET poll_at = u.poll_at
FROM unnest(%(ids)s::uuid[], %(poll_ats)s::timestamptz[]) AS u(id, poll_at)
WHERE t.tenant_id = %(tenant_id)s AND t.id = u.id;

-- name: trackers_polled
-- Where the asked parcels stand, to know when to ask again.
SELECT id, state, status_at, window_from, window_until, zone FROM tracking.trackers
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: hold_budgets
-- How many questions each carrier's account allows now; locked, because several workers ask.
SELECT carrier_id, per_hour, tokens, filled_at, failures, resumes_at FROM tracking.budgets
WHERE tenant_id = %(tenant_id)s AND carrier_id = ANY (%(carrier_ids)s::uuid[]) ORDER BY carrier_id FOR UPDATE;

-- name: open_budgets
-- A carrier that was never asked starts with a twelfth of an hour's questions.
INSERT INTO tracking.budgets (tenant_id, carrier_id, tokens, filled_at)
SELECT %(tenant_id)s, carrier_id, 300, %(now)s FROM unnest(%(carrier_ids)s::uuid[]) AS c(carrier_id)
ON CONFLICT (tenant_id, carrier_id) DO NOTHING;

-- name: spend_budgets
-- Questions were taken from the account, or it is left in peace for a while.
UPDATE tracking.budgets b SET tokens = u.tokens, filled_at = %(now)s, failures = u.failures, resumes_at = u.resumes_at
FROM unnest(%(carrier_ids)s::uuid[], %(tokenss)s::double precision[], %(failuress)s::int[], %(resumes_ats)s::timestamptz[])
  AS u(carrier_id, tokens, failures, resumes_at)
WHERE b.tenant_id = %(tenant_id)s AND b.carrier_id = u.carrier_id;
