-- name: centers
-- The local centers that have vans.
SELECT s.id, s.code, s.name, s.lat, s.lon, s.timezone FROM catalog.sites s
WHERE s.tenant_id = %(tenant_id)s AND s.kind = 'center' AND (%(ids)s::uuid[] IS NULL OR s.id = ANY (%(ids)s::uuid[]))
  AND EXISTS (SELECT FROM catalog.vans v WHERE v.tenant_id = %(tenant_id)s AND v.site_id = s.id)
ORDER BY s.code;

-- name: free_vans
-- The vans of a center without a route under way, and those of some routes that may still change.
SELECT v.id, v.code, v.capacity_g, v.capacity_ml, v.shift_start, v.shift_end FROM catalog.vans v
WHERE v.tenant_id = %(tenant_id)s AND v.site_id = %(site_id)s
  AND (v.id = ANY (%(also)s::uuid[]) OR NOT EXISTS (
    SELECT FROM delivery.routes r WHERE r.tenant_id = %(tenant_id)s AND r.van_id = v.id
      AND r.state IN ('planned', 'loading', 'driving')))
ORDER BY v.code;

-- name: tasks_waiting
-- The parcels that lie at a center and may be delivered on a day, the longest waiting first.
SELECT s.id, s.lat, s.lon, s.weight_g, s.volume_ml, s.window_from, s.window_until, s.told_from, s.told_until
FROM delivery.stops s
WHERE s.tenant_id = %(tenant_id)s AND s.site_id = %(site_id)s AND s.state = 'at_center'
  AND coalesce(s.not_before, %(now)s) < %(day_ends)s
ORDER BY s.attempt DESC, s.scanned_in_at, s.id LIMIT %(most)s;

-- name: tasks_of_routes
-- The stops of some routes in driving order.
SELECT s.id, s.route_id, s.position, s.state, s.eta, s.lat, s.lon, s.weight_g, s.volume_ml, s.window_from, s.window_until,
       s.told_from, s.told_until
FROM delivery.stops s
WHERE s.tenant_id = %(tenant_id)s AND s.route_id = ANY (%(route_ids)s::uuid[])
  AND s.state IN ('planned', 'loaded', 'out', 'arrived')
ORDER BY s.route_id, s.position, s.id;

-- name: add_proposal
-- A plan that waits for a dispatcher.
INSERT INTO delivery.proposals (tenant_id, id, site_id, day, made_at, made_by, plan)
VALUES (%(tenant_id)s, %(id)s, %(site_id)s, %(day)s, %(now)s, %(made_by)s, %(plan)s::jsonb);

-- name: proposal
-- A proposal, locked, so that it is accepted once.
SELECT id, site_id, day, made_at, made_by, plan, settled_at, accepted FROM delivery.proposals
WHERE tenant_id = %(tenant_id)s AND id = %(id)s FOR UPDATE;

-- name: open_proposal
-- The newest plan of a center that waits for a yes.
SELECT id, site_id, day, made_at, made_by, plan, settled_at, accepted FROM delivery.proposals
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND settled_at IS NULL ORDER BY made_at DESC LIMIT 1;

-- name: settle_proposals
-- A proposal is accepted or dropped; a newer one replaces those that still wait.
UPDATE delivery.proposals SET settled_at = %(now)s, accepted = coalesce(id = %(accepted_id)s::uuid, false)
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND settled_at IS NULL;

-- name: add_routes
-- New routes; a van that has one under way breaks van_has_a_route.
INSERT INTO delivery.routes (tenant_id, id, number, site_id, van_id, day, planned_at, departs_at, returns_at, distance_m, reasons)
SELECT %(tenant_id)s, r.id, r.number, %(site_id)s, r.van_id, %(day)s, %(now)s, r.departs_at, r.returns_at, r.distance_m,
       %(reasons)s::jsonb
FROM unnest(%(ids)s::uuid[], %(numbers)s::bigint[], %(van_ids)s::uuid[], %(departs_ats)s::timestamptz[],
    %(returns_ats)s::timestamptz[], %(distance_ms)s::int[]) AS r(id, number, van_id, departs_at, returns_at, distance_m);

-- name: seat_stops
-- Put stops into their places on routes with the time of arrival.
UPDATE delivery.stops s SET route_id = b.route_id, position = b.position, eta = b.eta, left_out = NULL,
    planned_at = coalesce(s.planned_at, %(now)s)
FROM unnest(%(ids)s::uuid[], %(route_ids)s::uuid[], %(positions)s::int[], %(etas)s::timestamptz[])
    AS b(id, route_id, position, eta)
WHERE s.tenant_id = %(tenant_id)s AND s.id = b.id;

-- name: unseat_stops
-- Take stops off their route; what the customer was told no longer binds.
UPDATE delivery.stops SET route_id = NULL, position = NULL, planned_at = NULL, eta = NULL, told_from = NULL, told_until = NULL
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: leave_out
-- Why a plan does not serve some stops, shown until another plan does.
UPDATE delivery.stops s SET left_out = b.message
FROM unnest(%(ids)s::uuid[], %(messages)s::text[]) AS b(id, message)
WHERE s.tenant_id = %(tenant_id)s AND s.id = b.id AND s.state = 'at_center';

