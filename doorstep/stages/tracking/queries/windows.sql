-- Windows: the first promise, and what silence does to it.

-- name: outlooks
-- What is known of orders when their first promise is made, for each site that was reserved: its clock, its calendar, its lane to the
-- address, and the service that the customer chose or that is used most often. What nothing is reserved for yet is reckoned to leave
-- from the first warehouse; where something is owed and nobody knows until when, nothing is promised.
SELECT o.id AS order_id, c.country, c.region, c.lat, c.lon, w.timezone AS site_zone, w.country AS site_country,
       w.region AS site_region, w.cutoff, coalesce(t.weekdays, '{1,2,3,4,5,6}') AS weekdays, coalesce(t.closed, '{}') AS closed,
       coalesce(t.holidays, true) AS holidays, coalesce(chosen.days_min, usual.days_min, lane.days) AS days_min,
       coalesce(chosen.days_max, usual.days_max, lane.days) AS days_max, chosen.days_max IS NOT NULL AS chosen,
       lane.days AS lane_days, w.id AS site_id, o.ships_on
FROM orders.orders o
JOIN orders.contacts c ON c.tenant_id = o.tenant_id AND c.order_id = o.id
JOIN LATERAL (
    SELECT DISTINCT r.site_id FROM inventory.reservations r
    WHERE r.tenant_id = %(tenant_id)s AND r.order_id = o.id AND r.phase IN ('pending', 'posted')
    UNION ALL
    SELECT first.id FROM (SELECT s.id FROM catalog.sites s WHERE s.tenant_id = %(tenant_id)s AND s.kind = 'warehouse'
                          ORDER BY s.code LIMIT 1) AS first
    WHERE o.ships_on IS NOT NULL AND NOT EXISTS (SELECT FROM inventory.reservations r
        WHERE r.tenant_id = %(tenant_id)s AND r.order_id = o.id AND r.phase IN ('pending', 'posted'))
) held ON true
JOIN catalog.sites w ON w.tenant_id = o.tenant_id AND w.id = held.site_id
LEFT JOIN orders.routing_sites t ON t.tenant_id = o.tenant_id AND t.site_id = w.id
LEFT JOIN LATERAL (
    SELECT l.days FROM orders.lanes l
    WHERE l.tenant_id = %(tenant_id)s AND l.site_id = w.id AND l.country = c.country
      AND starts_with(upper(replace(c.postal_code, ' ', '')), l.postal_prefix)
    ORDER BY length(l.postal_prefix) DESC LIMIT 1
) lane ON true
LEFT JOIN LATERAL (
    SELECT s.days_min, s.days_max FROM catalog.services s
    WHERE s.tenant_id = %(tenant_id)s AND s.code = o.delivery AND s.active ORDER BY s.id LIMIT 1
) chosen ON true
LEFT JOIN LATERAL (
    SELECT s.days_min, s.days_max FROM catalog.services s
    JOIN catalog.carriers k ON k.tenant_id = s.tenant_id AND k.id = s.carrier_id AND k.active
    WHERE s.tenant_id = %(tenant_id)s AND s.active
    ORDER BY s.days_max, s.days_min, s.id
    OFFSET (SELECT count(*) / 2 FROM catalog.services n WHERE n.tenant_id = %(tenant_id)s AND n.active) LIMIT 1
) usual ON true
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[]) AND o.promised_until IS NULL
  AND coalesce(chosen.days_max, usual.days_max, lane.days) IS NOT NULL
  AND (o.ships_on IS NOT NULL OR NOT EXISTS (
      SELECT FROM inventory.backorders b WHERE b.tenant_id = %(tenant_id)s AND b.order_id = o.id))
ORDER BY o.id, w.id;

-- name: awaited
-- Held orders that only wait for a day that is known: for goods that are owed, or as pre-orders.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[]) AND o.state = 'held' AND o.ships_on IS NOT NULL
  AND NOT EXISTS (SELECT FROM orders.holds h WHERE h.tenant_id = %(tenant_id)s AND h.order_id = o.id AND h.released_at IS NULL
                  AND h.reason NOT IN ('out_of_stock', 'preorder'))
  AND NOT EXISTS (SELECT FROM orders.payments p WHERE p.tenant_id = %(tenant_id)s AND p.order_id = o.id
                  AND p.amount_minor > p.released_minor AND p.state NOT IN ('authorized', 'capturing', 'captured'))
ORDER BY o.id;

-- name: site_loads
-- How much waits on the floor of some sites, and how much left on a day of work: the mean of the whole days of the last week.
-- Today is not over, and a house's first days are few: neither must make the pace look slower than it is.
SELECT w.id AS site_id,
       (SELECT count(*)::int FROM warehouse.fulfillments f WHERE f.tenant_id = %(tenant_id)s AND f.site_id = w.id
          AND f.state IN ('waiting', 'batched', 'picking', 'picked', 'short')) AS waiting,
       (SELECT (count(*) / greatest(count(DISTINCT (l.handed_over_at AT TIME ZONE w.timezone)::date), 1))::int
        FROM shipping.labels l WHERE l.tenant_id = %(tenant_id)s AND l.site_id = w.id
          AND l.handed_over_at > %(now)s - interval '7 days'
          AND l.handed_over_at < date_trunc('day', %(now)s, w.timezone)) AS per_day
FROM catalog.sites w WHERE w.tenant_id = %(tenant_id)s AND w.id = ANY (%(site_ids)s::uuid[]);

-- name: first_promises
-- What orders were promised at first.
SELECT id AS order_id, promised_from AS from_, promised_until AS until FROM orders.orders
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(order_ids)s::uuid[]) AND promised_until IS NOT NULL;

-- name: silent_trackers
-- Parcels whose window may not be kept any more although nobody said so: the oldest window first.
SELECT parcel_id FROM tracking.trackers
WHERE tenant_id = %(tenant_id)s AND state NOT IN ('delivered', 'returned', 'lost', 'canceled')
  AND state NOT IN ('available_for_pickup', 'returning') AND window_until < %(now)s + interval '6 hours'
  AND (state <> 'out_for_delivery' OR window_until < %(now)s)
ORDER BY window_until LIMIT %(most)s;

-- name: set_windows
-- A window moves although no scan came.
UPDATE tracking.trackers t SET window_from = u.window_from, window_until = u.window_until, window_why = u.window_why,
    window_changes = t.window_changes + u.changes
FROM unnest(%(ids)s::uuid[], %(window_froms)s::timestamptz[], %(window_untils)s::timestamptz[], %(window_whys)s::text[],
    %(changess)s::int[]) AS u(id, window_from, window_until, window_why, changes)
WHERE t.tenant_id = %(tenant_id)s AND t.id = u.id;
