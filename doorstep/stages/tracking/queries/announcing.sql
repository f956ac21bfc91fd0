-- name: trackers_told
-- What webhooks may tell of parcels on their way.
SELECT t.id, t.order_id, jsonb_build_object('parcel_id', t.parcel_id, 'label_id', t.label_id, 'tracking_number', t.number,
           'carrier', c.code) AS data,
       '/api/trackers/' || t.id AS path
FROM tracking.trackers t JOIN catalog.carriers c ON c.tenant_id = %(tenant_id)s AND c.id = t.carrier_id
WHERE t.tenant_id = %(tenant_id)s AND t.id = ANY (%(ids)s::uuid[]);
