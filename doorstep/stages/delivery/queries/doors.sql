-- name: add_attempts
-- How tries ended; the same report twice is one row.
INSERT INTO delivery.attempts (tenant_id, stop_id, attempt, route_id, outcome, reason, note, driver, lat, lon, distance_m, occurred_at)
SELECT %(tenant_id)s, a.* FROM unnest(%(stop_ids)s::uuid[], %(attempts)s::int[], %(route_ids)s::uuid[], %(outcomes)s::text[],
    %(reasons)s::text[], %(notes)s::text[], %(drivers)s::text[], %(lats)s::float8[], %(lons)s::float8[], %(distance_ms)s::int[],
    %(occurred_ats)s::timestamptz[]) AS a
ON CONFLICT (tenant_id, stop_id, attempt) DO NOTHING;

-- name: add_proofs
-- What proves deliveries.
INSERT INTO delivery.proofs (tenant_id, stop_id, attempt, kind, received_by, signature, photo, lat, lon, accuracy_m, distance_m,
                             sha256, occurred_at)
SELECT %(tenant_id)s, stop_id, attempt, kind, received_by, signature, photo, lat, lon, accuracy_m, distance_m, sha256, occurred_at
FROM unnest(%(stop_ids)s::uuid[], %(attempts)s::int[], %(kinds)s::text[], %(received_bys)s::text[], %(signatures)s::text[],
            %(photos)s::bytea[], %(lats)s::float8[], %(lons)s::float8[], %(accuracy_ms)s::int[], %(distance_ms)s::int[],
            %(sha256s)s::bytea[], %(occurred_ats)s::timestamptz[])
  AS p(stop_id, attempt, kind, received_by, signature, photo, lat, lon, accuracy_m, distance_m, sha256, occurred_at)
ORDER BY stop_id;

-- name: count_attempt
-- One more try at some doors.
UPDATE delivery.stops SET attempt = attempt + 1 WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: count_pin_try
-- A wrong PIN; the server alone counts.
UPDATE delivery.stops SET pin_tries = pin_tries + 1 WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: tries_of
-- The failed tries of some stops that were not taken back, and the latest of them.
SELECT a.stop_id, count(*)::int AS tries, max(a.attempt) AS last_attempt, max(a.occurred_at) AS last_at,
       (array_agg(a.reason ORDER BY a.attempt DESC))[1] AS last_reason
FROM delivery.attempts a
WHERE a.tenant_id = %(tenant_id)s AND a.stop_id = ANY (%(ids)s::uuid[]) AND a.outcome = 'failed' AND a.undone_at IS NULL
GROUP BY a.stop_id;

-- name: undo_attempt
-- A try that was a slip of the finger.
UPDATE delivery.attempts SET undone_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND stop_id = %(stop_id)s AND attempt = %(attempt)s AND undone_at IS NULL;

-- name: attempts_of
-- The tries of a stop, oldest first.
SELECT attempt, outcome, reason, note, driver, distance_m, occurred_at, undone_at FROM delivery.attempts
WHERE tenant_id = %(tenant_id)s AND stop_id = %(stop_id)s ORDER BY attempt;

-- name: proofs_shown
-- The proofs of some orders or stops, the picture left out.
SELECT p.stop_id, s.tracking_number, p.attempt, p.kind, p.received_by, p.signature, p.photo IS NOT NULL AS has_photo, p.lat, p.lon,
       p.accuracy_m, p.distance_m, encode(p.sha256, 'hex') AS sha256, p.occurred_at
FROM delivery.proofs p JOIN delivery.stops s ON s.tenant_id = %(tenant_id)s AND s.id = p.stop_id
WHERE p.tenant_id = %(tenant_id)s
  AND (s.order_id = ANY (%(order_ids)s::uuid[]) OR p.stop_id = ANY (%(stop_ids)s::uuid[]))
ORDER BY p.occurred_at, p.stop_id;

-- name: photo
-- The picture of a proof.
SELECT p.photo FROM delivery.proofs p JOIN delivery.stops s ON s.tenant_id = %(tenant_id)s AND s.id = p.stop_id
WHERE p.tenant_id = %(tenant_id)s AND p.stop_id = %(stop_id)s AND p.photo IS NOT NULL
  AND (%(merchant_id)s::uuid IS NULL OR s.merchant_id = %(merchant_id)s) ORDER BY p.attempt DESC LIMIT 1;
