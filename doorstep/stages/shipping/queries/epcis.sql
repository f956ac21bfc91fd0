-- name: left_since
-- Parcels that left at a moment or later, in the order of leaving; of one merchant when asked so. The packing is told with them.
SELECT l.id, l.sscc, l.tracking_number, l.handed_over_at, p.packed_at, o.number AS order_number, o.external_ref,
       s.code AS site, s.lat, s.lon, s.timezone
FROM shipping.labels l
JOIN warehouse.parcels p ON p.tenant_id = %(tenant_id)s AND p.id = l.parcel_id
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = l.order_id
JOIN catalog.sites s ON s.tenant_id = %(tenant_id)s AND s.id = l.site_id
WHERE l.tenant_id = %(tenant_id)s AND l.handed_over_at IS NOT NULL AND l.sscc IS NOT NULL
  AND (l.handed_over_at, l.id) > (%(since)s::timestamptz, %(after)s::uuid)
  AND (%(merchant_id)s::uuid IS NULL OR l.merchant_id = %(merchant_id)s)
ORDER BY l.handed_over_at, l.id LIMIT %(most)s;

-- name: inside
-- What lies in these labels' parcels: units by article, with the GTIN that it carries, if it carries one.
SELECT l.id, m.code AS merchant, c.sku, sum(i.quantity)::int AS units,
       (SELECT min(b.code) FROM catalog.barcodes b
        WHERE b.tenant_id = %(tenant_id)s AND b.product_id = c.id AND b.units = 1 AND b.code ~ '^([0-9]{8}|[0-9]{12,14})$') AS gtin
FROM shipping.labels l
JOIN warehouse.parcel_items i ON i.tenant_id = %(tenant_id)s AND i.parcel_id = l.parcel_id
JOIN catalog.products c ON c.tenant_id = %(tenant_id)s AND c.id = i.product_id
JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = c.merchant_id
WHERE l.tenant_id = %(tenant_id)s AND l.id = ANY (%(ids)s::uuid[])
GROUP BY l.id, m.code, c.sku, c.id ORDER BY l.id, c.sku;
