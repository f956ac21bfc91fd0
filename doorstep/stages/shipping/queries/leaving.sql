-- name: find_codes
-- What scanned codes stand for: labels by tracking number, SSCC or id, in id order.
SELECT code.code, l.id AS label_id
FROM unnest(%(codes)s::text[]) AS code(code)
JOIN shipping.labels l ON l.tenant_id = %(tenant_id)s AND l.tracking_number = code.code
UNION
SELECT code.code, l.id FROM unnest(%(codes)s::text[]) AS code(code)
JOIN shipping.labels l ON l.tenant_id = %(tenant_id)s AND l.sscc = code.code
UNION
SELECT code.code, l.id FROM unnest(%(codes)s::text[], %(ids)s::uuid[]) AS code(code, id)
JOIN shipping.labels l ON l.tenant_id = %(tenant_id)s AND l.id = code.id;

-- name: lock_orders_leaving
-- The orders of labels at the dock, locked in id order: a hold of one or of a part of it comes before or after the hand-over.
SELECT o.id FROM orders.orders o
WHERE o.tenant_id = %(tenant_id)s AND o.id IN (
    SELECT l.order_id FROM shipping.labels l WHERE l.tenant_id = %(tenant_id)s AND l.id = ANY (%(ids)s::uuid[])
)
ORDER BY o.id FOR NO KEY UPDATE OF o;

-- name: lock_leaving
-- The labels at the dock, locked in id order, with what may stop them.
SELECT l.id, l.state, l.parcel_id, l.order_id, l.site_id, l.carrier_id, l.tracking_number,
       l.handed_over_at, l.manifest_id, p.number AS parcel_number, o.number AS order_number, o.state AS order_state,
       EXISTS (SELECT FROM warehouse.parcel_items i
               JOIN orders.holds h ON h.tenant_id = %(tenant_id)s AND h.order_id = l.order_id AND h.scope <> 'order'
                 AND h.released_at IS NULL AND (h.line_id = i.line_id OR h.site_id = l.site_id)
               WHERE i.tenant_id = %(tenant_id)s AND i.parcel_id = l.parcel_id) AS part_held
FROM shipping.labels l
JOIN warehouse.parcels p ON p.tenant_id = l.tenant_id AND p.id = l.parcel_id
JOIN orders.orders o ON o.tenant_id = l.tenant_id AND o.id = l.order_id
WHERE l.tenant_id = %(tenant_id)s AND l.id = ANY (%(ids)s::uuid[])
ORDER BY l.id FOR UPDATE OF l;

-- name: manifest_labels
-- The labels on a manifest; only those that did not leave yet, if asked so.
SELECT l.id FROM shipping.labels l JOIN shipping.manifests m ON m.tenant_id = l.tenant_id AND m.id = l.manifest_id
WHERE l.tenant_id = %(tenant_id)s AND m.number = ANY (%(numbers)s::bigint[]) AND l.handed_over_at IS NULL
  AND m.state = 'open'
ORDER BY l.id;

-- name: open_manifests
-- The trucks being loaded, locked in id order.
SELECT id, site_id, carrier_id, number FROM shipping.manifests
WHERE tenant_id = %(tenant_id)s AND state = 'open' AND (site_id, carrier_id) IN
      (SELECT site_id, carrier_id FROM unnest(%(site_ids)s::uuid[], %(carrier_ids)s::uuid[]) AS pair(site_id, carrier_id))
ORDER BY id FOR UPDATE;

-- name: add_manifests
-- Begins a manifest per site and carrier; where one is open already, that one stays.
INSERT INTO shipping.manifests (tenant_id, id, number, carrier_id, site_id, made_at)
SELECT %(tenant_id)s, id, number, carrier_id, site_id, %(now)s
FROM unnest(%(ids)s::uuid[], %(numbers)s::bigint[], %(carrier_ids)s::uuid[], %(site_ids)s::uuid[])
  AS made(id, number, carrier_id, site_id)
ORDER BY id ON CONFLICT DO NOTHING RETURNING id;

-- name: put_on_manifest
-- Lists labels on their manifests.
UPDATE shipping.labels l SET manifest_id = listed.manifest_id
FROM unnest(%(ids)s::uuid[], %(manifest_ids)s::uuid[]) AS listed(id, manifest_id)
WHERE l.tenant_id = %(tenant_id)s AND l.id = listed.id;

-- name: mark_handed_over
-- The parcels of these labels have left.
UPDATE shipping.labels SET handed_over_at = %(now)s WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: ready_labels
-- What could leave from a site with a carrier and is on no manifest yet, oldest first.
SELECT l.id FROM shipping.labels l
JOIN orders.orders o ON o.tenant_id = l.tenant_id AND o.id = l.order_id AND o.state = 'accepted'
WHERE l.tenant_id = %(tenant_id)s AND l.site_id = %(site_id)s AND l.carrier_id = %(carrier_id)s AND l.state = 'bought'
  AND l.handed_over_at IS NULL AND l.manifest_id IS NULL
ORDER BY l.owed_at, l.id LIMIT %(most)s FOR UPDATE OF l;

-- name: take_off_manifests
-- What did not leave with its truck waits for the next one.
UPDATE shipping.labels SET manifest_id = NULL
WHERE tenant_id = %(tenant_id)s AND manifest_id = ANY (%(ids)s::uuid[]) AND handed_over_at IS NULL;

