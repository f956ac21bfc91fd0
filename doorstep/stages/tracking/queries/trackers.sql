-- Trackers: beginning, hearing scans, moving with them.

-- name: labels_to_track
-- What a tracker begins with, for labels that are bought and have none yet.
SELECT l.id AS label_id, l.parcel_id, l.order_id, l.merchant_id, l.carrier_id, l.service_id, l.tracking_number AS number,
       c.country, c.lat, c.lon, s.days_min, s.days_max, w.timezone AS site_zone, w.cutoff, k.kind AS carrier_kind
FROM shipping.labels l
JOIN orders.contacts c ON c.tenant_id = l.tenant_id AND c.order_id = l.order_id
JOIN catalog.services s ON s.tenant_id = l.tenant_id AND s.id = l.service_id
JOIN catalog.carriers k ON k.tenant_id = l.tenant_id AND k.id = l.carrier_id
JOIN catalog.sites w ON w.tenant_id = l.tenant_id AND w.id = l.site_id
WHERE l.tenant_id = %(tenant_id)s AND l.id = ANY (%(label_ids)s::uuid[]) AND l.state = 'bought'
ORDER BY l.id;

-- name: add_trackers
-- One tracker for each label, once.
INSERT INTO tracking.trackers (tenant_id, id, label_id, parcel_id, order_id, merchant_id, carrier_id, service_id, number,
    zone, started_at, window_from, window_until, window_why, poll_at)
SELECT %(tenant_id)s, id, label_id, parcel_id, order_id, merchant_id, carrier_id, service_id, number, zone, %(now)s,
       window_from, window_until, window_why, poll_at
FROM unnest(%(ids)s::uuid[], %(label_ids)s::uuid[], %(parcel_ids)s::uuid[], %(order_ids)s::uuid[], %(merchant_ids)s::uuid[],
    %(carrier_ids)s::uuid[], %(service_ids)s::uuid[], %(numbers)s::text[], %(zones)s::text[], %(window_froms)s::timestamptz[],
    %(window_untils)s::timestamptz[], %(window_whys)s::text[], %(poll_ats)s::timestamptz[])
  AS t(id, label_id, parcel_id, order_id, merchant_id, carrier_id, service_id, number, zone, window_from, window_until,
    window_why, poll_at)
ON CONFLICT (tenant_id, label_id) DO NOTHING RETURNING id;

-- name: hold_trackers
-- The trackers of some parcels, locked in id order, with the days their service needs.
SELECT t.id, t.parcel_id, t.order_id, t.carrier_id, t.number, t.zone, t.state, t.reason, t.status_at, t.last_scan_at, t.place,
       t.lat, t.lon, t.window_from, t.window_until, t.window_why, s.days_min, s.days_max, t.started_at,
       k.kind AS carrier_kind
FROM tracking.trackers t
JOIN catalog.services s ON s.tenant_id = t.tenant_id AND s.id = t.service_id
JOIN catalog.carriers k ON k.tenant_id = t.tenant_id AND k.id = t.carrier_id
WHERE t.tenant_id = %(tenant_id)s AND t.parcel_id = ANY (%(parcel_ids)s::uuid[])
ORDER BY t.id FOR UPDATE OF t;

-- name: parcels_by_number
-- Which parcels a carrier's numbers belong to.
SELECT number, parcel_id FROM tracking.trackers
WHERE tenant_id = %(tenant_id)s AND carrier_id = %(carrier_id)s AND number = ANY (%(numbers)s::text[]);

-- name: add_scans
-- What was seen, each meaning once with each detail; answers which were new.
INSERT INTO tracking.scans (tenant_id, tracker_id, key, detail, status, reason, raw_code, raw_text, place, lat, lon, zone,
    occurred_at, received_at, via)
SELECT %(tenant_id)s, tracker_id, key, detail, status, reason, raw_code, raw_text, place, lat, lon, zone, occurred_at,
       %(now)s, via
FROM unnest(%(tracker_ids)s::uuid[], %(keys)s::text[], %(details)s::text[], %(statuss)s::text[], %(reasons)s::text[],
    %(raw_codes)s::text[], %(raw_texts)s::text[], %(places)s::text[], %(lats)s::double precision[],
    %(lons)s::double precision[], %(zones)s::text[], %(occurred_ats)s::timestamptz[], %(vias)s::text[])
  AS s(tracker_id, key, detail, status, reason, raw_code, raw_text, place, lat, lon, zone, occurred_at, via)
ON CONFLICT (tenant_id, tracker_id, key, detail) DO NOTHING RETURNING tracker_id, key, detail;

-- name: scans_of_trackers
-- Everything heard of some trackers, oldest first.
SELECT tracker_id, key, status, occurred_at, reason, raw_code, raw_text, place, lat, lon, zone, via
FROM tracking.scans WHERE tenant_id = %(tenant_id)s AND tracker_id = ANY (%(tracker_ids)s::uuid[])
ORDER BY tracker_id, occurred_at, key;

