-- name: add_inspections
-- Goods that wait for a look.
INSERT INTO inventory.inspections (tenant_id, id, arrival_id, site_id, product_id, lot, quantity, why, asked_at)
SELECT %(tenant_id)s, id, arrival_id, site_id, product_id, lot, quantity, why, %(now)s
FROM unnest(%(ids)s::uuid[], %(arrival_ids)s::uuid[], %(site_ids)s::uuid[], %(product_ids)s::uuid[], %(lots)s::text[],
            %(quantitys)s::int[], %(whys)s::text[]) AS i(id, arrival_id, site_id, product_id, lot, quantity, why);

-- name: inspections
-- Goods that wait for a look, the oldest first, or those asked for by id.
SELECT i.id, i.state, i.arrival_id, i.site_id, i.product_id, p.sku, p.name, p.serials, i.lot, i.quantity, i.good, i.why, i.asked_at
FROM inventory.inspections i
JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = i.product_id
WHERE i.tenant_id = %(tenant_id)s AND (%(ids)s::uuid[] IS NULL OR i.id = ANY (%(ids)s::uuid[]))
  AND (%(ids)s::uuid[] IS NOT NULL OR i.state = 'waiting')
  AND (%(merchant_id)s::uuid IS NULL OR p.merchant_id = %(merchant_id)s)
ORDER BY i.asked_at, i.id LIMIT %(most)s;

-- name: decide_inspection
-- How many passed.
UPDATE inventory.inspections SET good = %(good)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s;