-- name: left_on_manifests
-- How many parcels left on each manifest.
SELECT manifest_id AS id, count(*)::int AS parcels FROM shipping.labels
WHERE tenant_id = %(tenant_id)s AND manifest_id = ANY (%(ids)s::uuid[]) AND handed_over_at IS NOT NULL
GROUP BY manifest_id ORDER BY manifest_id;

-- name: mark_closed
-- When trucks left.
UPDATE shipping.manifests SET closed_at = %(now)s WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: forgotten_manifests
-- Trucks whose last parcel was scanned long ago: nobody said that they left.
SELECT m.id FROM shipping.manifests m
JOIN shipping.labels l ON l.tenant_id = m.tenant_id AND l.manifest_id = m.id AND l.handed_over_at IS NOT NULL
WHERE m.tenant_id = %(tenant_id)s AND m.state = 'open'
GROUP BY m.id HAVING max(l.handed_over_at) < %(before)s ORDER BY m.id;

-- name: manifest_account
-- The carrier of a closed manifest, how to reach it, and whether it was told.
SELECT m.id, m.carrier_ref, c.kind, c.base_url, c.api_key FROM shipping.manifests m
JOIN catalog.carriers c ON c.tenant_id = m.tenant_id AND c.id = m.carrier_id
WHERE m.tenant_id = %(tenant_id)s AND m.id = %(id)s AND m.state = 'closed';

-- name: manifest_shipments
-- What the carrier takes over, by its own names.
SELECT id, carrier_ref FROM shipping.labels
WHERE tenant_id = %(tenant_id)s AND manifest_id = %(id)s AND handed_over_at IS NOT NULL AND carrier_ref IS NOT NULL
ORDER BY id;

-- name: mark_told
-- The carrier's own name for what it took over.
UPDATE shipping.manifests SET carrier_ref = %(carrier_ref)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: manifest_by_number
-- The open manifest of a number, locked.
SELECT id FROM shipping.manifests
WHERE tenant_id = %(tenant_id)s AND number = %(number)s AND state = 'open' FOR UPDATE;

-- name: manifest_state
-- Whether a manifest is there, and open or closed.
SELECT state FROM shipping.manifests WHERE tenant_id = %(tenant_id)s AND id = %(id)s FOR UPDATE;

-- name: gone_parcels
-- What is in parcels that left, by line and the order under which it was sold; a kit counts with the first of its components. An
-- order is complete when all that was sold under it is in parcels that left, whatever order it travels with now.
SELECT p.id AS parcel_id, coalesce(n.sold_as, n.order_id) AS order_id, l.tracking_number AS number, c.name AS carrier, n.sku,
       (i.quantity / coalesce(k.quantity, 1))::int AS units, coalesce(p.weight_g, 0) AS weight_g,
       coalesce(p.length_mm, 0) AS length_mm, coalesce(p.width_mm, 0) AS width_mm, coalesce(p.height_mm, 0) AS height_mm,
       NOT EXISTS (
           SELECT FROM (
               SELECT o.id, o.order_id, o.product_id, o.quantity FROM orders.lines o
               WHERE o.tenant_id = %(tenant_id)s AND o.order_id = coalesce(n.sold_as, n.order_id) AND o.sold_as IS NULL
               UNION ALL
               SELECT m.id, m.order_id, m.product_id, m.quantity FROM orders.lines m
               WHERE m.tenant_id = %(tenant_id)s AND m.sold_as = coalesce(n.sold_as, n.order_id)
           ) AS x
           LEFT JOIN LATERAL (
               SELECT sum(xi.quantity / coalesce(xk.quantity, 1)) AS units
               FROM warehouse.parcels xp
               JOIN warehouse.parcel_items xi ON xi.tenant_id = %(tenant_id)s AND xi.parcel_id = xp.id AND xi.line_id = x.id
               LEFT JOIN LATERAL (
                   SELECT kc.component_id, kc.quantity FROM catalog.kit_components kc
                   WHERE kc.tenant_id = %(tenant_id)s AND kc.kit_id = x.product_id ORDER BY kc.component_id LIMIT 1
               ) AS xk ON true
               WHERE xp.tenant_id = %(tenant_id)s AND xp.order_id = x.order_id AND xp.state = 'handed_over'
                 AND xi.product_id = coalesce(xk.component_id, x.product_id)
           ) AS left_ ON true
           WHERE coalesce(left_.units, 0) < x.quantity
       ) AS last
FROM warehouse.parcels p
JOIN shipping.labels l ON l.tenant_id = p.tenant_id AND l.parcel_id = p.id AND l.state = 'bought'
JOIN catalog.carriers c ON c.tenant_id = p.tenant_id AND c.id = l.carrier_id
JOIN warehouse.parcel_items i ON i.tenant_id = p.tenant_id AND i.parcel_id = p.id
JOIN orders.lines n ON n.tenant_id = p.tenant_id AND n.id = i.line_id
LEFT JOIN LATERAL (
    SELECT kc.component_id, kc.quantity FROM catalog.kit_components kc
    WHERE kc.tenant_id = %(tenant_id)s AND kc.kit_id = n.product_id ORDER BY kc.component_id LIMIT 1
) AS k ON true
WHERE p.tenant_id = %(tenant_id)s AND p.id = ANY (%(parcel_ids)s::uuid[]) AND i.product_id = coalesce(k.component_id, n.product_id)
ORDER BY p.id, n.position;
