-- name: departures
-- Parcels that left at a moment or later, in the order of leaving, under the numbers that the merchant knows them by; of one merchant when asked so.
SELECT l.id, l.parcel_id, l.handed_over_at, m.code AS merchant, o.channel, coalesce(o.external_ref, '') AS reference, o.number AS order_number,
       c.name AS carrier, v.name AS service, l.tracking_number
FROM shipping.labels l
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = l.order_id
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = l.merchant_id
JOIN catalog.carriers c ON c.tenant_id = %(tenant_id)s AND c.id = l.carrier_id
JOIN catalog.services v ON v.tenant_id = %(tenant_id)s AND v.id = l.service_id
WHERE l.tenant_id = %(tenant_id)s AND l.handed_over_at IS NOT NULL
  AND (l.handed_over_at, l.id) > (%(since)s::timestamptz, %(after)s::uuid)
  AND (%(merchant_id)s::uuid IS NULL OR l.merchant_id = %(merchant_id)s)
ORDER BY l.handed_over_at, l.id LIMIT %(most)s;
