-- name: fulfillments_told
-- What webhooks may tell of a site's work on an order.
SELECT f.id, f.order_id, jsonb_build_object('site', s.code) AS data, '/api/orders/' || f.order_id AS path
FROM warehouse.fulfillments f JOIN catalog.sites s ON s.tenant_id = %(tenant_id)s AND s.id = f.site_id
WHERE f.tenant_id = %(tenant_id)s AND f.id = ANY (%(ids)s::uuid[]);

-- name: parcels_told
-- What webhooks may tell of parcels.
SELECT p.id, p.order_id, jsonb_build_object('number', p.number, 'site', s.code, 'fulfillment_id', p.fulfillment_id) AS data,
       '/api/parcels/' || p.id AS path
FROM warehouse.parcels p JOIN catalog.sites s ON s.tenant_id = %(tenant_id)s AND s.id = p.site_id
WHERE p.tenant_id = %(tenant_id)s AND p.id = ANY (%(ids)s::uuid[]);
