-- name: add_suppliers
-- Suppliers that are named for the first time; one that is there stays as it is.
INSERT INTO inventory.suppliers (tenant_id, id, merchant_id, code, name)
SELECT %(tenant_id)s, id, merchant_id, code, name
FROM unnest(%(ids)s::uuid[], %(merchant_ids)s::uuid[], %(codes)s::text[], %(names)s::text[]) AS s(id, merchant_id, code, name)
ORDER BY merchant_id, code
ON CONFLICT (tenant_id, merchant_id, code) DO NOTHING;

-- name: suppliers
-- Suppliers, all or of one merchant, or those asked for by id.
SELECT id, merchant_id, code, name, over_percent, hides_expected, sends_unannounced FROM inventory.suppliers
WHERE tenant_id = %(tenant_id)s AND (%(merchant_id)s::uuid IS NULL OR merchant_id = %(merchant_id)s)
  AND (%(ids)s::uuid[] IS NULL OR id = ANY (%(ids)s::uuid[])) ORDER BY code, id LIMIT %(most)s;

-- name: suppliers_by_code
-- Suppliers as announcements name them.
SELECT s.id, s.merchant_id, s.code, s.name, s.over_percent, s.hides_expected, s.sends_unannounced FROM inventory.suppliers s
JOIN unnest(%(merchant_ids)s::uuid[], %(codes)s::text[]) AS asked(merchant_id, code)
  ON s.merchant_id = asked.merchant_id AND s.code = asked.code
WHERE s.tenant_id = %(tenant_id)s;

-- name: change_supplier
-- What is agreed with a supplier.
UPDATE inventory.suppliers SET name = %(name)s, over_percent = %(over_percent)s, hides_expected = %(hides_expected)s,
    sends_unannounced = %(sends_unannounced)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: add_arrivals
-- What suppliers are to bring; one that was announced before under its reference stays as it is.
INSERT INTO inventory.arrivals (tenant_id, id, site_id, merchant_id, supplier_id, reference, announced, expected_on, carrier,
                                carrier_reference, made_at)
SELECT %(tenant_id)s, id, site_id, merchant_id, supplier_id, reference, announced, expected_on, carrier, carrier_reference, %(now)s
FROM unnest(%(ids)s::uuid[], %(site_ids)s::uuid[], %(merchant_ids)s::uuid[], %(supplier_ids)s::uuid[], %(references)s::text[],
            %(announceds)s::boolean[], %(expected_ons)s::date[], %(carriers)s::text[], %(carrier_references)s::text[])
  AS a(id, site_id, merchant_id, supplier_id, reference, announced, expected_on, carrier, carrier_reference)
ORDER BY supplier_id, reference
ON CONFLICT (tenant_id, supplier_id, reference) DO NOTHING RETURNING id;

-- name: arrivals_by_reference
-- What was announced under some references.
SELECT a.id, a.supplier_id, a.reference FROM inventory.arrivals a
JOIN unnest(%(supplier_ids)s::uuid[], %(references)s::text[]) AS asked(supplier_id, reference)
  ON a.supplier_id = asked.supplier_id AND a.reference = asked.reference
WHERE a.tenant_id = %(tenant_id)s;

-- name: add_arrival_lines
-- How much of which product arrivals bring; a line that is there already stays as it is.
INSERT INTO inventory.arrival_lines AS l (tenant_id, arrival_id, product_id, position, expected, lot, expires_on)
SELECT %(tenant_id)s, arrival_id, product_id, position, expected, lot, expires_on
FROM unnest(%(arrival_ids)s::uuid[], %(product_ids)s::uuid[], %(positions)s::int[], %(expecteds)s::int[], %(lots)s::text[],
            %(expires_ons)s::date[]) AS new(arrival_id, product_id, position, expected, lot, expires_on)
ORDER BY arrival_id, product_id
ON CONFLICT (tenant_id, arrival_id, product_id) DO NOTHING;

-- name: plates_elsewhere
-- Plates that another arrival brings already.
SELECT p.sscc, a.reference FROM inventory.arrival_plates p
JOIN inventory.arrivals a ON a.tenant_id = %(tenant_id)s AND a.id = p.arrival_id
WHERE p.tenant_id = %(tenant_id)s AND p.sscc = ANY (%(ssccs)s::text[]) AND p.arrival_id <> ALL (%(arrival_ids)s::uuid[])
ORDER BY p.sscc;

-- name: add_plates
-- The plates that arrivals come on.
INSERT INTO inventory.arrival_plates (tenant_id, sscc, arrival_id)
SELECT %(tenant_id)s, sscc, arrival_id FROM unnest(%(ssccs)s::text[], %(arrival_ids)s::uuid[]) AS p(sscc, arrival_id)
ORDER BY sscc ON CONFLICT (tenant_id, sscc) DO NOTHING;

-- name: load_plates
-- On which plate plates stand.
UPDATE inventory.arrival_plates p SET onto = said.onto
FROM unnest(%(ssccs)s::text[], %(ontos)s::text[]) AS said(sscc, onto)
WHERE p.tenant_id = %(tenant_id)s AND p.sscc = said.sscc;

