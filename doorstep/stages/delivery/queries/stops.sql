-- name: expected
-- What the stops of some labels are made of: labels of our own fleet that have no stop yet, the nearest center that has vans, and
-- where the door is: the address itself, else the middle of what we know of its postal code, else the center.
WITH wanted AS (
    SELECT l.id AS label_id, l.parcel_id, l.order_id, l.merchant_id, l.tracking_number, l.sscc
    FROM shipping.labels l JOIN catalog.carriers k ON k.tenant_id = %(tenant_id)s AND k.id = l.carrier_id
    WHERE l.tenant_id = %(tenant_id)s AND l.id = ANY (%(label_ids)s::uuid[]) AND l.state = 'bought' AND k.kind = 'fleet'
      AND NOT EXISTS (SELECT FROM delivery.stops s WHERE s.tenant_id = %(tenant_id)s AND s.label_id = l.id)
), placed AS (
    SELECT w.*, coalesce(c.lat, near.lat) AS lat, coalesce(c.lon, near.lon) AS lon,
           CASE WHEN c.lat IS NOT NULL AND c.lon IS NOT NULL THEN 'address' WHEN near.lat IS NOT NULL THEN 'postal_code'
                ELSE 'center' END AS place_from
    FROM wanted w JOIN orders.contacts c ON c.tenant_id = %(tenant_id)s AND c.order_id = w.order_id
    LEFT JOIN LATERAL (
        SELECT avg(s.lat) AS lat, avg(s.lon) AS lon
        FROM delivery.stops s JOIN orders.contacts o ON o.tenant_id = %(tenant_id)s AND o.order_id = s.order_id
        WHERE s.tenant_id = %(tenant_id)s AND o.country = c.country AND o.postal_code = c.postal_code
          AND s.place_from IN ('address', 'person')
    ) near ON true
), centers AS (
    SELECT s.id, s.lat, s.lon, s.code FROM catalog.sites s
    WHERE s.tenant_id = %(tenant_id)s AND s.kind = 'center'
      AND EXISTS (SELECT FROM catalog.vans v WHERE v.tenant_id = %(tenant_id)s AND v.site_id = s.id)
)
SELECT p.label_id, p.parcel_id, p.order_id, p.merchant_id, center.id AS site_id, p.tracking_number, p.sscc,
       coalesce(p.lat, center.lat) AS lat, coalesce(p.lon, center.lon) AS lon, p.place_from,
       coalesce(parcel.weight_g, parcel.expected_g, 0) AS weight_g,
       coalesce(parcel.length_mm::bigint * parcel.width_mm * parcel.height_mm / 1000, 0) AS volume_ml,
       (SELECT min(s.pin) FROM delivery.stops s WHERE s.tenant_id = %(tenant_id)s AND s.order_id = p.order_id) AS pin
FROM placed p
JOIN LATERAL (
    SELECT c.id, c.lat, c.lon FROM centers c
    ORDER BY power(c.lat - coalesce(p.lat, c.lat), 2) + power((c.lon - coalesce(p.lon, c.lon)) * cos(radians(c.lat)), 2), c.code
    LIMIT 1
) center ON true
LEFT JOIN warehouse.parcels parcel ON parcel.tenant_id = %(tenant_id)s AND parcel.id = p.parcel_id
ORDER BY p.label_id;

-- name: add_stops
-- New stops; a label that has one already keeps it, so the same news twice makes one stop.
INSERT INTO delivery.stops (tenant_id, id, label_id, parcel_id, order_id, merchant_id, site_id, tracking_number, sscc, lat, lon,
                            place_from, weight_g, volume_ml, pin)
SELECT %(tenant_id)s, s.* FROM unnest(%(ids)s::uuid[], %(label_ids)s::uuid[], %(parcel_ids)s::uuid[], %(order_ids)s::uuid[],
    %(merchant_ids)s::uuid[], %(site_ids)s::uuid[], %(tracking_numbers)s::text[], %(ssccs)s::text[], %(lats)s::float8[],
    %(lons)s::float8[], %(place_froms)s::text[], %(weight_gs)s::int[], %(volume_mls)s::bigint[], %(pins)s::text[]) AS s
ON CONFLICT ON CONSTRAINT one_stop_a_label DO NOTHING RETURNING id;

-- name: stops_of_labels
-- Which stops belong to some labels, to withdraw them when a label is void.
SELECT id FROM delivery.stops WHERE tenant_id = %(tenant_id)s AND label_id = ANY (%(label_ids)s::uuid[]);

-- name: hold_by_code
-- The stops that some scanned codes name, locked in id order, the newest label first.
SELECT s.id, s.state, s.site_id, s.route_id, s.position, s.attempt, s.parcel_id, s.tracking_number, s.sscc, s.label_id,
       site.name AS site, site.timezone AS zone, r.number AS route_number, v.code AS van,
       coalesce((SELECT a.reason FROM delivery.attempts a WHERE a.tenant_id = %(tenant_id)s AND a.stop_id = s.id
                 AND a.undone_at IS NULL ORDER BY a.attempt DESC LIMIT 1), '') AS last_reason
