-- name: lock_arrival
-- The arrival that is worked on: one at a time, so that what came is counted together.
SELECT a.state, a.site_id, a.merchant_id, a.announced, a.reference, s.over_percent, s.hides_expected, s.name AS supplier
FROM inventory.arrivals a
JOIN inventory.suppliers s ON s.tenant_id = %(tenant_id)s AND s.id = a.supplier_id
WHERE a.tenant_id = %(tenant_id)s AND a.id = %(id)s FOR UPDATE OF a;

-- name: begin_arrival
-- Somebody began to take it in.
UPDATE inventory.arrivals SET began_at = %(now)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND began_at IS NULL;

-- name: end_arrival
-- Everything of it is taken in.
UPDATE inventory.arrivals SET closed_at = greatest(%(now)s, began_at) WHERE tenant_id = %(tenant_id)s AND id = %(id)s
RETURNING extract(epoch FROM closed_at - began_at)::int / 60;

-- name: explain_lines
-- Why something else came than was expected.
UPDATE inventory.arrival_lines l SET why = said.why
FROM unnest(%(product_ids)s::uuid[], %(whys)s::text[]) AS said(product_id, why)
WHERE l.tenant_id = %(tenant_id)s AND l.arrival_id = %(arrival_id)s AND l.product_id = said.product_id;

-- name: add_receipts
-- What was taken in, scan by scan.
INSERT INTO inventory.receipts (tenant_id, id, arrival_id, product_id, quantity, condition, why, lot, plate, place, offered,
                                placed_why, actor, received_at)
SELECT %(tenant_id)s, id, %(arrival_id)s, product_id, quantity, condition, why, lot, plate, place, offered, placed_why,
       %(actor)s, %(now)s
FROM unnest(%(ids)s::uuid[], %(product_ids)s::uuid[], %(quantitys)s::int[], %(conditions)s::text[], %(whys)s::text[],
            %(lots)s::text[], %(plates)s::text[], %(places)s::text[], %(offereds)s::text[], %(placed_whys)s::text[])
  AS r(id, product_id, quantity, condition, why, lot, plate, place, offered, placed_why);

-- name: stand_plates
-- Plates that stand at the door now.
UPDATE inventory.arrival_plates SET arrived_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND arrival_id = %(arrival_id)s AND sscc = ANY (%(ssccs)s::text[]) AND arrived_at IS NULL;

-- name: lines_on_plates
-- What was announced to stand on some plates.
SELECT sscc, product_id, lot, expires_on, quantity FROM inventory.arrival_plate_lines
WHERE tenant_id = %(tenant_id)s AND sscc = ANY (%(ssccs)s::text[]) ORDER BY sscc, product_id, lot;

-- name: counted_on_plates
-- Plates of which something was taken in product by product.
SELECT DISTINCT plate FROM inventory.receipts
WHERE tenant_id = %(tenant_id)s AND arrival_id = %(arrival_id)s AND plate = ANY (%(ssccs)s::text[]) ORDER BY plate;

-- name: unload_plates
-- What stands on plates is taken in as a whole.
UPDATE inventory.arrival_plates SET unloaded_at = %(now)s, arrived_at = coalesce(arrived_at, %(now)s)
WHERE tenant_id = %(tenant_id)s AND arrival_id = %(arrival_id)s AND sscc = ANY (%(ssccs)s::text[]);

-- name: first_dock
-- The dock of a site that comes first on a walk.
SELECT code FROM catalog.bins WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND kind = 'dock' ORDER BY pick_seq, code LIMIT 1;

-- name: orders_filled
-- Orders that got goods of an arrival's products since it was begun.
SELECT count(DISTINCT w.order_id)::int FROM inventory.arrivals a
JOIN inventory.receipts r ON r.tenant_id = %(tenant_id)s AND r.arrival_id = a.id AND r.condition <> 'refused'
JOIN inventory.wants w ON w.tenant_id = %(tenant_id)s AND w.product_id = r.product_id AND w.filled_at >= a.began_at
WHERE a.tenant_id = %(tenant_id)s AND a.id = %(id)s;

-- name: came_before
-- Which of some products ever lay here.
SELECT DISTINCT product_id FROM inventory.stock
WHERE tenant_id = %(tenant_id)s AND product_id = ANY (%(product_ids)s::uuid[]);
