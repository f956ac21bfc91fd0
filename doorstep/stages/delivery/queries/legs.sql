-- name: add_leg
-- A van arrived: the leg from the door it left last (else the center), with what the device measured since the last arrival.
INSERT INTO delivery.legs (tenant_id, stop_id, attempt, site_id, route_id, from_stop_id, left_at, arrived_at, device, odometer_m, gaps,
                           driven_m)
SELECT %(tenant_id)s, s.id, s.attempt + 1, s.site_id, s.route_id, last.stop_id, coalesce(last.occurred_at, r.departed_at), %(now)s,
       here.device, here.driven_m, here.gaps,
       CASE WHEN here.device = before.device AND here.gaps = before.gaps AND here.driven_m >= before.odometer_m
            THEN (here.driven_m - before.odometer_m)::int END
FROM delivery.stops s
JOIN delivery.routes r ON r.tenant_id = %(tenant_id)s AND r.id = s.route_id
LEFT JOIN LATERAL (
    SELECT a.stop_id, a.occurred_at FROM delivery.stops o
    JOIN delivery.attempts a ON a.tenant_id = %(tenant_id)s AND a.stop_id = o.id AND a.route_id = r.id AND a.undone_at IS NULL
    WHERE o.tenant_id = %(tenant_id)s AND o.route_id = r.id ORDER BY a.occurred_at DESC, o.id LIMIT 1
) last ON true
LEFT JOIN LATERAL (
    SELECT p.device, p.driven_m, p.gaps FROM delivery.positions p
    WHERE p.tenant_id = %(tenant_id)s AND p.van_id = r.van_id AND p.received_at > r.departed_at
    ORDER BY p.received_at DESC, p.occurred_at DESC LIMIT 1
) here ON true
LEFT JOIN LATERAL (
    SELECT l.device, l.odometer_m, l.gaps FROM delivery.legs l
    WHERE l.tenant_id = %(tenant_id)s AND l.route_id = r.id ORDER BY l.arrived_at DESC, l.stop_id LIMIT 1
) before ON true
WHERE s.tenant_id = %(tenant_id)s AND s.id = %(stop_id)s AND coalesce(last.occurred_at, r.departed_at) < %(now)s
ON CONFLICT (tenant_id, stop_id, attempt) DO NOTHING;

-- name: legs_driven
-- The newest legs of each center, with both doors.
SELECT leg.site_id, leg.zone, leg.arrived_at, leg.seconds, leg.driven_m, leg.from_lat, leg.from_lon, leg.to_lat, leg.to_lon
FROM catalog.sites site
JOIN LATERAL (
    SELECT l.site_id, site.timezone AS zone, l.arrived_at, extract(epoch FROM l.arrived_at - l.left_at)::int AS seconds, l.driven_m,
           coalesce(f.lat, site.lat) AS from_lat, coalesce(f.lon, site.lon) AS from_lon, t.lat AS to_lat, t.lon AS to_lon
    FROM delivery.legs l
    JOIN delivery.stops t ON t.tenant_id = %(tenant_id)s AND t.id = l.stop_id
    LEFT JOIN delivery.stops f ON f.tenant_id = %(tenant_id)s AND f.id = l.from_stop_id
    WHERE l.tenant_id = %(tenant_id)s AND l.site_id = site.id AND l.arrived_at > %(now)s - interval '60 days'
      AND l.arrived_at - l.left_at < interval '3 hours'
    ORDER BY l.arrived_at DESC, l.stop_id LIMIT %(most)s
) leg ON true
WHERE site.tenant_id = %(tenant_id)s AND site.kind = 'center';

-- name: keep_experience
-- What was learned, per center and hour.
INSERT INTO delivery.experience (tenant_id, site_id, hour, circuity_percent, speed_m_h, leg_s, legs, learned_at)
SELECT %(tenant_id)s, e.*, %(now)s FROM unnest(%(site_ids)s::uuid[], %(hours)s::smallint[], %(circuity_percents)s::int[],
    %(speed_m_hs)s::int[], %(leg_ss)s::int[], %(legss)s::int[]) AS e
ON CONFLICT (tenant_id, site_id, hour) DO UPDATE SET circuity_percent = excluded.circuity_percent, speed_m_h = excluded.speed_m_h,
    leg_s = excluded.leg_s, legs = excluded.legs, learned_at = excluded.learned_at;

-- name: experience
-- How vans drive around a center: at an hour if that is known, else over the day.
SELECT circuity_percent, speed_m_h, leg_s, legs FROM delivery.experience
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND hour IN (%(hour)s, -1) ORDER BY hour DESC LIMIT 1;

-- name: forget_legs
-- Legs from which nothing more is learned.
DELETE FROM delivery.legs WHERE tenant_id = %(tenant_id)s AND arrived_at < %(now)s - interval '60 days';