-- name: settle_trackers
-- What the fold says now; the state itself is moved by the journal.
UPDATE tracking.trackers t SET reason = u.reason, status_at = u.status_at, last_scan_at = u.last_scan_at, place = u.place,
    lat = u.lat, lon = u.lon, window_from = u.window_from, window_until = u.window_until, window_why = u.window_why,
    window_changes = t.window_changes + u.changes, poll_at = u.poll_at
FROM unnest(%(ids)s::uuid[], %(reasons)s::text[], %(status_ats)s::timestamptz[], %(last_scan_ats)s::timestamptz[],
    %(places)s::text[], %(lats)s::double precision[], %(lons)s::double precision[], %(window_froms)s::timestamptz[],
    %(window_untils)s::timestamptz[], %(window_whys)s::text[], %(changess)s::int[], %(poll_ats)s::timestamptz[])
  AS u(id, reason, status_at, last_scan_at, place, lat, lon, window_from, window_until, window_why, changes, poll_at)
WHERE t.tenant_id = %(tenant_id)s AND t.id = u.id;

-- name: orders_all_delivered
-- Orders of which every parcel that was not canceled is delivered, nothing is left on the floor, and nothing is promised or owed to
-- them that has not left.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(order_ids)s::uuid[])
  AND NOT EXISTS (SELECT FROM tracking.trackers t WHERE t.tenant_id = %(tenant_id)s AND t.order_id = o.id
                  AND t.state NOT IN ('delivered', 'canceled'))
  AND NOT EXISTS (SELECT FROM warehouse.fulfillments f WHERE f.tenant_id = %(tenant_id)s AND f.order_id = o.id
                  AND f.state NOT IN ('handed_over', 'canceled'))
  AND NOT EXISTS (SELECT FROM warehouse.parcels p WHERE p.tenant_id = %(tenant_id)s AND p.order_id = o.id
                  AND p.state <> 'canceled'
                  AND NOT EXISTS (SELECT FROM tracking.trackers d WHERE d.tenant_id = %(tenant_id)s
                                  AND d.parcel_id = p.id AND d.state = 'delivered'))
  AND NOT EXISTS (SELECT FROM inventory.reservations r WHERE r.tenant_id = %(tenant_id)s AND r.order_id = o.id AND r.phase = 'pending')
  AND NOT EXISTS (SELECT FROM inventory.backorders b WHERE b.tenant_id = %(tenant_id)s AND b.order_id = o.id)
ORDER BY o.id;

-- name: arrivals
-- When the last parcel of each order was there; NULL as long as one is not, or goods are still promised or owed to it and not shipped.
SELECT o.order_id, CASE WHEN t.arrived AND NOT EXISTS (
           SELECT FROM inventory.reservations r
           WHERE r.tenant_id = %(tenant_id)s AND r.order_id = o.order_id AND r.phase = 'pending')
       AND NOT EXISTS (SELECT FROM inventory.backorders b WHERE b.tenant_id = %(tenant_id)s AND b.order_id = o.order_id)
       THEN t.last_at END
FROM unnest(%(order_ids)s::uuid[]) AS o(order_id)
LEFT JOIN LATERAL (
    SELECT bool_and(t1.state = 'delivered') AS arrived, max(t1.status_at) AS last_at FROM tracking.trackers t1
    WHERE t1.tenant_id = %(tenant_id)s AND t1.order_id = o.order_id AND t1.state <> 'canceled'
) t ON true;

-- name: parcels_of_labels
-- Which parcels and stories some labels belong to.
SELECT t.parcel_id, t.number FROM tracking.trackers t
WHERE t.tenant_id = %(tenant_id)s AND t.label_id = ANY (%(label_ids)s::uuid[]) ORDER BY t.id;

-- name: handed_over
-- Where and when parcels left the house, for the first scan of their stories: our own.
SELECT l.parcel_id, l.tracking_number AS number, w.name AS place, w.lat, w.lon, w.timezone AS zone,
       coalesce(l.handed_over_at, %(now)s) AS at
FROM shipping.labels l
JOIN catalog.sites w ON w.tenant_id = l.tenant_id AND w.id = l.site_id
WHERE l.tenant_id = %(tenant_id)s AND l.parcel_id = ANY (%(parcel_ids)s::uuid[]) AND l.state = 'bought'
ORDER BY l.id;

-- name: labels_still_here
-- Of these parcels, the bought labels that nobody has handed over.
SELECT l.id FROM shipping.labels l
WHERE l.tenant_id = %(tenant_id)s AND l.parcel_id = ANY (%(parcel_ids)s::uuid[]) AND l.state = 'bought'
  AND l.handed_over_at IS NULL
ORDER BY l.id;
