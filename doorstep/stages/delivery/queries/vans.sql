-- name: record_positions
-- Where vans are; per device only a higher number counts, whatever its clock says. Returns the vans that moved.
-- The way from the last position is added up: less than 10 m is noise, more than 400 m leaves the streets between untold.
INSERT INTO delivery.positions AS p (tenant_id, van_id, device, device_seq, lat, lon, accuracy_m, occurred_at, received_at)
SELECT DISTINCT ON (v.id, n.device) %(tenant_id)s, v.id, n.device, n.device_seq, n.lat, n.lon, n.accuracy_m,
       least(n.occurred_at, %(now)s), %(now)s
FROM unnest(%(van_ids)s::uuid[], %(devices)s::text[], %(device_seqs)s::bigint[], %(lats)s::float8[], %(lons)s::float8[],
    %(accuracy_ms)s::int[], %(occurred_ats)s::timestamptz[]) AS n(van_id, device, device_seq, lat, lon, accuracy_m, occurred_at)
JOIN catalog.vans v ON v.tenant_id = %(tenant_id)s AND v.id = n.van_id
ORDER BY v.id, n.device, n.device_seq DESC
ON CONFLICT (tenant_id, van_id, device) DO UPDATE SET device_seq = excluded.device_seq, lat = excluded.lat, lon = excluded.lon,
    accuracy_m = excluded.accuracy_m, occurred_at = excluded.occurred_at, received_at = excluded.received_at,
    (driven_m, gaps) = (
        SELECT p.driven_m + CASE WHEN step.m >= 10 THEN step.m ELSE 0 END, p.gaps + (step.m > 400)::int
        FROM (SELECT (111195 * sqrt(power(excluded.lat - p.lat, 2)
                                    + power((excluded.lon - p.lon) * cos(radians(p.lat)), 2)))::bigint AS m) AS step)
WHERE p.device_seq < excluded.device_seq
RETURNING p.van_id;

-- name: vans_there
-- Which of some vans exist.
SELECT id FROM catalog.vans WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: last_positions
-- The newest position of each van: the device that was heard last.
SELECT DISTINCT ON (p.van_id) p.van_id, v.code AS van, p.lat, p.lon, p.accuracy_m, p.occurred_at, p.received_at
FROM delivery.positions p JOIN catalog.vans v ON v.tenant_id = %(tenant_id)s AND v.id = p.van_id
WHERE p.tenant_id = %(tenant_id)s AND (%(site_id)s::uuid IS NULL OR v.site_id = %(site_id)s)
  AND (%(van_ids)s::uuid[] IS NULL OR p.van_id = ANY (%(van_ids)s::uuid[]))
ORDER BY p.van_id, p.received_at DESC, p.occurred_at DESC;

-- name: next_seq
-- The number that follows a device's last position, for pages whose device does not count itself.
SELECT coalesce(max(device_seq), 0) + 1 FROM delivery.positions
WHERE tenant_id = %(tenant_id)s AND van_id = %(van_id)s AND device = %(device)s;

-- name: door_facts
-- What the customer of an order may see of its parcels on the last mile: their window, PIN, place in the tour, how many stops come
-- first, and where the van is.
SELECT s.id, s.state, s.tracking_number, s.pin, s.eta, s.told_from, s.told_until, s.lat, s.lon, s.position, r.state AS route_state,
       r.van_id, r.driver_name, m.name AS merchant, m.brand_color, m.logo IS NOT NULL AS has_logo, m.message, o.language, o.number AS order_number,
       site.timezone AS zone, site.lat AS site_lat, site.lon AS site_lon,
       (SELECT count(*)::int FROM delivery.stops b WHERE b.tenant_id = %(tenant_id)s AND b.route_id = s.route_id
          AND b.position < s.position AND b.state IN ('out', 'arrived')) AS ahead
FROM delivery.stops s
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = s.order_id
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = s.merchant_id
JOIN catalog.sites site ON site.tenant_id = %(tenant_id)s AND site.id = s.site_id
LEFT JOIN delivery.routes r ON r.tenant_id = %(tenant_id)s AND r.id = s.route_id
WHERE s.tenant_id = %(tenant_id)s AND s.order_id = %(order_id)s ORDER BY s.id;
