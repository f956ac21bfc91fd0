-- name: page_of_labels
-- One page of labels, newest first; `state` and `merchant_id` narrow it down when given.
SELECT l.id, l.state, l.parcel_id, p.number AS parcel_number, l.order_id, o.number AS order_number, l.merchant_id,
       l.site_id, l.generation, l.carrier_id, c.name AS carrier, l.service_id, v.name AS service, l.reference,
       l.quoted_minor, l.price_minor, l.currency, l.refusal, l.tracking_number, l.sscc, l.route, l.owed_at, l.sent_at,
       l.printed_at, l.handed_over_at, l.manifest_id, l.reasons, l.unprintable
FROM shipping.labels l
JOIN warehouse.parcels p ON p.tenant_id = l.tenant_id AND p.id = l.parcel_id
JOIN orders.orders o ON o.tenant_id = l.tenant_id AND o.id = l.order_id
LEFT JOIN catalog.carriers c ON c.tenant_id = l.tenant_id AND c.id = l.carrier_id
LEFT JOIN catalog.services v ON v.tenant_id = l.tenant_id AND v.id = l.service_id
WHERE l.tenant_id = %(tenant_id)s AND l.id < %(before)s
  AND (%(state)s::text IS NULL OR l.state = %(state)s) AND (%(merchant_id)s::uuid IS NULL OR l.merchant_id = %(merchant_id)s)
  AND (%(order_id)s::uuid IS NULL OR l.order_id = %(order_id)s)
  AND (%(parcel_id)s::uuid IS NULL OR l.parcel_id = %(parcel_id)s)
ORDER BY l.id DESC LIMIT %(most)s;

-- name: labels_by_id
-- Some labels, as pages and programs see them.
SELECT l.id, l.state, l.parcel_id, p.number AS parcel_number, l.order_id, o.number AS order_number, l.merchant_id,
       l.site_id, l.generation, l.carrier_id, c.name AS carrier, l.service_id, v.name AS service, l.reference,
       l.quoted_minor, l.price_minor, l.currency, l.refusal, l.tracking_number, l.sscc, l.route, l.owed_at, l.sent_at,
       l.printed_at, l.handed_over_at, l.manifest_id, l.reasons, l.unprintable
FROM shipping.labels l
JOIN warehouse.parcels p ON p.tenant_id = l.tenant_id AND p.id = l.parcel_id
JOIN orders.orders o ON o.tenant_id = l.tenant_id AND o.id = l.order_id
LEFT JOIN catalog.carriers c ON c.tenant_id = l.tenant_id AND c.id = l.carrier_id
LEFT JOIN catalog.services v ON v.tenant_id = l.tenant_id AND v.id = l.service_id
WHERE l.tenant_id = %(tenant_id)s AND l.id = ANY (%(ids)s::uuid[]) ORDER BY l.id;

-- name: queue_ids
-- The labels of one queue of the desk, the oldest first: to buy, in trouble, ready.
SELECT id FROM shipping.labels l
WHERE tenant_id = %(tenant_id)s AND handed_over_at IS NULL AND CASE %(queue)s
    WHEN 'buy' THEN state IN ('owed', 'sent')
    WHEN 'trouble' THEN state IN ('refused', 'unknown', 'voiding')
    ELSE state = 'bought' END
ORDER BY owed_at, id LIMIT %(most)s;

-- name: gone_ids
-- What was handed over since a time, the newest first.
SELECT id FROM shipping.labels WHERE tenant_id = %(tenant_id)s AND handed_over_at >= %(since)s
ORDER BY handed_over_at DESC, id LIMIT %(most)s;

-- name: desk_counts
-- How full the desk's queues are.
SELECT (SELECT count(*)::int FROM shipping.labels WHERE tenant_id = %(tenant_id)s AND state IN ('owed', 'sent')) AS buy,
       (SELECT count(*)::int FROM shipping.labels
        WHERE tenant_id = %(tenant_id)s AND state IN ('refused', 'unknown', 'voiding')) AS trouble,
       (SELECT count(*)::int FROM shipping.labels
        WHERE tenant_id = %(tenant_id)s AND state = 'bought' AND handed_over_at IS NULL) AS ready,
       (SELECT count(*)::int FROM shipping.labels
        WHERE tenant_id = %(tenant_id)s AND handed_over_at >= %(since)s) AS gone;

-- name: docks
-- What waits per site and carrier, and the truck being loaded there.
SELECT l.site_id, s.name AS site, l.carrier_id, c.name AS carrier, count(*)::int AS waiting,
       count(*) FILTER (WHERE l.manifest_id IS NOT NULL)::int AS listed, m.id AS manifest_id, m.number AS manifest_number
FROM shipping.labels l
JOIN catalog.sites s ON s.tenant_id = l.tenant_id AND s.id = l.site_id
JOIN catalog.carriers c ON c.tenant_id = l.tenant_id AND c.id = l.carrier_id
LEFT JOIN shipping.manifests m ON m.tenant_id = l.tenant_id AND m.site_id = l.site_id AND m.carrier_id = l.carrier_id
  AND m.state = 'open'