-- name: add_plate_lines
-- What stands on plates that are to come.
INSERT INTO inventory.arrival_plate_lines (tenant_id, sscc, product_id, lot, expires_on, quantity)
SELECT %(tenant_id)s, sscc, product_id, lot, expires_on, quantity
FROM unnest(%(ssccs)s::text[], %(product_ids)s::uuid[], %(lots)s::text[], %(expires_ons)s::date[], %(quantitys)s::int[])
  AS l(sscc, product_id, lot, expires_on, quantity)
ORDER BY sscc, product_id, lot;

-- name: drop_plate_lines
-- What was said before of plates that are packed otherwise.
DELETE FROM inventory.arrival_plate_lines WHERE tenant_id = %(tenant_id)s AND sscc = ANY (%(ssccs)s::text[]);

-- name: change_sent
-- What a supplier said when the goods left; what they did not say stays.
UPDATE inventory.arrivals SET expected_on = coalesce(%(expected_on)s, expected_on),
    carrier = coalesce(nullif(%(carrier)s, ''), carrier),
    carrier_reference = coalesce(nullif(%(carrier_reference)s, ''), carrier_reference)
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: arrivals_coming
-- What is to come or being taken in, by the day on which it is expected, after a (day, id).
SELECT a.id FROM inventory.arrivals a
WHERE a.tenant_id = %(tenant_id)s AND a.state IN ('expected', 'arriving', 'open') AND a.state = ANY (%(states)s::text[])
  AND (%(merchant_id)s::uuid IS NULL OR a.merchant_id = %(merchant_id)s)
  AND (%(site_id)s::uuid IS NULL OR a.site_id = %(site_id)s)
  AND (%(supplier_id)s::uuid IS NULL OR a.supplier_id = %(supplier_id)s)
  AND (coalesce(a.expected_on, '9999-12-31'::date), a.id) > (%(after_on)s::date, %(after_id)s::uuid)
ORDER BY coalesce(a.expected_on, '9999-12-31'::date), a.id LIMIT %(most)s;

-- name: arrivals_over
-- What was closed or canceled, the newest announcement first, before an id.
SELECT a.id FROM inventory.arrivals a
WHERE a.tenant_id = %(tenant_id)s AND a.state IN ('closed', 'canceled') AND a.state = ANY (%(states)s::text[])
  AND (%(merchant_id)s::uuid IS NULL OR a.merchant_id = %(merchant_id)s)
  AND (%(site_id)s::uuid IS NULL OR a.site_id = %(site_id)s)
  AND a.id < %(before)s::uuid
ORDER BY a.id DESC LIMIT %(most)s;

-- name: arrivals
-- Arrivals as lists show them, as they were asked for.
SELECT a.id, a.state, a.site_id, a.merchant_id, a.supplier_id, s.name AS supplier, a.reference, a.announced, a.expected_on,
       a.carrier, a.carrier_reference, a.made_at, a.began_at, a.closed_at,
       (SELECT count(*) FROM inventory.arrival_lines l WHERE l.tenant_id = %(tenant_id)s AND l.arrival_id = a.id)::int AS lines,
       (SELECT coalesce(sum(l.expected), 0) FROM inventory.arrival_lines l
        WHERE l.tenant_id = %(tenant_id)s AND l.arrival_id = a.id)::int AS expected,
       (SELECT coalesce(sum(r.quantity), 0) FROM inventory.receipts r
        WHERE r.tenant_id = %(tenant_id)s AND r.arrival_id = a.id)::int AS received,
       (SELECT count(*) FROM inventory.arrival_plates p WHERE p.tenant_id = %(tenant_id)s AND p.arrival_id = a.id)::int AS plates,
       (SELECT count(p.arrived_at) FROM inventory.arrival_plates p
        WHERE p.tenant_id = %(tenant_id)s AND p.arrival_id = a.id)::int AS plates_here,
       (SELECT count(DISTINCT w.order_id) FROM inventory.arrival_lines l
        JOIN inventory.wants w ON w.tenant_id = %(tenant_id)s AND w.product_id = l.product_id AND w.filled_at IS NULL
        WHERE l.tenant_id = %(tenant_id)s AND l.arrival_id = a.id)::int AS waiting
FROM inventory.arrivals a
JOIN inventory.suppliers s ON s.tenant_id = %(tenant_id)s AND s.id = a.supplier_id
WHERE a.tenant_id = %(tenant_id)s AND a.id = ANY (%(ids)s::uuid[])
  AND (%(merchant_id)s::uuid IS NULL OR a.merchant_id = %(merchant_id)s)
ORDER BY array_position(%(ids)s::uuid[], a.id);