-- name: set_etas
-- New times of arrival, for those that changed.
UPDATE delivery.stops s SET eta = b.eta
FROM unnest(%(ids)s::uuid[], %(etas)s::timestamptz[]) AS b(id, eta)
WHERE s.tenant_id = %(tenant_id)s AND s.id = b.id;

-- name: set_told
-- What the customers were told.
UPDATE delivery.stops s SET told_from = b.told_from, told_until = b.told_until
FROM unnest(%(ids)s::uuid[], %(told_froms)s::timestamptz[], %(told_untils)s::timestamptz[]) AS b(id, told_from, told_until)
WHERE s.tenant_id = %(tenant_id)s AND s.id = b.id;

-- name: hold_routes
-- Routes of some ids, locked in id order, with their van, as acts must know them.
SELECT r.id, r.state, r.number, r.site_id, r.van_id, v.code AS van, r.driver, r.driver_name, r.day, r.departs_at, r.departed_at,
       site.lat, site.lon, site.timezone AS zone, site.name AS site, site.code AS site_code, v.capacity_g, v.capacity_ml,
       v.shift_start, v.shift_end
FROM delivery.routes r
JOIN catalog.vans v ON v.tenant_id = %(tenant_id)s AND v.id = r.van_id
JOIN catalog.sites site ON site.tenant_id = %(tenant_id)s AND site.id = r.site_id
WHERE r.tenant_id = %(tenant_id)s AND r.id = ANY (%(ids)s::uuid[]) ORDER BY r.id FOR UPDATE OF r;

-- name: changeable_routes
-- The routes of a center and day that have not left.
SELECT r.id FROM delivery.routes r
WHERE r.tenant_id = %(tenant_id)s AND r.site_id = %(site_id)s AND r.day = %(day)s AND r.state IN ('planned', 'loading')
ORDER BY r.id;

-- name: driving_routes
-- The route that each of some vans drives, with the stops left and the newest position of the van.
SELECT r.id, r.van_id FROM delivery.routes r
WHERE r.tenant_id = %(tenant_id)s AND r.van_id = ANY (%(van_ids)s::uuid[]) AND r.state = 'driving';

-- name: change_route
-- A changed plan: other times, another length, and what the driver must see.
UPDATE delivery.routes SET departs_at = %(departs_at)s, returns_at = %(returns_at)s, distance_m = %(distance_m)s,
    changes = CASE WHEN state = 'planned' THEN changes ELSE changes || %(changes)s::jsonb END
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: see_changes
-- The driver has seen what changed.
UPDATE delivery.routes SET changes = '[]'
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND changes <> '[]'::jsonb;

-- name: take_route
-- Who drives.
UPDATE delivery.routes SET driver = %(driver)s, driver_name = %(driver_name)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: set_departed
-- When the van left.
UPDATE delivery.routes SET departed_at = %(now)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: routes_shown
-- Routes with van and counts, those under way first, then the newest.
SELECT r.id, r.state, r.number, r.site_id, r.van_id, v.code AS van, r.driver, r.driver_name, v.driver_user_id, r.day,
       r.planned_at, r.departs_at, r.returns_at, r.departed_at, r.distance_m, r.reasons, r.changes,
       coalesce(n.stops, 0) AS stops, coalesce(n.loaded, 0) AS loaded, coalesce(n.done, 0) AS done,
       coalesce(n.failed, 0) AS failed
FROM delivery.routes r JOIN catalog.vans v ON v.tenant_id = %(tenant_id)s AND v.id = r.van_id
LEFT JOIN LATERAL (
    SELECT count(*)::int AS stops, count(*) FILTER (WHERE s.state <> 'planned')::int AS loaded,
           count(*) FILTER (WHERE s.state = 'delivered')::int AS done, count(*) FILTER (WHERE s.state = 'failed')::int AS failed
    FROM delivery.stops s WHERE s.tenant_id = %(tenant_id)s AND s.route_id = r.id
) n ON true
WHERE r.tenant_id = %(tenant_id)s AND (%(ids)s::uuid[] IS NULL OR r.id = ANY (%(ids)s::uuid[]))
  AND (%(site_id)s::uuid IS NULL OR r.site_id = %(site_id)s)
  AND (%(day)s::date IS NULL OR r.day = %(day)s OR r.state IN ('planned', 'loading', 'driving'))
  AND (%(states)s::text[] IS NULL OR r.state = ANY (%(states)s::text[]))
ORDER BY (r.state IN ('planned', 'loading', 'driving')) DESC, r.day DESC, r.number LIMIT %(most)s;

-- name: tasks_by_id
-- Some stops as a plan knows them.
SELECT s.id, s.lat, s.lon, s.weight_g, s.volume_ml, s.window_from, s.window_until, s.told_from, s.told_until
FROM delivery.stops s WHERE s.tenant_id = %(tenant_id)s AND s.id = ANY (%(ids)s::uuid[]);
