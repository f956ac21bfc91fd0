-- name: stops_on_a_route_have_their_place
-- A parcel in a van or planned for one has a route and a place on it; one at the center, withdrawn or expected has none.
SELECT s.id, s.state, s.route_id, s.position FROM delivery.stops s
WHERE s.tenant_id = %(tenant_id)s
  AND ((s.state IN ('planned', 'loaded', 'out', 'arrived') AND (s.route_id IS NULL OR s.position IS NULL))
    OR (s.state IN ('expected', 'at_center', 'withdrawn', 'returned') AND s.route_id IS NOT NULL))
LIMIT 50;

-- name: stops_move_with_their_route
-- A parcel is under way only while its van is, and planned or loaded only before the van left.
SELECT s.id, s.state, r.state AS route FROM delivery.stops s
JOIN delivery.routes r ON r.tenant_id = %(tenant_id)s AND r.id = s.route_id
WHERE s.tenant_id = %(tenant_id)s
  AND ((s.state IN ('out', 'arrived') AND r.state <> 'driving')
    OR (s.state = 'planned' AND r.state NOT IN ('planned', 'loading')) OR (s.state = 'loaded' AND r.state <> 'loading'))
LIMIT 50;

-- name: deliveries_are_proven_once
-- A delivered parcel has one delivery among its tries, and one proof; others have none that was not taken back.
SELECT s.id, s.state, a.delivered, p.proofs
FROM (SELECT id, state FROM delivery.stops WHERE tenant_id = %(tenant_id)s) s
LEFT JOIN (SELECT stop_id, count(*) AS delivered FROM delivery.attempts
           WHERE tenant_id = %(tenant_id)s AND outcome = 'delivered' GROUP BY stop_id) a ON a.stop_id = s.id
LEFT JOIN (SELECT stop_id, count(*) AS proofs FROM delivery.proofs WHERE tenant_id = %(tenant_id)s GROUP BY stop_id) p
  ON p.stop_id = s.id
WHERE coalesce(a.delivered, 0) <> (s.state = 'delivered')::int OR coalesce(p.proofs, 0) <> (s.state = 'delivered')::int
LIMIT 50;

-- name: attempts_are_counted
-- The number of tries on a stop is the number of its tries.
SELECT s.id, s.attempt, a.tries FROM (SELECT id, attempt FROM delivery.stops WHERE tenant_id = %(tenant_id)s) s
LEFT JOIN (SELECT stop_id, count(*)::int AS tries FROM delivery.attempts WHERE tenant_id = %(tenant_id)s GROUP BY stop_id) a
  ON a.stop_id = s.id
WHERE s.attempt <> coalesce(a.tries, 0) LIMIT 50;
