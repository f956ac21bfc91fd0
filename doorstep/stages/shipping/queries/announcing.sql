-- name: labels_told
-- What webhooks may tell of labels that were bought.
SELECT l.id, l.order_id, jsonb_build_object('parcel_id', l.parcel_id, 'tracking_number', l.tracking_number, 'carrier', c.code,
           'service', s.code) AS data,
       '/api/labels/' || l.id AS path
FROM shipping.labels l
LEFT JOIN catalog.carriers c ON c.tenant_id = %(tenant_id)s AND c.id = l.carrier_id
LEFT JOIN catalog.services s ON s.tenant_id = %(tenant_id)s AND s.id = l.service_id
WHERE l.tenant_id = %(tenant_id)s AND l.id = ANY (%(ids)s::uuid[]);