-- name: arrivals_by_code
-- The arrivals that a scanned code may mean: its reference, the carrier's, or a plate; those that are not over.
SELECT a.id FROM inventory.arrivals a
WHERE a.tenant_id = %(tenant_id)s AND a.state IN ('expected', 'arriving', 'open')
  AND (a.reference = %(code)s OR a.carrier_reference = %(code)s
       OR a.id IN (SELECT p.arrival_id FROM inventory.arrival_plates p WHERE p.tenant_id = %(tenant_id)s AND p.sscc = %(sscc)s))
ORDER BY a.expected_on NULLS LAST, a.id LIMIT 5;

-- name: arrival_lines
-- The lines of an arrival and what came of each: by condition, and how many orders wait for it.
SELECT l.product_id, l.position, l.expected, l.lot, l.expires_on, l.why,
       coalesce(sum(r.quantity), 0)::int AS received,
       coalesce(sum(r.quantity) FILTER (WHERE r.condition = 'accepted'), 0)::int AS accepted,
       coalesce(sum(r.quantity) FILTER (WHERE r.condition = 'quality_check'), 0)::int AS in_check,
       coalesce(sum(r.quantity) FILTER (WHERE r.condition = 'damaged'), 0)::int AS damaged,
       coalesce(sum(r.quantity) FILTER (WHERE r.condition = 'refused'), 0)::int AS refused,
       (SELECT count(*) FROM inventory.wants w
        WHERE w.tenant_id = %(tenant_id)s AND w.product_id = l.product_id AND w.filled_at IS NULL)::int AS waiting
FROM inventory.arrival_lines l
LEFT JOIN inventory.receipts r ON r.tenant_id = %(tenant_id)s AND r.arrival_id = l.arrival_id AND r.product_id = l.product_id
WHERE l.tenant_id = %(tenant_id)s AND l.arrival_id = %(arrival_id)s
GROUP BY l.product_id, l.position, l.expected, l.lot, l.expires_on, l.why ORDER BY l.position, l.product_id;

-- name: plates_of_arrival
-- The plates that an arrival comes on, and how many units stand on each as it was announced.
SELECT p.sscc, p.arrived_at, p.onto, p.unloaded_at,
       (SELECT coalesce(sum(l.quantity), 0)::int FROM inventory.arrival_plate_lines l
        WHERE l.tenant_id = %(tenant_id)s AND l.sscc = p.sscc) AS units
FROM inventory.arrival_plates p
WHERE p.tenant_id = %(tenant_id)s AND p.arrival_id = %(arrival_id)s ORDER BY p.sscc;

-- name: incoming
-- Units of products that are announced and not here yet, over all sites, and the first day on which some are expected.
SELECT l.product_id, sum(greatest(l.expected - got.units, 0))::int AS units,
       min(a.expected_on) FILTER (WHERE l.expected > got.units) AS expected_on
FROM inventory.arrival_lines l
JOIN inventory.arrivals a ON a.tenant_id = %(tenant_id)s AND a.id = l.arrival_id AND a.state IN ('expected', 'arriving', 'open')
CROSS JOIN LATERAL (
    SELECT coalesce(sum(r.quantity), 0) AS units FROM inventory.receipts r
    WHERE r.tenant_id = %(tenant_id)s AND r.arrival_id = l.arrival_id AND r.product_id = l.product_id
) AS got
WHERE l.tenant_id = %(tenant_id)s AND l.product_id = ANY (%(product_ids)s::uuid[])
GROUP BY l.product_id HAVING sum(greatest(l.expected - got.units, 0)) > 0;

-- name: fill_wants
-- Orders that lack nothing more of a product got it.
UPDATE inventory.wants w SET filled_at = %(now)s
FROM unnest(%(order_ids)s::uuid[]) AS told(order_id)
WHERE w.tenant_id = %(tenant_id)s AND w.order_id = told.order_id AND w.filled_at IS NULL
  AND NOT EXISTS (SELECT FROM unnest(%(want_order_ids)s::uuid[], %(product_ids)s::uuid[]) AS still(order_id, product_id)
                  WHERE still.order_id = w.order_id AND still.product_id = w.product_id);

-- name: add_wants
-- What orders lack now.
INSERT INTO inventory.wants AS w (tenant_id, order_id, product_id, quantity, wanted_at)
SELECT %(tenant_id)s, order_id, product_id, quantity, %(now)s
FROM unnest(%(order_ids)s::uuid[], %(product_ids)s::uuid[], %(quantitys)s::int[]) AS new(order_id, product_id, quantity)
ORDER BY order_id, product_id
ON CONFLICT (tenant_id, order_id, product_id)
DO UPDATE SET quantity = excluded.quantity, filled_at = NULL,
              wanted_at = CASE WHEN w.filled_at IS NULL THEN w.wanted_at ELSE excluded.wanted_at END;

-- name: drop_wants
-- Orders that are over want nothing any more.
DELETE FROM inventory.wants
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]) AND filled_at IS NULL;

-- name: forget_wants
-- Wants that were filled more than a month ago.
DELETE FROM inventory.wants WHERE tenant_id = %(tenant_id)s AND filled_at < %(now)s::timestamptz - interval '30 days';