FROM delivery.stops s
JOIN catalog.sites site ON site.tenant_id = %(tenant_id)s AND site.id = s.site_id
LEFT JOIN delivery.routes r ON r.tenant_id = %(tenant_id)s AND r.id = s.route_id
LEFT JOIN catalog.vans v ON v.tenant_id = %(tenant_id)s AND v.id = r.van_id
WHERE s.tenant_id = %(tenant_id)s AND (s.tracking_number = ANY (%(codes)s::text[]) OR s.sscc = ANY (%(codes)s::text[]))
ORDER BY s.id FOR UPDATE OF s;

-- name: scanned_in
-- Parcels lie at the center now: off their old route, and when the next attempt may be.
UPDATE delivery.stops s SET scanned_in_at = %(now)s, route_id = NULL, position = NULL, planned_at = NULL, eta = NULL,
    told_from = NULL, told_until = NULL, left_out = NULL, not_before = b.not_before
FROM unnest(%(ids)s::uuid[], %(not_befores)s::timestamptz[]) AS b(id, not_before)
WHERE s.tenant_id = %(tenant_id)s AND s.id = b.id;

-- name: correct_place
-- A person knows better where a door is.
UPDATE delivery.stops SET lat = %(lat)s, lon = %(lon)s, place_from = 'person'
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND state IN ('expected', 'at_center', 'failed');

-- name: wish_window
-- When the customer wants it; nulls: at any time.
UPDATE delivery.stops SET window_from = %(window_from)s, window_until = %(window_until)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND state IN ('expected', 'at_center', 'failed');

-- name: stop_facts
-- What the acts at the door must know of some stops, locked in id order.
SELECT s.id, s.state, s.order_id, s.parcel_id, s.tracking_number, s.route_id, s.position, s.attempt, s.lat, s.lon, s.pin,
       s.pin_tries, s.eta, s.told_from, s.told_until, s.site_id, site.timezone AS zone, site.name AS site, c.city,
       r.state AS route_state, r.driver, r.van_id
FROM delivery.stops s
JOIN catalog.sites site ON site.tenant_id = %(tenant_id)s AND site.id = s.site_id
JOIN orders.contacts c ON c.tenant_id = %(tenant_id)s AND c.order_id = s.order_id
LEFT JOIN delivery.routes r ON r.tenant_id = %(tenant_id)s AND r.id = s.route_id
WHERE s.tenant_id = %(tenant_id)s AND s.id = ANY (%(ids)s::uuid[]) ORDER BY s.id FOR UPDATE OF s;

-- name: stops_shown
-- Stops with address and order, as lists show them, in driving order.
SELECT s.id, s.state, s.order_id, s.merchant_id, s.parcel_id, s.site_id, s.tracking_number, s.lat, s.lon, s.place_from,
       s.weight_g, s.volume_ml, s.window_from, s.window_until, s.attempt, s.not_before, s.route_id, s.position, s.planned_at,
       s.eta, s.told_from, s.told_until, s.left_out, s.scanned_in_at, c.name, c.street, c.street2, c.city, c.postal_code, c.phone,
       o.note, o.number AS order_number, m.name AS merchant
FROM delivery.stops s
JOIN orders.contacts c ON c.tenant_id = %(tenant_id)s AND c.order_id = s.order_id
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = s.order_id
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = s.merchant_id
WHERE s.tenant_id = %(tenant_id)s
  AND (%(site_id)s::uuid IS NULL OR s.site_id = %(site_id)s)
  AND (%(route_id)s::uuid IS NULL OR s.route_id = %(route_id)s)
  AND (%(ids)s::uuid[] IS NULL OR s.id = ANY (%(ids)s::uuid[]))
  AND (%(states)s::text[] IS NULL OR s.state = ANY (%(states)s::text[]))
  AND (%(merchant_id)s::uuid IS NULL OR s.merchant_id = %(merchant_id)s)
  AND (%(after)s::uuid IS NULL OR s.id > %(after)s)
ORDER BY s.position NULLS LAST, s.id LIMIT %(most)s;

-- name: count_stops
-- How many stops of a center are in which state, those of finished days left out.
SELECT state, count(*)::int AS stops FROM delivery.stops
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s
  AND (state NOT IN ('delivered', 'returned', 'withdrawn') OR scanned_in_at > %(now)s - interval '1 day')
GROUP BY state;

-- name: stops_listed
-- All stops by age, for programs that read the whole list page by page.
SELECT s.id, s.state, s.order_id, s.merchant_id, s.parcel_id, s.site_id, s.tracking_number, s.lat, s.lon, s.place_from,
       s.weight_g, s.volume_ml, s.window_from, s.window_until, s.attempt, s.not_before, s.route_id, s.position, s.planned_at,
       s.eta, s.told_from, s.told_until, s.left_out, s.scanned_in_at, c.name, c.street, c.street2, c.city, c.postal_code, c.phone,
       o.note, o.number AS order_number, m.name AS merchant
FROM delivery.stops s
JOIN orders.contacts c ON c.tenant_id = %(tenant_id)s AND c.order_id = s.order_id
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = s.order_id
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = s.merchant_id
WHERE s.tenant_id = %(tenant_id)s
  AND (%(site_id)s::uuid IS NULL OR s.site_id = %(site_id)s)
  AND (%(states)s::text[] IS NULL OR s.state = ANY (%(states)s::text[]))
  AND (%(merchant_id)s::uuid IS NULL OR s.merchant_id = %(merchant_id)s)
  AND (%(after)s::uuid IS NULL OR s.id > %(after)s)
ORDER BY s.id LIMIT %(most)s;