WHERE l.tenant_id = %(tenant_id)s AND l.state = 'bought' AND l.handed_over_at IS NULL
GROUP BY l.site_id, s.name, l.carrier_id, c.name, m.id, m.number
ORDER BY s.name, c.name;

-- name: page_of_manifests
-- One page of manifests, newest first.
SELECT m.id, m.state, m.number, m.carrier_id, c.name AS carrier, c.kind, m.site_id, s.name AS site, m.made_at,
       m.closed_at, m.carrier_ref,
       (SELECT count(*)::int FROM shipping.labels l
        WHERE l.tenant_id = %(tenant_id)s AND l.manifest_id = m.id) AS parcels,
       (SELECT count(*)::int FROM shipping.labels l
        WHERE l.tenant_id = %(tenant_id)s AND l.manifest_id = m.id AND l.handed_over_at IS NOT NULL) AS handed_over
FROM shipping.manifests m
JOIN catalog.carriers c ON c.tenant_id = m.tenant_id AND c.id = m.carrier_id
JOIN catalog.sites s ON s.tenant_id = m.tenant_id AND s.id = m.site_id
WHERE m.tenant_id = %(tenant_id)s AND m.id < %(before)s AND (%(id)s::uuid IS NULL OR m.id = %(id)s)
  AND (%(state)s::text IS NULL OR m.state = %(state)s)
ORDER BY m.id DESC LIMIT %(most)s;

-- name: on_manifest
-- The parcels on a manifest, in the order in which they left.
SELECT l.id, p.number AS parcel_number, o.number AS order_number, l.tracking_number, l.sscc,
       coalesce(p.weight_g, p.expected_g) AS weight_g, t.city, t.postal_code, t.country, l.handed_over_at, l.refusal
FROM shipping.labels l
JOIN warehouse.parcels p ON p.tenant_id = l.tenant_id AND p.id = l.parcel_id
JOIN orders.orders o ON o.tenant_id = l.tenant_id AND o.id = l.order_id
JOIN orders.contacts t ON t.tenant_id = l.tenant_id AND t.order_id = l.order_id
WHERE l.tenant_id = %(tenant_id)s AND l.manifest_id = %(id)s
ORDER BY l.handed_over_at NULLS LAST, l.id LIMIT %(most)s;

-- name: labels_of
-- The labels of some orders that are not voided, and whether their parcels have left.
SELECT l.order_id, l.id, l.parcel_id, l.state, l.tracking_number, l.handed_over_at IS NOT NULL AS handed_over, m.number AS manifest
FROM shipping.labels l LEFT JOIN shipping.manifests m ON m.tenant_id = l.tenant_id AND m.id = l.manifest_id
WHERE l.tenant_id = %(tenant_id)s AND l.order_id = ANY (%(order_ids)s::uuid[]) AND l.state <> 'voided' ORDER BY l.id;

-- name: label_states_of
-- How the labels of orders stand that are not bought yet, or may not stay: of each the one farthest behind.
SELECT DISTINCT ON (l.order_id) l.order_id, l.state FROM shipping.labels l
WHERE l.tenant_id = %(tenant_id)s AND l.order_id = ANY (%(order_ids)s::uuid[])
  AND l.state IN ('owed', 'sent', 'refused', 'unknown', 'voiding')
ORDER BY l.order_id, array_position(ARRAY['refused', 'unknown', 'voiding', 'owed', 'sent'], l.state);

-- name: orders_by_label
-- Orders of which some label is in one unfinished state, the newest.
SELECT DISTINCT l.order_id FROM shipping.labels l
WHERE l.tenant_id = %(tenant_id)s AND l.state = %(state)s AND l.state IN ('owed', 'sent', 'refused', 'unknown', 'voiding')
ORDER BY l.order_id DESC LIMIT %(most)s;

-- name: orders_by_number
-- The orders of a parcel by what stands on its label: the tracking number or the SSCC.
SELECT l.order_id FROM shipping.labels l WHERE l.tenant_id = %(tenant_id)s AND l.tracking_number = %(number)s
UNION
SELECT l.order_id FROM shipping.labels l WHERE l.tenant_id = %(tenant_id)s AND l.sscc = %(number)s;

-- name: label_work_of
-- Parcels of an order that have not left: how their labels stand, with which carrier.
SELECT l.id, l.state, l.refusal, p.number AS parcel, c.name AS carrier FROM shipping.labels l
JOIN warehouse.parcels p ON p.tenant_id = %(tenant_id)s AND p.id = l.parcel_id
LEFT JOIN catalog.carriers c ON c.tenant_id = %(tenant_id)s AND c.id = l.carrier_id
WHERE l.tenant_id = %(tenant_id)s AND l.order_id = %(order_id)s AND l.state <> 'voided' AND l.handed_over_at IS NULL
ORDER BY p.number;
